// One chart: title, unit, the values at the cross-hair, and the canvas. Charts of a page share the cross-hair and the window of time.
import { type ReactElement, type ReactNode, useMemo } from "react";
import { draw, type Gap, gapsOf, nearest, type Sample, sampleAt, scaleOf } from "../lib/chart";
import { axisTime, chartColors, Plot, timeText, tokenOf } from "./plot";

/** A line beside the first. */
export interface OtherSeries {
  label: string;
  samples: readonly Sample[];
  /** Left out, it is grey and dashed: the same values of an earlier time. */
  color?: string;
  /** How often it was read, where that is more rarely than the first. */
  intervalMs?: number;
}

export interface TimeSeriesProps {
  title: string;
  unit: string;
  /** What the first series is called where there are several. */
  label?: string;
  /** The token of the line's colour, for example "--c1". */
  color: string;
  samples: readonly Sample[];
  others?: readonly OtherSeries[];
  intervalMs: number;
  from: number;
  to: number;
  fixedTop: number | null;
  limits?: readonly (readonly [value: number, tone: "warning" | "critical"])[];
  format: (value: number) => string;
  formatAxis: (value: number) => string;
  cross: number | null;
  onCross: (at: number | null) => void;
  onZoom: (window: Gap) => void;
  stale?: boolean;
  /** Stands in place of the plot when there is nothing to draw. */
  empty?: ReactNode;
  tools?: ReactNode;
  note?: ReactNode;
  height?: number;
}

const none: readonly OtherSeries[] = [];
export const earlierColor = "--fg-3";

export function TimeSeries(props: TimeSeriesProps): ReactElement {
  const { title, unit, samples, others = none, intervalMs, from, to, onCross, onZoom, limits = [], height = 190 } = props;
  // A moment that has left the window has no value here.
  const cross = props.cross !== null && (props.cross < from || props.cross > to) ? null : props.cross;
  const gaps = useMemo(() => gapsOf(samples, from, to, intervalMs), [samples, from, to, intervalMs]);
  const lines = useMemo(
    () => others.map((o) => ({ ...o, gaps: gapsOf(o.samples, from, to, Math.max(intervalMs, o.intervalMs ?? 0)) })),
    [others, from, to, intervalMs],
  );
  const all = useMemo(() => [...samples, ...others.flatMap((o) => o.samples)], [samples, others]);
  const paint = (canvas: HTMLCanvasElement, box: HTMLElement, zoom: Gap | null): void => {
    draw(canvas, {
      width: box.clientWidth,
      height,
      samples,
      gaps,
      others: lines.map((o) => ({ ...o, color: tokenOf(box, o.color ?? earlierColor), dashed: !o.color })),
      limits,
      cross,
      zoom,
      stale: props.stale ?? false,
      scale: scaleOf(all, from, to, props.fixedTop),
      colors: chartColors(box, props.stale ? "--off-solid" : props.color),
      font: `11px ${getComputedStyle(box).fontFamily}`,
      formatY: props.formatAxis,
      formatX: (at) => axisTime(at, from, to),
    });
  };
  const inGap = (at: number): boolean => gaps.some((g) => at > g.from && at < g.to);
  const first = samples[0], last = samples[samples.length - 1];
  return (
    <figure className="chart">
      <figcaption>
        <h2>{title}</h2>
        <span className="u">{unit}</span>
        {props.tools && <span className="grow" />}
        {props.tools}
      </figcaption>
      <Legend {...props} cross={cross} others={lines} shown={cross === null ? last ?? null : sampleAt(samples, gaps, cross)} />
      <Plot
        label={`${title}: ${samples.length} points. The arrow keys read values, + zooms.`}
        height={height}
        from={from}
        to={to}
        intervalMs={intervalMs}
        reach={first && last ? { from: Math.max(from, first.at), to: Math.min(to, last.at) } : null}
        cross={cross}
        onCross={onCross}
        onZoom={onZoom}
        snap={(at) => (inGap(at) ? at : nearest(samples, at)?.at ?? at)}
        paint={paint}
        empty={props.empty}
      />
      {props.note}
    </figure>
  );
}

type LegendProps = Pick<TimeSeriesProps, "label" | "color" | "cross" | "samples" | "format" | "intervalMs"> & {
  shown: Sample | null;
  others: readonly (OtherSeries & { gaps: readonly Gap[] })[];
};

function Legend({ label, color, shown, cross, samples, others, format, intervalMs }: LegendProps): ReactElement {
  const when = cross === null ? "Latest" : timeText(cross);
  return (
    <div className="keys" aria-live={cross === null ? "off" : "polite"}>
      {samples.length === 0 ? <span className="m3">No data</span> : (
        <>
          {label !== undefined && <span className="m3">{when}</span>}
          <span>
            <i className={`ln ${color.slice(2)}`} />
            <span className="ell kl" title={label}>{label ?? when}</span> <b>{shown ? format(shown.avg) : "no data"}</b>
          </span>
          {shown && intervalMs > 60_000 && others.length === 0 && <span className="m3">{format(shown.min)} to {format(shown.max)}</span>}
          {others.map((o) => {
            const s = cross === null ? o.samples[o.samples.length - 1] ?? null : sampleAt(o.samples, o.gaps, cross);
            return (
              <span key={o.label}>
                <i className={o.color ? `ln ${o.color.slice(2)}` : "ln earlier dash"} />
                <span className="ell kl" title={o.label}>{o.label}</span> <b>{s ? format(s.avg) : "no data"}</b>
              </span>
            );
          })}
        </>
      )}
    </div>
  );
}
