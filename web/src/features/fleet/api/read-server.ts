import type { Server } from "../../../api/model";
import { call } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export interface ServerAndTag {
  server: Server;
  /** For `If-Match`: guards an edit against someone else's. */
  etag: string | null;
}

export const serverKey = (id: string): string => tenantKey("servers", id);

export function useServer(id: string): QueryState<ServerAndTag> {
  return useQuery(serverKey(id), (signal) => readServer(id, signal), { poll: true });
}

export async function readServer(id: string, signal?: AbortSignal): Promise<ServerAndTag> {
  const { data, etag } = await call<Server>("GET", `/servers/${id}`, signal ? { signal } : {});
  return { server: data, etag };
}
