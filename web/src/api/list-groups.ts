import { get } from "../lib/http";
import { type QueryState, useQuery } from "../lib/query";
import { tenantKey } from "../lib/session";
import type { Group } from "./model";

/** A tenant with more groups than this sees the first ones, and the screen says so. */
export const groupCountMax = 1_000;

export const groupsKey = (): string => tenantKey("groups");

export function useGroups(): QueryState<Group[]> {
  return useQuery(groupsKey(), (signal) => get<Group[]>("/groups", { query: { limit: groupCountMax }, signal }), { poll: true });
}
