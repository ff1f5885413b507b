import { call } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { LabelledSeries } from "./collector-types";
import { isFixed, type TimeWindow, windowKey, windowQuery } from "./time-window";

export interface SeriesOfMetric {
  series: LabelledSeries[];
  /** How many series the server has of this metric, where it says so. */
  total: number | null;
}

export const seriesKey = (serverId: string, metric: string, window: TimeWindow, top: number, shiftMs = 0, order: SeriesOrder = "desc"): string =>
  tenantKey("metrics", serverId, "series", metric, windowKey(window), String(top), String(shiftMs), order);

/** Whether the largest averages come first, or the smallest. */
export type SeriesOrder = "desc" | "asc";

/** The first `top` series of one metric, by their averages. */
export function useSeries(
  serverId: string,
  metric: string | null,
  window: TimeWindow,
  top: number,
  shiftMs = 0,
  order: SeriesOrder = "desc",
): QueryState<SeriesOfMetric> {
  return useQuery(metric === null ? null : seriesKey(serverId, metric, window, top, shiftMs, order), async (signal) => {
    const reply = await call<LabelledSeries[]>("GET", `/servers/${serverId}/series`, {
      query: { metric, top, order, ...windowQuery(window, shiftMs) },
      signal,
    });
    return { series: reply.data, total: reply.total };
  }, { poll: !isFixed(window) });
}
