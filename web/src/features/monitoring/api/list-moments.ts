import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { CollectorRun } from "./collector-types";
import { isFixed, spanOf, type TimeWindow, windowKey } from "./time-window";

/** More moments than this are not listed, and the screen says so. */
export const momentCountMax = 500;

/** A run whose rows are kept. */
export interface Moment {
  collectedAt: string;
  rowCount: number;
}

/** When runs of a stretch of time were kept, newest first, without their rows. */
export function useMoments(serverId: string, name: string | null, window: TimeWindow): QueryState<Moment[]> {
  return useQuery(
    name === null ? null : tenantKey("collectors", serverId, name, "moments", windowKey(window)),
    (signal) => {
      const to = isFixed(window) ? window.to : Date.now(), path = encodeURIComponent(name ?? "");
      const query = { from: new Date(to - spanOf(window)).toISOString(), to: isFixed(window) ? new Date(to).toISOString() : null, limit: momentCountMax };
      return get<Moment[]>(`/servers/${serverId}/collectors/${path}/moments`, { query, signal });
    },
    { poll: !isFixed(window) },
  );
}

/** More runs than this are not asked for, and the screen says so. */
export const keptRunCountMax = 30;

export const keptRunsKey = (serverId: string, name: string, window: TimeWindow): string =>
  tenantKey("collectors", serverId, name, "history", windowKey(window));

/** The runs of a stretch of time with their rows, newest first. */
export function useKeptRuns(serverId: string, name: string, window: TimeWindow): QueryState<CollectorRun[]> {
  return useQuery(
    keptRunsKey(serverId, name, window),
    async (signal) => {
      const to = isFixed(window) ? window.to : Date.now(), from = to - spanOf(window);
      const query = { before: isFixed(window) ? new Date(to).toISOString() : null, limit: keptRunCountMax };
      const runs = await get<CollectorRun[]>(`/servers/${serverId}/collectors/${encodeURIComponent(name)}/history`, { query, signal });
      return runs.filter((run) => Date.parse(run.collectedAt) >= from);
    },
    { poll: !isFixed(window) },
  );
}

/** Collectors of one batch are read within the same second. */
const batchMs = 1_000;

export const runKey = (serverId: string, name: string, at: string): string => tenantKey("collectors", serverId, name, "run", at);

/** The kept run of a moment; `null` where the collector had no rows then. */
export function useRunAt(serverId: string, name: string | null, at: string | null): QueryState<CollectorRun | null> {
  return useQuery(
    name === null || at === null ? null : runKey(serverId, name, at),
    async (signal) => {
      const time = Date.parse(at ?? ""), query = { before: new Date(time + batchMs).toISOString(), limit: 1 };
      const [run] = await get<CollectorRun[]>(`/servers/${serverId}/collectors/${encodeURIComponent(name ?? "")}/history`, { query, signal });
      return run && Math.abs(Date.parse(run.collectedAt) - time) < batchMs ? run : null;
    },
  );
}
