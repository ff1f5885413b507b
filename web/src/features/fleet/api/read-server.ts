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
  return useQuery(serverKey(id), async (signal) => {
    const { data, etag } = await call<Server>("GET", `/servers/${id}`, { signal });
    return { server: data, etag };
  }, { poll: true });
}
