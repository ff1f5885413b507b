// The Metrics tab of a server: four charts with one range, one cross-hair and one zoom; or the same values as a table.
import { type ReactElement, useMemo, useState } from "react";
import type { MetricSeries, Server } from "../../../api/model";
import { useThresholds } from "../../../api/read-settings";
import { Ago } from "../../../components/ago";
import { Segmented } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { Empty, Failure, Skeleton, StaleBadge } from "../../../components/panel";
import { TimeSeries } from "../../../components/time-series";
import { type Gap, gapsOf, type Sample } from "../../../lib/chart";
import { clock, count, dayAndClock, percent, quantity } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { setSearch, useSearch } from "../../../lib/router";
import { type MetricRange, metricsKey, useMetrics } from "../api/read-metrics";
import { type ChartKind, chartKinds } from "./chart-kinds";
import { MetricsTable } from "./metrics-table";
import { whyNoData } from "./why-no-data";

const metrics = chartKinds.map((k) => k.metric);

const ranges: readonly (readonly [MetricRange, string])[] = [["1h", "1 h"], ["6h", "6 h"], ["24h", "24 h"], ["7d", "7 d"], ["30d", "30 d"]];

export function MetricsTab({ server }: { server: Server }): ReactElement {
  const search = useSearch(),
    range = ranges.find(([r]) => r === search.get("range"))?.[0] ?? "24h",
    asTable = search.get("view") === "table";
  const query = useMetrics(server.id, range, metrics);
  const [cross, setCross] = useState<number | null>(null), [zoom, setZoom] = useState<Gap | null>(null);
  const series = query.data, retry = (): void => void refetch(metricsKey(server.id, range, metrics));
  const samples = useMemo(() => (series ?? []).map(samplesOf), [series]);
  const interval = series?.[0]?.interval ?? 60;
  return (
    <>
      <div className="toolbar">
        <Segmented
          label="Time range"
          value={range}
          choices={ranges}
          onValue={(value) => {
            setZoom(null);
            setCross(null);
            setSearch({ range: value });
          }}
        />
        {zoom && (
          <button className="btn sm num" type="button" onClick={() => setZoom(null)}>
            <Icon name="x-lg" />
            {dayAndClock(zoom.from)} to {clock(zoom.to)}
            <span className="vh">: reset zoom</span>
          </button>
        )}
        <span className="grow" />
        <StaleBadge query={query} />
        {series && (
          <span className="m3 t12 hide8">
            1 point per {pointText(interval)}
            <span aria-hidden="true">{" · "}</span>updated <Ago at={query.at} />
          </span>
        )}
        <button className="btn sm" type="button" aria-pressed={asTable} onClick={() => setSearch({ view: asTable ? null : "table" })}>
          <Icon name={asTable ? "graph-up" : "table"} />
          {asTable ? "Charts" : "Table"}
        </button>
      </div>
      {!series && query.error && (
        <section className="panel vflex tall" aria-label="Metrics">
          <Failure what="Metrics did not load" error={query.error} retry={retry} />
        </section>
      )}
      {!series && !query.error && <ChartSkeletons />}
      {series && asTable && <MetricsTable series={series} samples={samples} />}
      {series && !asTable && (
        <>
          <div className="grid g-11 charts">
            {chartKinds.map((kind, i) => (
              <MetricChart
                key={kind.metric}
                kind={kind}
                series={series[i]}
                samples={samples[i] ?? []}
                server={server}
                range={range}
                cross={cross}
                onCross={setCross}
                zoom={zoom}
                onZoom={setZoom}
                stale={Boolean(query.error)}
              />
            ))}
          </div>
          <GapNote series={series} samples={samples} />
        </>
      )}
    </>
  );
}

interface MetricChartProps {
  kind: ChartKind;
  series: MetricSeries | undefined;
  samples: readonly Sample[];
  server: Server;
  range: MetricRange;
  cross: number | null;
  onCross: (at: number | null) => void;
  zoom: Gap | null;
  onZoom: (window: Gap) => void;
  stale: boolean;
}

function MetricChart({ kind, series, samples, server, range, cross, onCross, zoom, onZoom, stale }: MetricChartProps): ReactElement {
  const thresholds = useThresholds(), limit = kind.limit ? thresholds[kind.limit] : null;
  const from = zoom?.from ?? (series ? Date.parse(series.from) : 0), to = zoom?.to ?? (series ? Date.parse(series.to) : 1);
  const reason = whyNoData(server, kind.metric, range);
  return (
    <TimeSeries
      title={kind.title}
      unit={kind.unit}
      color={kind.color}
      samples={samples}
      intervalMs={(series?.interval ?? 60) * 1000}
      from={from}
      to={to}
      fixedTop={kind.percent ? 100 : null}
      limits={limit ? [[limit.warning, "warning"], [limit.critical, "critical"]] : []}
      format={kind.percent ? percent : quantity}
      formatAxis={axisNumber}
      cross={cross}
      onCross={onCross}
      onZoom={onZoom}
      stale={stale}
      empty={<Empty icon="graph-up" title="No data" text={reason} />}
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

/** Says in words what the hatching means. */
function GapNote({ series, samples }: { series: readonly MetricSeries[]; samples: readonly (readonly Sample[])[] }): ReactElement | null {
  const at = samples.findIndex((list) => list.length > 0), first = series[at], points = samples[at];
  if (!first || !points) return null;
  const gaps = gapsOf(points, Date.parse(first.from), Date.parse(first.to), first.interval * 1000), one = gaps[gaps.length - 1];
  return (
    <p className="foot m3 t12">
      {one && <span className="hatchkey" aria-hidden="true" />}
      <span>
        {one &&
          `Hatched: no data from ${dayAndClock(one.from)} to ${clock(one.to)}${gaps.length > 1 ? `, and ${gaps.length - 1} more` : ""}. `}
        The arrow keys move the cross-hair on all charts; drag to zoom.
      </span>
    </p>
  );
}

function samplesOf(series: MetricSeries): Sample[] {
  const samples: Sample[] = [];
  for (const [at, avg, min, max] of series.points) {
    if (avg !== null) samples.push({ at: Date.parse(at), avg, min: min ?? avg, max: max ?? avg });
  }
  return samples;
}

function pointText(seconds: number): string {
  return seconds < 60
    ? `${seconds} s`
    : seconds < 3600
    ? (seconds === 60 ? "min" : `${seconds / 60} min`)
    : seconds === 3600
    ? "h"
    : `${seconds / 3600} h`;
}

function axisNumber(value: number): string {
  if (value >= 10_000) return `${count(value / 1000)}k`;
  return value >= 1000 ? `${value / 1000}k` : String(Math.round(value * 100) / 100);
}
