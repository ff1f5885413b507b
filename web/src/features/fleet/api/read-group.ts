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

export async function readGroup(id: string, signal?: AbortSignal): Promise<GroupAndTag> {
  const { data, etag } = await call<Group>("GET", `/groups/${id}`, signal ? { signal } : {});
  return { group: data, etag };
}

export function useGroup(id: string): QueryState<GroupAndTag> {
  return useQuery(groupKey(id), (signal) => readGroup(id, signal), { poll: true });
}
