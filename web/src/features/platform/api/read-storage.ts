import type { StorageStatistics } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export const storageKey = (): string => tenantKey("storage");

export function useStorage(): QueryState<readonly StorageStatistics[]> {
  return useQuery(storageKey(), (signal) => get<readonly StorageStatistics[]>("/metrics/stats", { signal }));
}
