import { useEffect } from "react";
import type { QueryPlan } from "../../../api/types";
import { get } from "../../../lib/http";
import { invalidate, type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** The plan of an id changes only with the setting that shows its literals, and then `settings.changed` makes it old. */
const planStaleMs = 86_400_000;

export const queryPlanKey = (serverId: string, planId: string): string => tenantKey("query-plans", serverId, planId);

/** A plan may be a megabyte: with its dialog it is forgotten. */
export function useQueryPlan(serverId: string, planId: string): QueryState<QueryPlan> {
  const key = queryPlanKey(serverId, planId), path = `/servers/${serverId}/plans/${encodeURIComponent(planId)}`;
  const query = useQuery(key, (signal) => get<QueryPlan>(path, { signal }), { staleMs: planStaleMs });
  useEffect(() => () => invalidate(key), [key]);
  return query;
}
