import type { Group } from "../../../api/model";
import { call } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export interface GroupAndTag {
  group: Group;
  /** For `If-Match`: guards an edit against someone else's. */
  etag: string | null;
}

export const groupKey = (id: string): string => tenantKey("groups", id);

export function useGroup(id: string): QueryState<GroupAndTag> {
  return useQuery(groupKey(id), async (signal) => {
    const { data, etag } = await call<Group>("GET", `/groups/${id}`, { signal });
    return { group: data, etag };
  }, { poll: true });
}
