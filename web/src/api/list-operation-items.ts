import { call } from "../lib/http";
import type { Page } from "../lib/paged";
import type { OperationItem } from "./model";

export async function listOperationItems(
  id: string,
  status: readonly string[],
  cursor: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<Page<OperationItem>> {
  const path = `/operations/${id}/items`;
  const reply = await call<OperationItem[]>("GET", path, { query: { status, cursor, limit }, ...(signal ? { signal } : {}) });
  return { rows: reply.data, total: reply.total ?? reply.data.length, nextCursor: reply.nextCursor };
}
