// The server list: a first small page at once, more as the reader scrolls, live values from the fleet's health laid over it.
import { useCallback, useMemo, useRef, useState } from "react";
import type { Server, ServerHealth } from "../../../api/model";
import { useFleetHealth } from "../../../api/read-fleet-health";
import type { ApiError } from "../../../lib/http";
import { put, type QueryState, refetch, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import { asApiError } from "../../../lib/use-action";
import { firstPageSize, listServers, pageSize, type ServerPage, type ServerQuery } from "../api/list-servers";

export interface ServerList {
  query: QueryState<ServerPage>;
  rows: readonly Server[];
  total: number;
  moreError: ApiError | undefined;
  need: (last: number) => void;
  /** Loads everything: for "select all". */
  loadAll: () => Promise<readonly Server[]>;
  retry: () => void;
}

export function useServerList(filter: ServerQuery): ServerList {
  const key = tenantKey(`servers?${JSON.stringify(filter)}`);
  const wanted = useRef({ key, count: firstPageSize }), loading = useRef(false), [moreError, setMoreError] = useState<ApiError>();
  if (wanted.current.key !== key) wanted.current = { key, count: firstPageSize };
  const query = useQuery(key, async (signal) => {
    let page = await listServers(filter, null, firstPageSize, signal);
    // A refresh brings back as many rows as there were, so that nothing jumps.
    while (page.nextCursor && page.servers.length < wanted.current.count) {
      page = joined(page, await listServers(filter, page.nextCursor, pageSize, signal));
    }
    return page;
  }, { poll: true });
  const latest = useRef<ServerPage | undefined>(undefined);
  latest.current = query.data;
  const loadTo = useCallback(async (count: number): Promise<void> => {
    if (loading.current || !latest.current) return;
    loading.current = true;
    setMoreError(undefined);
    try {
      let page = latest.current;
      while (page.nextCursor && page.servers.length < count && wanted.current.key === key) {
        page = joined(page, await listServers(filter, page.nextCursor, pageSize));
        wanted.current.count = page.servers.length;
        latest.current = page;
        if (wanted.current.key === key) put(key, page);
      }
    } catch (error) {
      setMoreError(asApiError(error));
    } finally {
      loading.current = false;
    }
    // `filter` is a new object each time; `key` says when it has really changed.
  }, [key]);
  const loaded = query.data?.servers.length ?? 0;
  const need = useCallback((last: number) => {
    if (last >= loaded) void loadTo(last + 1);
  }, [loaded, loadTo]);
  const health = useFleetHealth().data;
  const rows = useMemo(() => withLiveValues(query.data?.servers ?? [], health), [query.data, health]);
  return {
    query,
    rows,
    total: query.data?.total ?? 0,
    moreError,
    need,
    retry: () => void refetch(key),
    loadAll: async () => {
      await loadTo(Number.MAX_SAFE_INTEGER);
      return latest.current?.servers ?? [];
    },
  };
}

function joined(a: ServerPage, b: ServerPage): ServerPage {
  const known = new Set(a.servers.map((s) => s.id));
  return { servers: [...a.servers, ...b.servers.filter((s) => !known.has(s.id))], total: b.total, nextCursor: b.nextCursor };
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
