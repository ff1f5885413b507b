import type { HealthChange } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** With more changes than this in the hour, the difference over the hour is not shown: it would be wrong. */
export const changeCountMax = 500;

/** The latest changes of health, newest first. The key begins as the fleet's health does: what refreshes that refreshes this. */
export function useHealthChanges(): QueryState<HealthChange[]> {
  return useQuery(
    tenantKey("health-changes"),
    (signal) => get<HealthChange[]>("/servers/health/changes", { query: { limit: changeCountMax }, signal }),
    { poll: true },
  );
}
