// The Metrics tab of a server: charts with one range, one cross-hair and one zoom; or the same values as a table; or as CSV and PNG.
import { type ReactElement, useMemo, useRef, useState } from "react";
import type { MetricSeries, Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Segmented } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { MenuButton } from "../../../components/menu";
import { Empty, Failure, Skeleton, StaleBadge } from "../../../components/panel";
import { axisNumber } from "../../../components/plot";
import { TimeSeries } from "../../../components/time-series";
import { gapsOf, type Sample } from "../../../lib/chart";
import { chartPicture } from "../../../lib/chart-picture";
import { fileName } from "../../../lib/csv";
import { dayAndClock, percent, quantity } from "../../../lib/format";
import { type QueryState, refetch } from "../../../lib/query";
import { setSearch, useSearch } from "../../../lib/router";
import { saveBlob, saveText } from "../../../lib/save-file";
import { toast } from "../../../lib/toasts";
import { metricsKey, useMetrics } from "../api/read-metrics";
import { type TimeWindow, windowFrom, windowKey } from "../api/time-window";
import { type ChartKind, chartKinds } from "./chart-kinds";
import { type Compare, compareChoices, compareShift, compareWords } from "./compare-choices";
import { MoreCharts } from "./more-charts";
import { MetricsTable } from "./metrics-table";
import { metricsCsv } from "./metrics-csv";
import { pointText, samplesOf } from "./samples";
import { TimeWindowBar, windowText, zoomTo } from "./time-window-bar";
import { whyNoData } from "./why-no-data";

const metrics = chartKinds.map((k) => k.metric);

export function MetricsTab({ server }: { server: Server }): ReactElement {
  const search = useSearch(), window = windowFrom(search), asTable = search.get("view") === "table";
  const compare = compareChoices.find(([c]) => c === search.get("compare"))?.[0] ?? "none", shiftMs = compareShift[compare];
  const query = useMetrics(server.id, window, metrics), before = useMetrics(server.id, window, metrics, compare === "none" ? null : shiftMs);
  const [cross, setCross] = useState<number | null>(null), charts = useRef<HTMLDivElement>(null);
  const series = query.data, retry = (): void => void refetch(metricsKey(server.id, window, metrics));
  const samples = useMemo(() => (series ?? []).map((s) => samplesOf(s)), [series]);
  const earlier = useMemo(() => (compare === "none" ? [] : (before.data ?? []).map((s) => samplesOf(s, shiftMs))), [before.data, compare, shiftMs]);
  const extra = search.getAll("metric");
  return (
    <>
      <TimeWindowBar window={window}>
        <Segmented
          label="Compare with"
          value={compare}
          choices={compareChoices}
          onValue={(value) => setSearch({ compare: value === "none" ? null : value })}
        />
        <span className="grow" />
        <StaleBadge query={query} />
        {series && <Pace query={query} />}
        <button className="btn sm" type="button" aria-pressed={asTable} onClick={() => setSearch({ view: asTable ? null : "table" })}>
          <Icon name={asTable ? "graph-up" : "table"} />
          {asTable ? "Charts" : "Table"}
        </button>
        <MenuButton
          className="btn sm"
          label="Export"
          items={[
            { label: "Values as CSV", icon: "table", onSelect: () => saveCsv(server, window, extra, shiftMs) },
            ...(asTable ? [] : [{ label: "Charts as PNG", icon: "graph-up" as const, onSelect: () => void savePicture(server, window, charts.current) }]),
          ]}
        >
          <Icon name="download" />Export
        </MenuButton>
      </TimeWindowBar>
      {!series && query.error && (
        <section className="panel vflex tall" aria-label="Metrics">
          <Failure what="Metrics did not load" error={query.error} retry={retry} />
        </section>
      )}
      {!series && !query.error && <ChartSkeletons />}
      {series && asTable && (
        <div className="col g3c">
          <MetricsTable
            columns={chartKinds.map((k, i) => {
              const old = earlier[i], intervalMs = Math.max(series[i]?.interval ?? 60, before.data?.[i]?.interval ?? 60) * 1000;
              return {
                head: `${k.title}, ${k.percent ? "%" : k.unit}`,
                samples: samples[i] ?? [],
                format: k.percent ? percent : quantity,
                earlier: old && { word: compareWords[compare], samples: old, intervalMs },
              };
            })}
          />
          {compare !== "none" && (before.error || isEmpty(before)) && <p className="foot m3 t12">{earlierNote(compare, before)}</p>}
          <MoreCharts server={server} window={window} metrics={extra} compare={compare} asTable cross={null} onCross={setCross} />
        </div>
      )}
      {series && !asTable && (
        <div ref={charts}>
          <div className="grid g-11 charts">
            {chartKinds.map((kind, i) => (
              <MetricChart
                key={kind.metric}
                kind={kind}
                series={series[i]}
                samples={samples[i] ?? []}
                earlier={earlier[i]}
                earlierMs={(before.data?.[i]?.interval ?? 60) * 1000}
                compare={compare}
                server={server}
                window={window}
                cross={cross}
                onCross={setCross}
                stale={Boolean(query.error)}
              />
            ))}
            <MoreCharts server={server} window={window} metrics={extra} compare={compare} asTable={false} cross={cross} onCross={setCross} />
          </div>
          <GapNote series={series} samples={samples} compare={compare} before={before} />
        </div>
      )}
    </>
  );
}

