import type { Server } from "../../../api/model";
import { call } from "../../../lib/http";
import type { Page } from "../../../lib/paged";

export const filterNames = ["health", "status", "engine", "deployment", "group", "label", "credential"] as const;
export type FilterName = (typeof filterNames)[number];

/** All that is given must hold; several values of one filter mean "one of them", several labels "all of them". */
export type ServerFilter = { q?: string; deleted?: boolean } & { [name in FilterName]?: readonly string[] };

export type ServerQuery = ServerFilter & { sort?: string; order?: "asc" | "desc" };

export async function listServers(query: ServerQuery, cursor: string | null, limit: number, signal?: AbortSignal): Promise<Page<Server>> {
  const reply = await call<Server[]>("GET", "/servers", { query: { ...query, limit, cursor }, ...(signal ? { signal } : {}) });
  return { rows: reply.data, total: reply.total ?? reply.data.length, nextCursor: reply.nextCursor };
}
