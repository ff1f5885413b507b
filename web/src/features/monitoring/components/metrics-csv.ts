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

/** Of what is known by now; nothing is asked for. The stretch `shiftMs` earlier, which it is compared with, comes after it, at its own times. */
export function metricsCsv(serverId: string, window: TimeWindow, shown: readonly string[], extra: readonly string[], shiftMs = 0): string {
  // The two stretches may overlap: 7 days and the 7 days up to yesterday do.
  const rows = new Map<string, CsvCell[]>();
  const add = (s: { metric: string; unit: string; points: readonly SeriesPoint[] }, labels: Readonly<Record<string, string>>): void => {
    for (const [at, avg, min, max] of s.points) {
      const key = JSON.stringify([s.metric, labels, Date.parse(at)]);
      if (avg !== null && !rows.has(key)) rows.set(key, [at, s.metric, labelsText(labels), s.unit, avg, min, max]);
    }
  };
  for (const shift of new Set([0, shiftMs])) {
    for (const s of peek<MetricSeries[]>(metricsKey(serverId, window, shown, shift)) ?? []) add(s, {});
    for (const metric of extra) {
      if (coreMetrics.has(metric)) {
        for (const s of peek<MetricSeries[]>(metricsKey(serverId, window, [metric], shift)) ?? []) add(s, {});
      } else {
        for (const s of peek<SeriesOfMetric>(seriesKey(serverId, metric, window, seriesTop, shift))?.series ?? []) add(s, s.labels);
      }
    }
  }
  return csvText(head, [...rows.values()]);
}

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.values(labels).filter(Boolean).join(" / ");
}
