import type { MetricSeries } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export type MetricRange = "1h" | "6h" | "24h" | "7d" | "30d";

export const metricsKey = (serverId: string, range: MetricRange, metrics: readonly string[]): string =>
  tenantKey("metrics", serverId, range, metrics.join(","));

/** One series a metric, in the order asked. A `null` id asks nothing. */
export function useMetrics(serverId: string | null, range: MetricRange, metrics: readonly string[], options: { staleMs?: number } = {}): QueryState<MetricSeries[]> {
  const key = serverId === null ? null : metricsKey(serverId, range, metrics);
  return useQuery(key, async (signal) => {
    const answer = await get<MetricSeries | MetricSeries[]>(`/servers/${serverId ?? ""}/metrics`, { query: { metric: metrics, range }, signal });
    return Array.isArray(answer) ? answer : [answer];
  }, { poll: options.staleMs === undefined, ...options });
}
