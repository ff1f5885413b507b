import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { CollectorRun } from "./collector-types";
import { isFixed, spanOf, type TimeWindow, windowKey } from "./time-window";

/** More runs than this are not read, and the screen says so: each comes with all its rows, and they hold statements. */
export const runCountMax = 30;

/** The kept runs of a stretch of time that had any rows, newest first. */
export function useCollectorHistory(serverId: string, name: string | null, window: TimeWindow): QueryState<CollectorRun[]> {
  return useQuery(
    name === null ? null : tenantKey("collectors", serverId, name, "history", windowKey(window)),
    async (signal) => {
      const to = isFixed(window) ? window.to : Date.now(), from = to - spanOf(window), path = encodeURIComponent(name ?? "");
      const before = isFixed(window) ? new Date(to + 1).toISOString() : null;
      const runs = await get<CollectorRun[]>(`/servers/${serverId}/collectors/${path}/history`, { query: { before, limit: runCountMax }, signal });
      return runs.filter((r) => Date.parse(r.collectedAt) >= from);
    },
    { poll: !isFixed(window) },
  );
}
