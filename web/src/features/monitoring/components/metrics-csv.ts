// What the charts show, as CSV: one line a point, so that charts of any interval fit into one file.
import type { MetricSeries } from "../../../api/model";
import { type CsvCell, csvText } from "../../../lib/csv";
import { peek } from "../../../lib/query";
import { metricsKey } from "../api/read-metrics";
import { seriesKey, type SeriesOfMetric } from "../api/read-series";
import type { SeriesPoint } from "../api/collector-types";
import type { TimeWindow } from "../api/time-window";
import { coreMetrics } from "./chart-kinds";
import { seriesTop } from "./series-chart";

const head = ["time", "metric", "labels", "unit", "average", "smallest", "largest"] as const;

/** Of what is on screen by now; nothing is asked for. */
export function metricsCsv(serverId: string, window: TimeWindow, shown: readonly string[], extra: readonly string[]): string {
  const rows: CsvCell[][] = [];
  const add = (s: { metric: string; unit: string; points: readonly SeriesPoint[] }, labels: string): void => {
    for (const [at, avg, min, max] of s.points) if (avg !== null) rows.push([at, s.metric, labels, s.unit, avg, min, max]);
  };
  for (const s of peek<MetricSeries[]>(metricsKey(serverId, window, shown)) ?? []) add(s, "");
  for (const metric of extra) {
    if (coreMetrics.has(metric)) {
      for (const s of peek<MetricSeries[]>(metricsKey(serverId, window, [metric])) ?? []) add(s, "");
    } else {
      for (const s of peek<SeriesOfMetric>(seriesKey(serverId, metric, window, seriesTop))?.series ?? []) add(s, labelsText(s.labels));
    }
  }
  return csvText(head, rows);
}

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.values(labels).filter(Boolean).join(" / ");
}
