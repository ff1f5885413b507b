// Until when the drives last, if they go on as in the loaded days: a straight line, and honest where there is none.
import { type ReactElement, useMemo } from "react";
import type { Server } from "../../../api/model";
import { Empty, Failure, Panel, Skeleton } from "../../../components/panel";
import { bytes, count, day, decimal, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { type Forecast, forecastDaysMax, forecastDaysMin, forecastOf, forecastSampleCountMin } from "../../../lib/trend";
import { Ago } from "../../../components/ago";
import { Icon } from "../../../components/icon";
import { useCollector } from "../api/read-collector";
import { seriesKey, useSeries } from "../api/read-series";
import type { CollectorDetail, CollectorSummary, LabelledSeries } from "../api/collector-types";
import { samplesOf } from "./samples";
import { labelOf } from "./series-chart";

const month = { range: "30d" } as const;
/** As many as the API gives of one metric. */
const seriesTop = 20;
/** A drive that is full within these is a warning, and critical. */
const warningDays = 30, criticalDays = 7;
const dayMs = 86_400_000;
/** Drives are read every hour, and a month comes in steps of two: older than this, what is free was not read lately. */
const oldAfterMs = 6 * 3_600_000;

export function StorageForecast({ server, collectors }: { server: Server; collectors: readonly CollectorSummary[] }): ReactElement | null {
  const named = (pattern: RegExp): CollectorSummary | undefined => collectors.find((c) => pattern.test(c.name));
  const drives = named(/volume|drive|disk/), databases = named(/database_(size|space)/) ?? named(/database/);
  const detail = useCollector(server.id, (drives ?? databases)?.name ?? null).data;
  const metric = detail ? metricOf(detail, drives !== undefined) : null;
  // Of many drives those with least room matter, of many databases the largest.
  const order = drives ? "asc" : "desc";
  const query = useSeries(server.id, metric, month, seriesTop, 0, order);
  if (!drives && !databases) return null;
  const title = drives ? "Storage forecast" : "Growth of the databases";
  return (
    <Panel title={title} sub={drives ? "by the trend of the last 30 days" : "of the last 30 days; this engine does not tell how large its drives are"}>
      {detail && metric === null
        ? <Empty icon="inbox" title="Nothing to forecast" text={`${detail.title} has no size that is kept over time.`} />
        : !query.data && query.error
        ? <Failure what="The sizes did not load" error={query.error} retry={() => metric && void refetch(seriesKey(server.id, metric, month, seriesTop, 0, order))} />
        : !query.data
        ? <Skeleton lines={4} />
        : query.data.series.length === 0
        ? <Empty icon="graph-up" title="Not enough data" text={`A forecast needs ${forecastDaysMin} days of readings, and there are none yet.`} />
        : drives
        ? <DriveTable series={query.data.series} total={query.data.total} />
        : <GrowthTable series={query.data.series} total={query.data.total} />}
    </Panel>
  );
}

/** What is free of a drive, or how large a database is: a gauge of bytes. */
function metricOf({ columns }: CollectorDetail, free: boolean): string | null {
  const gauges = columns.filter((c) => c.kind === "gauge" && c.unit === "bytes");
  return (free ? gauges.find((c) => /free|available/.test(c.name)) : gauges.find((c) => /size|used/.test(c.name)))?.metric ?? null;
}

interface TableProps {
  series: readonly LabelledSeries[];
  /** Of all there are, where the API says so. */
  total: number | null;
}

/** What the table leaves out, in words; `null` where it has all. */
export function leftOutText(shownCount: number, total: number | null, what: string, shown: string): string | null {
  const rest = (total ?? shownCount) - shownCount;
  return rest > 0 ? `${plural(rest, `more ${what}`)} not shown: the ${count(shownCount)} with ${shown} are.` : null;
}

function DriveTable({ series, total }: TableProps): ReactElement {
  const rows = useMemo(
    () => series.map((s) => {
      const samples = samplesOf(s);
      const last = samples[samples.length - 1], readAt = last?.at ?? 0;
      return { name: labelOf(s), latest: last?.avg ?? null, readAt, isOld: Date.now() - readAt > oldAfterMs, forecast: forecastOf(samples) };
    }).sort((a, b) => daysOf(a.forecast) - daysOf(b.forecast)),
    [series],
  );
  return (
    <>
      <div className="sx" tabIndex={0} role="region" aria-label="Storage forecast table">
        <table className="tbl dense" aria-label="Storage forecast">
          <thead>
            <tr>
              <th>Drive</th>
              <th className="num">Free</th>
              <th className="num">A day</th>
              <th>Full</th>
              <th className="hide8">By</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, latest, readAt, isOld, forecast }) => (
              <tr key={name}>
                <td className="srv">{name}</td>
                <td className="num">
                  {latest === null ? "–" : bytes(latest)}
                  {isOld && latest !== null && <span className="d block m3">read <Ago at={readAt} /></span>}
                </td>
                <td className="num">{forecast.kind === "tooLittle" ? "–" : perDay(forecast.trend.perDay)}</td>
                <td>
                  <FullIn forecast={forecast} isOld={isOld} />
                </td>
                <td className="hide8 m2">{basis(forecast)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="pf push">
        <span>
          A straight line through the readings; growth that comes in steps, or stops, is not in it. {leftOutText(series.length, total, "drive", "the least room on average")}
        </span>
      </div>
    </>
  );
}

/** From now on: what was read long ago may be the first to be full. */
const daysOf = (f: Forecast): number => (f.kind === "days" ? (f.at - Date.now()) / dayMs : f.kind === "tooLittle" ? forecastDaysMax * 2 : forecastDaysMax);

function FullIn({ forecast, isOld }: { forecast: Forecast; isOld: boolean }): ReactElement {
  if (forecast.kind === "days") {
    const { at } = forecast, days = (at - Date.now()) / dayMs;
    // What is so now was not read: the line went on, perhaps.
    if (isOld) return <span className="m2">{days <= 0 ? `Since ${day(at)}, had it gone on` : `${day(at)}, had it gone on`}</span>;
    const tone = days <= criticalDays ? "critical" : days <= warningDays ? "warning" : "healthy";
    return (
      <span className="status" data-s={tone}>
        <Icon name={tone === "critical" ? "x-octagon-fill" : tone === "warning" ? "exclamation-triangle-fill" : "check-circle-fill"} />
        in {days < 1 ? "less than a day" : plural(Math.floor(days), "day")}, {day(at)}
      </span>
    );
  }
  const words = {
    steady: "Not filling",
    far: `Not within ${count(Math.round(forecastDaysMax / 365))} years`,
    unclear: "No clear trend",
    tooLittle: "Not enough data",
  }[forecast.kind];
  return <span className="m2">{words}</span>;
}

function basis(forecast: Forecast): string {
  if (forecast.kind !== "tooLittle") return `${decimal(forecast.trend.spanDays, 0)} days, ${plural(forecast.trend.sampleCount, "reading")}`;
  return `${decimal(forecast.spanDays)} days, ${plural(forecast.sampleCount, "reading")}; it needs ${forecastDaysMin} days and ${forecastSampleCountMin}`;
}

function perDay(change: number): string {
  return `${change > 0 ? "+" : change < 0 ? "\u2212" : ""}${bytes(Math.abs(Math.round(change)))}`;
}

function GrowthTable({ series, total }: TableProps): ReactElement {
  const rest = leftOutText(series.length, total, "database", "the largest size");
  return (
    <>
    <div className="sx" tabIndex={0} role="region" aria-label="Growth table">
      <table className="tbl dense" aria-label="Growth of the databases">
        <thead>
          <tr>
            <th>Database</th>
            <th className="num">Size</th>
            <th className="num">A day</th>
            <th className="hide8">By</th>
          </tr>
        </thead>
        <tbody>
          {series.map((s) => {
            const samples = samplesOf(s), f = forecastOf(samples), latest = samples[samples.length - 1]?.avg ?? null;
            return (
              <tr key={labelOf(s)}>
                <td className="srv">{labelOf(s)}</td>
                <td className="num">{latest === null ? "–" : bytes(latest)}</td>
                <td className="num">{f.kind === "tooLittle" ? <span className="m3">not enough data</span> : perDay(f.trend.perDay)}</td>
                <td className="hide8 m2">{basis(f)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
    {rest && <div className="pf push"><span>{rest}</span></div>}
    </>
  );
}
