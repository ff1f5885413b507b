import type { MetricSeries } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export type MetricRange = "1h" | "6h" | "24h" | "7d" | "30d";

export const metricsKey = (serverId: string, range: MetricRange, metrics: readonly string[]): string =>
  tenantKey("metrics", serverId, range, metrics.join(","));

/** One series a metric, in the order asked, refreshed as the collection goes on. */
export function useMetrics(serverId: string, range: MetricRange, metrics: readonly string[]): QueryState<MetricSeries[]> {
  return useQuery(metricsKey(serverId, range, metrics), (signal) => readMetrics(serverId, range, metrics, signal), { poll: true });
}

/** A sparkline's day changes slowly: it is read anew after five minutes, not with every collection. */
const sparkStaleMs = 300_000;

export function useCpuOfDay(serverId: string): QueryState<MetricSeries[]> {
  return useQuery(tenantKey("sparks", serverId), (signal) => readMetrics(serverId, "24h", ["cpu"], signal), { staleMs: sparkStaleMs });
}

async function readMetrics(serverId: string, range: MetricRange, metrics: readonly string[], signal: AbortSignal): Promise<MetricSeries[]> {
  const answer = await get<MetricSeries | MetricSeries[]>(`/servers/${serverId}/metrics`, { query: { metric: metrics, range }, signal });
  return Array.isArray(answer) ? answer : [answer];
}
