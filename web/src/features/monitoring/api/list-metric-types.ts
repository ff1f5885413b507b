import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { MetricType } from "./collector-types";

/** What there is changes with the product, not with the minute. */
const typesStaleMs = 600_000;

export function useMetricTypes(): QueryState<MetricType[]> {
  return useQuery(tenantKey("metric-types"), (signal) => get<MetricType[]>("/metrics/types", { signal }), { staleMs: typesStaleMs });
}
