import type { GroupImpact } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** What deleting a group would affect. */
export function useGroupImpact(id: string): QueryState<GroupImpact> {
  return useQuery(tenantKey("group-impact", id), (signal) => get<GroupImpact>(`/groups/${id}/impact`, { signal }), { staleMs: 0 });
}
