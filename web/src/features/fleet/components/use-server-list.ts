// The server list, page by page, with live values from the fleet's health laid over it.
import { useMemo } from "react";
import type { Server, ServerHealth } from "../../../api/model";
import { useFleetHealth } from "../../../api/read-fleet-health";
import { type Paged, usePaged } from "../../../lib/paged";
import { tenantKey } from "../../../lib/session";
import { listServers, type ServerQuery } from "../api/list-servers";

export function useServerList(filter: ServerQuery): Paged<Server> {
  const list = usePaged<Server>(
    tenantKey(`servers?${JSON.stringify(filter)}`),
    (cursor, limit, signal) => listServers(filter, cursor, limit, signal),
    (s) => s.id,
  );
  const health = useFleetHealth().data;
  const rows = useMemo(() => withLiveValues(list.rows, health), [list.rows, health]);
  return { ...list, rows };
}

/** Numbers and health change in place; the order of the rows does not. */
export function withLiveValues(servers: readonly Server[], health: readonly ServerHealth[] | undefined): readonly Server[] {
  if (!health) return servers;
  const byID = new Map(health.map((h) => [h.serverId, h]));
  return servers.map((s) => {
    const h = byID.get(s.id);
    if (!h || (s.lastCollectedAt !== null && h.lastCollectedAt !== null && h.lastCollectedAt < s.lastCollectedAt)) return s;
    const { cpuPercent, memoryPercent, connectionCount, batchRequestsSec } = h;
    return {
      ...s,
      status: h.reachability,
      health: h.status,
      healthReasons: h.reasons,
      lastCollectedAt: h.lastCollectedAt,
      latest: { cpuPercent, memoryPercent, connectionCount, batchRequestsSec },
    };
  });
}
