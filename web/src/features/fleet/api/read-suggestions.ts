import type { EngineKind, ServerSuggestions } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** Groups and labels that a new server of this name may want. */
export function useSuggestions(name: string, hostname: string, engine: EngineKind): QueryState<ServerSuggestions> {
  return useQuery(
    name || hostname ? tenantKey("suggestions", name, hostname, engine) : null,
    (signal) => get<ServerSuggestions>("/servers/suggestions", { query: { name, hostname, engine }, signal }),
  );
}
