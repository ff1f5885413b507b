import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { CollectorSummary } from "./collector-types";

export const collectorsKey = (serverId: string): string => tenantKey("collectors", serverId);

/** Every collector that the server's engine has, with how its last run went. */
export function useCollectors(serverId: string): QueryState<CollectorSummary[]> {
  return useQuery(collectorsKey(serverId), (signal) => get<CollectorSummary[]>(`/servers/${serverId}/collectors`, { signal }), { poll: true });
}
