import type { CustomCollector } from "../../../api/types";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** As many as a tenant may have. */
export const customCollectorCountMax = 50;

export const customCollectorsKey = (): string => tenantKey("custom-collectors");

/** The collectors that the tenant made, by name, with how they fare. */
export function useCustomCollectors(): QueryState<CustomCollector[]> {
  return useQuery(customCollectorsKey(), (signal) => get<CustomCollector[]>("/custom-collectors", { signal }), { poll: true });
}
