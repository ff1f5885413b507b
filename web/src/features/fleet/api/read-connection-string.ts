import type { ConnectionString } from "../../../api/model";
import { get } from "../../../lib/http";

export type ConnectionStringFormat = ConnectionString["format"];

/** Without the password. */
export async function readConnectionString(serverId: string, format: ConnectionStringFormat): Promise<string> {
  return (await get<ConnectionString>(`/servers/${serverId}/connection-string`, { query: { format } })).connectionString;
}
