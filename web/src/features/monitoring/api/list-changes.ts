import { call } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { ConfigurationChange } from "./collector-types";

export const changePageSize = 50;

export interface ChangePage {
  changes: readonly ConfigurationChange[];
  /** On all pages. */
  total: number;
  /** Where the next page begins; `null` at the end. */
  nextCursor: string | null;
}

export const changesKey = (serverId: string, collector: string, cursor: string | null): string =>
  tenantKey("collectors", serverId, "changes", collector, cursor ?? "");

/** What changed on the server, newest first. */
export function useChanges(serverId: string, collector: string, cursor: string | null): QueryState<ChangePage> {
  return useQuery(
    changesKey(serverId, collector, cursor),
    async (signal) => {
      const query = { collector, limit: changePageSize, cursor };
      const reply = await call<ConfigurationChange[]>("GET", `/servers/${serverId}/changes`, { query, signal });
      return { changes: reply.data, total: reply.total ?? reply.data.length, nextCursor: reply.nextCursor };
    },
    { poll: cursor === null },
  );
}
