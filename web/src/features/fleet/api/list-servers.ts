import type { Server } from "../../../api/model";
import { call } from "../../../lib/http";

export interface ServerFilter {
  q: string;
  health: string;
  status: string;
  engine: string;
  group: string;
  label: string;
  sort: string;
  order: "asc" | "desc";
}

export interface ServerPage {
  servers: Server[];
  total: number;
  nextCursor: string | null;
}

/** The first page is small, so that rows show at once; the others come as the reader scrolls. */
export const firstPageSize = 100;
export const pageSize = 1_000;

export async function listServers(
  filter: Partial<ServerFilter>,
  cursor: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<ServerPage> {
  const reply = await call<Server[]>("GET", "/servers", { query: { ...filter, limit, cursor }, ...(signal ? { signal } : {}) });
  return { servers: reply.data, total: reply.total ?? reply.data.length, nextCursor: reply.nextCursor };
}
