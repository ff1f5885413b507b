import type { User } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export const userCountMax = 1_000;
export const usersKey = (): string => tenantKey("users");

export function useUsers(): QueryState<User[]> {
  return useQuery(usersKey(), (signal) => get<User[]>("/users", { query: { limit: userCountMax }, signal }));
}
