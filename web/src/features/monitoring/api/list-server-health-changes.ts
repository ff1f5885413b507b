import type { HealthChange } from "../../../api/model";
import { call } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export const healthPageSize = 10;

export interface HealthChangePage {
  changes: readonly HealthChange[];
  /** Where the next page begins; `null` at the end. */
  nextCursor: string | null;
}

/** Begins as the fleet's health does: what refreshes that refreshes this. */
export const serverHealthChangesKey = (serverId: string, cursor: string | null): string => tenantKey("health-changes", serverId, cursor ?? "");

/** The changes of one server's health, newest first. */
export function useServerHealthChanges(serverId: string, cursor: string | null): QueryState<HealthChangePage> {
  return useQuery(
    serverHealthChangesKey(serverId, cursor),
    async (signal) => {
      const reply = await call<HealthChange[]>("GET", `/servers/${serverId}/health/changes`, { query: { limit: healthPageSize, cursor }, signal });
      return { changes: reply.data, nextCursor: reply.nextCursor };
    },
    { poll: cursor === null },
  );
}
