import type { ThresholdOwner } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** Below the key of the servers: what makes them old makes this old too. */
export const thresholdOwnersKey = (): string => tenantKey("servers", "threshold-owners");

export function useThresholdOwners(): QueryState<readonly ThresholdOwner[]> {
  return useQuery(thresholdOwnersKey(), (signal) => get<readonly ThresholdOwner[]>("/thresholds", { signal }));
}
