import { useMemo } from "react";
import { call, get } from "../lib/http";
import { type QueryState, useQuery } from "../lib/query";
import { tenantKey, useSession } from "../lib/session";
import type { Settings, Thresholds } from "./model";
import type { NearestThresholds, ThresholdOwner } from "./types";

export const settingsKey = (): string => tenantKey("settings");

export interface SettingsAndTag {
  settings: Settings;
  /** For `If-Match`: guards a change against someone else's. */
  etag: string | null;
}

/** Everybody in a tenant may read its settings; only its administrators may change them. */
export function useSettings(): QueryState<SettingsAndTag> {
  const { tenant } = useSession();
  return useQuery(tenant ? settingsKey() : null, async (signal) => {
    const { data, etag } = await call<Settings>("GET", "/settings", { signal });
    return { settings: data, etag };
  }, { poll: true });
}

/** The limits that a new tenant has. They colour the bars while the tenant's own are not known. */
const thresholdDefaults: Thresholds = { cpuPercent: { warning: 80, critical: 95 }, memoryPercent: { warning: 85, critical: 95 } };

/** Everybody in the tenant may know them. */
export function useThresholds(): Thresholds {
  const query = useQuery(`${settingsKey()}/thresholds`, (signal) => get<Thresholds>("/settings/thresholds", { signal }), { poll: true });
  return query.data ?? thresholdDefaults;
}

export type LimitsOf = (id: string) => Thresholds;

/** By which limits a server is judged: its own, its groups', or the tenant's, whichever is nearest. */
export function useLimits(): LimitsOf {
  const tenants = useThresholds();
  const nearest = useQuery(tenantKey("limits"), (signal) => get<NearestThresholds[]>("/servers/thresholds", { signal }), { poll: true }).data;
  return useMemo(() => {
    const own = new Map((nearest ?? []).map((n) => [
      n.serverId,
      { cpuPercent: n.cpuPercent ?? tenants.cpuPercent, memoryPercent: n.memoryPercent ?? tenants.memoryPercent },
    ]));
    return (serverId) => own.get(serverId) ?? tenants;
  }, [tenants, nearest]);
}

/** By which limits a group's means are coloured: its own, else the tenant's. */
export function useGroupLimits(): LimitsOf {
  const tenants = useThresholds();
  const owners = useQuery(tenantKey("limits/owners"), (signal) => get<ThresholdOwner[]>("/thresholds", { signal }), { poll: true }).data;
  return useMemo(() => {
    const own = new Map((owners ?? []).filter((o) => o.kind === "group").map((o) => [
      o.id,
      { cpuPercent: o.cpuPercent ?? tenants.cpuPercent, memoryPercent: o.memoryPercent ?? tenants.memoryPercent },
    ]));
    return (groupId) => own.get(groupId) ?? tenants;
  }, [tenants, owners]);
}
