import type { Server } from "../../../api/model";
import { call } from "../../../lib/http";

export const filterNames = ["health", "status", "engine", "group", "label"] as const;
export type FilterName = (typeof filterNames)[number];

/** All that is given must hold; several values of one filter mean "one of them". */
export type ServerFilter = { q?: string } & { [name in FilterName]?: readonly string[] };

export type ServerQuery = ServerFilter & { sort?: string; order?: "asc" | "desc" };

export interface ServerPage {
  servers: Server[];
  total: number;
  nextCursor: string | null;
}

/** The first page is small, so that rows show at once; the others come as the reader scrolls. */
export const firstPageSize = 100;
export const pageSize = 1_000;

export async function listServers(query: ServerQuery, cursor: string | null, limit: number, signal?: AbortSignal): Promise<ServerPage> {
  const reply = await call<Server[]>("GET", "/servers", { query: { ...query, limit, cursor }, ...(signal ? { signal } : {}) });
  return { servers: reply.data, total: reply.total ?? reply.data.length, nextCursor: reply.nextCursor };
}
