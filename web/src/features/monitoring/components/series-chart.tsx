// One metric with labels: a line for each of its largest series, with the same cross-hair and zoom as all charts of the page.
import { type ReactElement, type ReactNode, useMemo } from "react";
import type { MetricSeries, Server } from "../../../api/model";
import { Empty, Failure, Panel, Skeleton } from "../../../components/panel";
import { axisNumber } from "../../../components/plot";
import { type OtherSeries, TimeSeries } from "../../../components/time-series";
import { bytes, plural } from "../../../lib/format";
import { type QueryState, refetch } from "../../../lib/query";
import { unitWord, withUnit } from "../../../lib/units";
import { metricsKey, useMetrics } from "../api/read-metrics";
import { seriesKey, type SeriesOfMetric, useSeries } from "../api/read-series";
import type { LabelledSeries } from "../api/collector-types";
import type { TimeWindow } from "../api/time-window";
import { coreMetrics, metricTitle, seriesColors } from "./chart-kinds";
import { type EarlierColumn, MetricsTable } from "./metrics-table";
import { samplesOf } from "./samples";
import { zoomTo } from "./time-window-bar";
import { nothingIn, whyNotCollected } from "./why-no-data";

/** As many lines as there are colours that can be told apart. */
export const seriesTop = seriesColors.length;

interface Props {
  server: Server;
  metric: string;
  title?: string;
  window: TimeWindow;
  /** The same stretch that much earlier, as a dashed line where there is one series only; 0 for none. */
  shiftMs: number;
  earlierWord: string;
  /** The same values as a table. */
  asTable?: boolean;
  cross: number | null;
  onCross: (at: number | null) => void;
  tools?: ReactNode;
}

export function SeriesChart(props: Props): ReactElement {
  const { server, metric, window } = props, core = coreMetrics.has(metric);
  const plain = useMetrics(server.id, window, [metric], core ? 0 : null), labelled = useSeries(server.id, core ? null : metric, window, seriesTop);
  const plainBefore = useMetrics(server.id, window, [metric], core && props.shiftMs > 0 ? props.shiftMs : null);
  const before = useSeries(server.id, core || props.shiftMs === 0 ? null : metric, window, seriesTop, props.shiftMs);
  return core
    ? (
      <Drawn
        {...props}
        query={asLabelled(plain)}
        before={asLabelled(plainBefore).data}
        retry={() => void refetch(metricsKey(server.id, window, [metric]))}
      />
    )
    : <Drawn {...props} query={labelled} before={before.data} retry={() => void refetch(seriesKey(server.id, metric, window, seriesTop))} />;
}

function asLabelled(query: QueryState<MetricSeries[]>): QueryState<SeriesOfMetric> {
  return {
    ...query,
    data: query.data && { series: query.data.map((s) => ({ ...s, kind: "gauge" as const, labels: {} })), total: query.data.length },
  };
}

type DrawnProps = Props & { query: QueryState<SeriesOfMetric>; before: SeriesOfMetric | undefined; retry: () => void };

function Drawn(props: DrawnProps): ReactElement {
  const { server, metric, title, window, shiftMs, earlierWord, cross, onCross, tools, query, before, retry } = props;
  const data = query.data, name = title ?? metricTitle(metric);
  const lines = useMemo(() => (data?.series ?? []).filter((s) => s.points.some((p) => p[1] !== null)).map(lineOf), [data]);
  const [first, ...rest] = lines;
  const intervalMs = (data?.series[0]?.interval ?? 60) * 1_000;
  const earlier = useMemo<EarlierColumn | undefined>(() => {
    const old = rest.length === 0 && shiftMs > 0 ? before?.series.find((s) => labelOf(s) === first?.label) : undefined;
    return old && { word: earlierWord, samples: samplesOf(old, shiftMs), intervalMs: Math.max(intervalMs, old.interval * 1_000) };
  }, [lines, before, shiftMs, earlierWord, intervalMs]);
  const others = useMemo<OtherSeries[]>(() => [...rest, ...(earlier ? [{ label: earlier.word, samples: earlier.samples, intervalMs: earlier.intervalMs }] : [])], [lines, earlier]);
  if (!data) {
    return (
      <figure className="chart">
        <figcaption>
          <h2 className="ell" title={name}>{name}</h2>
          <span className="grow" />
          {tools}
        </figcaption>
        {query.error ? <Failure what={`${name} did not load`} error={query.error} retry={retry} /> : <Skeleton lines={6} />}
      </figure>
    );
  }
  const one = data.series[0], unit = one?.unit ?? null, left = (data.total ?? data.series.length) - data.series.length;
  if (props.asTable) {
    return (
      <Panel title={name} sub={unitWord(unit)} tools={tools} className="wholerow">
        <MetricsTable label={name} columns={lines.map((l) => ({ head: l.label, samples: l.samples, format: (v) => withUnit(v, unit), earlier }))} />
      </Panel>
    );
  }
  return (
    <TimeSeries
      title={name}
      unit={unitWord(unit)}
      {...(rest.length > 0 && first ? { label: first.label } : {})}
      color={seriesColors[0]}
      samples={first?.samples ?? []}
      others={others}
      intervalMs={intervalMs}
      from={one ? Date.parse(one.from) : 0}
      to={one ? Date.parse(one.to) : 1}
      fixedTop={unit === "percent" ? 100 : null}
      format={(v) => withUnit(v, unit)}
      formatAxis={unit?.startsWith("bytes") ? (v) => (v === 0 ? "0" : bytes(v).replace("iB", "").replace(" ", "").replace(".0", "")) : axisNumber}
      cross={cross}
      onCross={onCross}
      onZoom={zoomTo}
      stale={Boolean(query.error)}
      tools={tools}
      empty={<Empty icon="graph-up" title="No data" text={whyNotCollected(server) ?? nothingOf(server, window)} />}
      note={left > 0 && <p className="foot m3 t12">The largest {data.series.length} by average; {plural(left, "more series", "more series")} not drawn.</p>}
    />
  );
}

function nothingOf(server: Server, window: TimeWindow): string {
  return server.status === "offline"
    ? "The server is offline."
    : `${nothingIn(window)} The Collectors tab says which collectors this server answers.`;
}

function lineOf(series: LabelledSeries, i: number): OtherSeries & { color: string } {
  return { label: labelOf(series), samples: samplesOf(series), color: seriesColors[i % seriesColors.length] ?? "--c1" };
}

export function labelOf(series: Pick<LabelledSeries, "labels" | "metric">): string {
  return Object.values(series.labels).filter(Boolean).join(" / ") || metricTitle(series.metric);
}
