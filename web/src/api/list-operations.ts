import { call, get } from "../lib/http";
import type { Page } from "../lib/paged";
import { type QueryState, useQuery } from "../lib/query";
import { tenantKey } from "../lib/session";
import type { Operation } from "./model";

/** As many as the list in the top bar shows. */
const recentMax = 8;

export function useRecentOperations(): QueryState<Operation[]> {
  return useQuery(tenantKey("operations?recent"), (signal) => get<Operation[]>("/operations", { query: { limit: recentMax }, signal }), {
    poll: true,
  });
}

export async function listOperations(
  status: readonly string[],
  cursor: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<Page<Operation>> {
  const reply = await call<Operation[]>("GET", "/operations", { query: { status, cursor, limit }, ...(signal ? { signal } : {}) });
  return { rows: reply.data, total: reply.total ?? reply.data.length, nextCursor: reply.nextCursor };
}
