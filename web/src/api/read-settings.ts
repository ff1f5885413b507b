import { get } from "../lib/http";
import { type QueryState, useQuery } from "../lib/query";
import { tenantKey, useMay } from "../lib/session";
import type { Settings, Thresholds } from "./model";

export const settingsKey = (): string => tenantKey("settings");

/** Only tenant administrators may read the settings; for others this asks nothing. */
export function useSettings(): QueryState<Settings> {
  const allowed = useMay("manageSettings");
  return useQuery(allowed ? settingsKey() : null, (signal) => get<Settings>("/settings", { signal }));
}

/** The limits that a new tenant has. They colour the bars while the tenant's own are not known. */
const thresholdDefaults: Thresholds = { cpuPercent: { warning: 80, critical: 95 }, memoryPercent: { warning: 85, critical: 95 } };

/** Everybody in the tenant may know them. A server or group may have others: where it is shown by itself, its own count. */
export function useThresholds(): Thresholds {
  return useQuery(`${settingsKey()}/thresholds`, (signal) => get<Thresholds>("/settings/thresholds", { signal })).data ?? thresholdDefaults;
}
