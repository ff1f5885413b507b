import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { ConfigurationChange } from "./collector-types";

export const changePageSize = 50;
/** What the API gives at most: one run may bring many changes of one moment, and a page never ends within a moment. */
const changeCountMax = 500;

export interface ChangePage {
  changes: readonly ConfigurationChange[];
  /** What the next page is older than; `null` at the end. */
  olderThan: string | null;
}

export const changesKey = (serverId: string, collector: string, before: string | null): string =>
  tenantKey("collectors", serverId, "changes", collector, before ?? "");

/** What changed on the server, newest first. */
export function useChanges(serverId: string, collector: string, before: string | null): QueryState<ChangePage> {
  return useQuery(
    changesKey(serverId, collector, before),
    async (signal) =>
      pageOf(await get<ConfigurationChange[]>(`/servers/${serverId}/changes`, { query: { collector, limit: changeCountMax, before }, signal })),
    { poll: before === null },
  );
}

/** The first of the list, up to the end of a moment: what is older than it is the next page, and nothing falls between them. */
export function pageOf(list: readonly ConfigurationChange[]): ChangePage {
  if (list.length <= changePageSize) return { changes: list, olderThan: null };
  const edge = list[changePageSize - 1]?.changedAt, next = list.findIndex((c, i) => i >= changePageSize && c.changedAt !== edge);
  if (next < 0) return { changes: list, olderThan: list.length < changeCountMax ? null : edge ?? null };
  return { changes: list.slice(0, next), olderThan: edge ?? null };
}
