import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import type { EngineKind } from "../../../api/model";

/** A collector as it may be switched on and off. */
export interface CatalogueEntry {
  name: string;
  title: string;
  engine: EngineKind;
  purpose: string;
  cadence: string;
  cost: string;
  isCustom: boolean;
}

/** The collectors of every engine, the tenant's own besides. */
export function useCollectorCatalogue(): QueryState<CatalogueEntry[]> {
  return useQuery(tenantKey("collector-catalogue"), (signal) => get<CatalogueEntry[]>("/metrics/collectors", { signal }));
}
