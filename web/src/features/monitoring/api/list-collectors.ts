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

/** MySQL and MariaDB have one each of a title: the other's, which is not for this kind of server, says nothing. */
export function withoutTwins(collectors: readonly CollectorSummary[]): CollectorSummary[] {
  const isOthers = (c: CollectorSummary): boolean => !c.isCustom && c.state === "not_available" && /^It is not for this/.test(c.message ?? "");
  const own = new Set(collectors.filter((c) => !c.isCustom && !isOthers(c)).map((c) => c.title));
  return collectors.filter((c) => !isOthers(c) || !own.has(c.title));
}
