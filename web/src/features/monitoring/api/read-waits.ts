import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { Waits } from "./collector-types";
import { isFixed, type TimeWindow, windowKey, windowQuery } from "./time-window";

export const waitsKey = (serverId: string, window: TimeWindow, benign: boolean): string =>
  tenantKey("metrics", serverId, "waits", windowKey(window), String(benign));

/** Waits by category over time, and the largest types of the whole stretch. */
export function useWaits(serverId: string, window: TimeWindow, benign: boolean): QueryState<Waits> {
  return useQuery(
    waitsKey(serverId, window, benign),
    (signal) => get<Waits>(`/servers/${serverId}/waits`, { query: { ...windowQuery(window), ...(benign ? { benign } : {}) }, signal }),
    { poll: !isFixed(window) },
  );
}
