import type { Activity } from "../../../api/model";
import { call } from "../../../lib/http";

export interface ActivityFilter {
  q: string;
  action: string;
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

export async function listActivity(
  filter: Partial<ActivityFilter>,
  cursor: string | null,
  signal?: AbortSignal,
  limit = activityPageSize,
): Promise<ActivityPage> {
  const query = { ...filter, limit, cursor };
  const reply = await call<Activity[]>("GET", "/activity", { query, ...(signal ? { signal } : {}) });
  return { entries: reply.data, total: reply.total, nextCursor: reply.nextCursor };
}
