import type { Activity } from "../../../api/model";
import { address, call } from "../../../lib/http";

export interface ActivityFilter {
  q: string;
  /** Any of them. */
  action: readonly string[];
  actor: string;
  entityType: string;
  entityId: string;
  from: string;
  to: string;
}

export const activityPageSize = 50;

export interface ActivityPage {
  entries: Activity[];
  total: number | null;
  nextCursor: string | null;
}

/** Whose log: the chosen tenant's, or the installation's own. */
export type ActivityLog = "tenant" | "platform";
const paths: Readonly<Record<ActivityLog, string>> = { tenant: "/activity", platform: "/platform/activity" };

export async function listActivity(
  filter: Partial<ActivityFilter>,
  cursor: string | null,
  signal?: AbortSignal,
  log: ActivityLog = "tenant",
): Promise<ActivityPage> {
  const query = { ...filter, limit: activityPageSize, cursor };
  const options = { query, ...(signal ? { signal } : {}), ...(log === "platform" ? { tenant: null } : {}) };
  const reply = await call<Activity[]>("GET", paths[log], options);
  return { entries: reply.data, total: reply.total, nextCursor: reply.nextCursor };
}

/** Where the browser itself saves the whole log as CSV, as a stream. */
export function activityCsvAddress(filter: Partial<ActivityFilter>, log: ActivityLog, tenant: string): string {
  return address(paths[log], { ...filter, format: "csv", tenant: log === "tenant" ? tenant : null });
}
