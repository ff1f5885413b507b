import type { OwnThresholds } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** Whose limits: a server's or a group's. */
export interface LimitsOf {
  kind: "servers" | "groups";
  id: string;
  name: string;
}

/** Below the key of its server or group, so that what makes that old makes this old too. */
export const thresholdsKey = ({ kind, id }: LimitsOf): string => tenantKey(kind, `${id}/thresholds`);

export function useOwnThresholds(of: LimitsOf): QueryState<OwnThresholds> {
  return useQuery(thresholdsKey(of), (signal) => get<OwnThresholds>(`/${of.kind}/${of.id}/thresholds`, { signal }));
}
