import { call } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { ComparedServer } from "./collector-types";

export interface Comparison {
  metric: string;
  top: number;
  order: "desc" | "asc";
  group: string;
}

export interface Compared {
  servers: ComparedServer[];
  total: number | null;
}

export const compareKey = (c: Comparison): string => tenantKey("metrics", "compare", c.metric, String(c.top), c.order, c.group);

/** The newest value of one metric over the servers, the largest (or smallest) first. `null` asks nothing. */
export function useComparison(c: Comparison | null): QueryState<Compared> {
  return useQuery(c && compareKey(c), async (signal) => {
    const reply = await call<ComparedServer[]>("GET", "/metrics/compare", {
      query: { metric: c?.metric, top: c?.top, order: c?.order, group: c?.group },
      signal,
    });
    return { servers: reply.data, total: reply.total };
  }, { poll: true });
}
