import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { CollectorDetail } from "./collector-types";

export const collectorKey = (serverId: string, name: string): string => tenantKey("collectors", serverId, name);

/** The newest rows of a collector. A `null` name asks nothing. `everyMs` asks more often than the screen otherwise would. */
export function useCollector(serverId: string, name: string | null, everyMs: number | null = null): QueryState<CollectorDetail> {
  return useQuery(
    name === null ? null : collectorKey(serverId, name),
    (signal) => get<CollectorDetail>(`/servers/${serverId}/collectors/${encodeURIComponent(name ?? "")}`, { signal }),
    { poll: true, ...(everyMs === null ? {} : { pollMs: () => everyMs }) },
  );
}
