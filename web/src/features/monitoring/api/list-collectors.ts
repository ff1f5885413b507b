import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { CollectorSummary } from "./collector-types";

export const collectorsKey = (serverId: string): string => tenantKey("collectors", serverId);

/** Every collector that the server's engine has, with how its last run went. */
export function useCollectors(serverId: string): QueryState<CollectorSummary[]> {
  return useQuery(
    collectorsKey(serverId),
    async (signal) => withoutTwins(await get<CollectorSummary[]>(`/servers/${serverId}/collectors`, { signal })),
    { poll: true },
  );
}

/** MySQL and MariaDB have one each of a title: the other's, which is not available here, says nothing. */
export function withoutTwins(collectors: readonly CollectorSummary[]): CollectorSummary[] {
  const known = new Set(collectors.filter((c) => c.state !== "not_available").map((c) => c.title));
  return collectors.filter((c) => {
    if (c.state !== "not_available") return true;
    const isFirst = !known.has(c.title);
    known.add(c.title);
    return isFirst;
  });
}