function Pace({ query }: { query: QueryState<MetricSeries[]> }): ReactElement {
  return (
    <span className="m3 t12 hide8">
      1 point per {pointText(query.data?.[0]?.interval ?? 60)}
      <span aria-hidden="true">{" · "}</span>updated <Ago at={query.at} />
    </span>
  );
}

interface MetricChartProps {
  kind: ChartKind;
  series: MetricSeries | undefined;
  samples: readonly Sample[];
  earlier: readonly Sample[] | undefined;
  earlierMs: number;
  compare: Compare;
  server: Server;
  window: TimeWindow;
  cross: number | null;
  onCross: (at: number | null) => void;
  stale: boolean;
}

function MetricChart({ kind, series, samples, earlier, earlierMs, compare, server, window, cross, onCross, stale }: MetricChartProps): ReactElement {
  const limit = kind.limit ? server.thresholds[kind.limit] : null;
  const others = useMemo(() => (earlier ? [{ label: compareWords[compare], samples: earlier, intervalMs: earlierMs }] : []), [earlier, earlierMs, compare]);
  return (
    <TimeSeries
      title={kind.title}
      unit={kind.unit}
      color={kind.color}
      samples={samples}
      others={others}
      intervalMs={(series?.interval ?? 60) * 1000}
      from={series ? Date.parse(series.from) : 0}
      to={series ? Date.parse(series.to) : 1}
      fixedTop={kind.percent ? 100 : null}
      limits={limit ? [[limit.warning, "warning"], [limit.critical, "critical"]] : []}
      format={kind.percent ? percent : quantity}
      formatAxis={axisNumber}
      cross={cross}
      onCross={onCross}
      onZoom={zoomTo}
      stale={stale}
      empty={<Empty icon="graph-up" title="No data" text={whyNoData(server, kind.metric, window)} />}
    />
  );
}

function ChartSkeletons(): ReactElement {
  return (
    <div className="grid g-11 charts" aria-busy="true">
      {chartKinds.map((k) => (
        <figure key={k.metric} className="chart">
          <figcaption>
            <h2>{k.title}</h2>
            <span className="u">{k.unit}</span>
          </figcaption>
          <Skeleton lines={6} />
        </figure>
      ))}
    </div>
  );
}

interface GapNoteProps {
  series: readonly MetricSeries[];
  samples: readonly (readonly Sample[])[];
  compare: Compare;
  before: QueryState<MetricSeries[]>;
}

/** Says in words what the hatching and the dashed line mean. */
function GapNote({ series, samples, compare, before }: GapNoteProps): ReactElement | null {
  const at = samples.findIndex((list) => list.length > 0), first = series[at], points = samples[at];
  if (!first || !points) return null;
  const gaps = gapsOf(points, Date.parse(first.from), Date.parse(first.to), first.interval * 1000), one = gaps[gaps.length - 1];
  return (
    <p className="foot m3 t12">
      {one && <span className="hatchkey" aria-hidden="true" />}
      <span>
        {one && `Hatched: no data from ${windowText(one)}${gaps.length > 1 ? `, and ${gaps.length - 1} more` : ""}. `}
        {compare !== "none" && earlierNote(compare, before)}
        The arrow keys move the cross-hair on all charts; drag or + to zoom.
      </span>
    </p>
  );
}

const isEmpty = (before: QueryState<MetricSeries[]>): boolean => before.data?.every((s) => s.points.length === 0) ?? false;

function earlierNote(compare: Compare, before: QueryState<MetricSeries[]>): string {
  const day = compareWords[compare].toLowerCase();
  if (before.error) return `The values of ${day} did not load. `;
  if (isEmpty(before)) return `There are no values of ${day}. `;
  return before.data ? `Dashed: ${day}. ` : "";
}

function saveCsv(server: Server, window: TimeWindow, extra: readonly string[], shiftMs: number): void {
  saveText(`${fileName(server.name, "metrics", windowKey(window))}.csv`, metricsCsv(server.id, window, metrics, extra, shiftMs));
}

async function savePicture(server: Server, window: TimeWindow, box: Element | null): Promise<void> {
  if (!box) return;
  try {
    saveBlob(`${fileName(server.name, "charts", windowKey(window))}.png`, await chartPicture(box, `${server.name}, ${dayAndClock(Date.now())}`));
  } catch (error) {
    toast("The picture was not made", error instanceof Error ? error.message : String(error), "critical");
  }
}
