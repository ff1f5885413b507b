// One chart: title, unit, the value at the cross-hair, and the canvas. Charts of a page share the cross-hair and the window of time.
import { type KeyboardEvent, type PointerEvent, type ReactElement, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { type Colors, draw, type Gap, gapsOf, margin, nearest, type Sample, sampleAt, scaleOf } from "../lib/chart";
import { clock, day } from "../lib/format";

export interface TimeSeriesProps {
  title: string;
  unit: string;
  /** The token of the line's colour, for example "--c1". */
  color: string;
  samples: readonly Sample[];
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
  height?: number;
}

const zoomPxMin = 8;
const dayMs = 86_400_000;

export function TimeSeries(props: TimeSeriesProps): ReactElement {
  const { title, unit, samples, intervalMs, from, to, cross, onCross, onZoom, format, limits = [], height = 190, stale = false } = props;
  const box = useRef<HTMLDivElement>(null), canvas = useRef<HTMLCanvasElement>(null), dragFrom = useRef<number | null>(null);
  const [zoom, setZoom] = useState<Gap | null>(null);
  const gaps = useMemo(() => gapsOf(samples, from, to, intervalMs), [samples, from, to, intervalMs]);
  const paint = useRef<() => void>(() => undefined);
  paint.current = () => {
    const element = box.current, target = canvas.current;
    if (!element || !target || samples.length === 0) return;
    draw(target, {
      width: element.clientWidth,
      height,
      samples,
      gaps,
      limits,
      cross,
      zoom,
      stale,
      scale: scaleOf(samples, from, to, props.fixedTop),
      colors: colorsOf(element, stale ? "--off-solid" : props.color),
      font: `11px ${getComputedStyle(element).fontFamily}`,
      formatY: props.formatAxis,
      formatX: (at) => axisTime(at, from, to),
    });
  };
  useEffect(() => paint.current());
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const repaint = (): void => paint.current();
    const size = new ResizeObserver(repaint), theme = new MutationObserver(repaint);
    size.observe(element);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      size.disconnect();
      theme.disconnect();
    };
  }, []);
  const timeAt = (event: PointerEvent<HTMLDivElement>): number => {
    const area = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - area.left - margin.left) / Math.max(1, area.width - margin.left - margin.right);
    return from + Math.max(0, Math.min(1, share)) * (to - from);
  };
  const onMove = (event: PointerEvent<HTMLDivElement>): void => {
    const at = timeAt(event), start = dragFrom.current;
    onCross(nearestTime(samples, gaps, at));
    if (start !== null) setZoom({ from: Math.min(start, at), to: Math.max(start, at) });
  };
  const onUp = (): void => {
    const wide = zoom && ((zoom.to - zoom.from) / (to - from)) * (box.current?.clientWidth ?? 0) >= zoomPxMin;
    if (zoom && wide && zoom.to - zoom.from >= intervalMs * 2) onZoom(zoom);
    dragFrom.current = null;
    setZoom(null);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (event.key === "Escape") onCross(null);
    else if (event.key === "Home") onCross(samples.find((s) => s.at >= from)?.at ?? null);
    else if (event.key === "End") onCross(samples[samples.length - 1]?.at ?? null);
    else if (step !== undefined) {
      onCross(Math.max(from, Math.min(to, (cross ?? samples[samples.length - 1]?.at ?? to) + step * intervalMs)));
    } else return;
    event.preventDefault();
  };
  const shown = cross === null ? samples[samples.length - 1] ?? null : sampleAt(samples, gaps, cross);
  return (
    <figure className="chart">
      <figcaption>
        <h2>{title}</h2>
        <span className="u">{unit}</span>
      </figcaption>
      <Legend color={props.color} shown={shown} cross={cross} has={samples.length > 0} format={format} wide={intervalMs > 60_000} />
      <div
        ref={box}
        className="plot"
        style={{ height }}
        tabIndex={samples.length > 0 ? 0 : undefined}
        role="group"
        aria-label={`${title}: ${samples.length} points. The arrow keys read values.`}
        onKeyDown={onKey}
        onPointerMove={onMove}
        onPointerDown={(event) => {
          if (event.button === 0) dragFrom.current = timeAt(event);
        }}
        onPointerUp={onUp}
        onPointerLeave={() => {
          onCross(null);
          dragFrom.current = null;
          setZoom(null);
        }}
      >
        {samples.length > 0 ? <canvas ref={canvas} aria-hidden="true" /> : props.empty}
      </div>
    </figure>
  );
}

interface LegendProps {
  color: string;
  shown: Sample | null;
  cross: number | null;
  has: boolean;
  format: (value: number) => string;
  wide: boolean;
}

function Legend({ color, shown, cross, has, format, wide }: LegendProps): ReactElement {
  return (
    <div className="keys" aria-live={cross === null ? "off" : "polite"}>
      {!has ? <span className="m3">No data</span> : (
        <>
          <span>
            <i className={`ln ${color.slice(2)}`} />
            {cross === null ? "Latest" : timeText(cross)} <b>{shown ? format(shown.avg) : "no data"}</b>
          </span>
          {shown && wide && <span className="m3">{format(shown.min)} to {format(shown.max)}</span>}
        </>
      )}
    </div>
  );
}

function nearestTime(samples: readonly Sample[], gaps: readonly Gap[], at: number): number {
  return gaps.some((g) => at > g.from && at < g.to) ? at : nearest(samples, at)?.at ?? at;
}

function timeText(at: number): string {
  return Date.now() - at < dayMs ? clock(at) : `${day(at).replace(/ \d+$/, "")} ${clock(at)}`;
}

function axisTime(at: number, from: number, to: number): string {
  const midnight = new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
  return to - from > dayMs * 1.5 || (midnight && to - from > dayMs / 2) ? day(at).replace(/ \d+$/, "") : clock(at);
}

function colorsOf(element: Element, line: string): Colors {
  const style = getComputedStyle(element), read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    line: read(line),
    grid: read("--grid"),
    axis: read("--line-2"),
    text: read("--fg-3"),
    surface: read("--surface"),
    hatch: read("--line-2"),
    warning: read("--warn-solid"),
    critical: read("--crit-solid"),
    cross: read("--fg-2"),
  };
}
