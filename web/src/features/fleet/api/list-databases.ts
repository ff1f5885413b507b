import type { DatabaseList } from "../../../api/model";
import { get } from "../../../lib/http";
import { put, type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export const databasesKey = (serverId: string): string => tenantKey("databases", serverId);

/** Read from the server itself: not polled. */
export function useDatabases(serverId: string): QueryState<DatabaseList> {
  return useQuery(databasesKey(serverId), (signal) => readDatabases(serverId, false, signal), { staleMs: 60_000 });
}

export async function refreshDatabases(serverId: string): Promise<void> {
  put(databasesKey(serverId), await readDatabases(serverId, true));
}

function readDatabases(serverId: string, fresh: boolean, signal?: AbortSignal): Promise<DatabaseList> {
  return get<DatabaseList>(`/servers/${serverId}/databases`, { query: { fresh: fresh || null }, ...(signal ? { signal } : {}) });
}
