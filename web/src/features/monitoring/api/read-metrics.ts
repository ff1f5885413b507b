import type { MetricSeries } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import { isFixed, type TimeWindow, windowKey, windowQuery } from "./time-window";

export const metricsKey = (serverId: string, window: TimeWindow, metrics: readonly string[], shiftMs = 0): string =>
  tenantKey("metrics", serverId, windowKey(window), metrics.join(","), String(shiftMs));

/** One series a metric, in the order asked, refreshed as the collection goes on; `shiftMs` asks for the same stretch that much earlier. */
export function useMetrics(
  serverId: string,
  window: TimeWindow,
  metrics: readonly string[],
  shiftMs: number | null = 0,
): QueryState<MetricSeries[]> {
  return useQuery(
    shiftMs === null ? null : metricsKey(serverId, window, metrics, shiftMs),
    (signal) => readMetrics(serverId, metrics, windowQuery(window, shiftMs ?? 0), signal),
    { poll: !isFixed(window) },
  );
}

/** A sparkline's day changes slowly: it is read anew after five minutes, not with every collection. */
const sparkStaleMs = 300_000;

export function useCpuOfDay(serverId: string): QueryState<MetricSeries[]> {
  return useQuery(tenantKey("sparks", serverId), (signal) => readMetrics(serverId, ["cpu"], { range: "24h" }, signal), {
    staleMs: sparkStaleMs,
    poll: true,
    pollMs: () => sparkStaleMs,
  });
}

async function readMetrics(
  serverId: string,
  metrics: readonly string[],
  window: ReturnType<typeof windowQuery>,
  signal: AbortSignal,
): Promise<MetricSeries[]> {
  const answer = await get<MetricSeries | MetricSeries[]>(`/servers/${serverId}/metrics`, { query: { metric: metrics, ...window }, signal });
  return Array.isArray(answer) ? answer : [answer];
}
