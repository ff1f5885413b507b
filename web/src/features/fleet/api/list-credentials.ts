import type { Credential } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** A tenant with more profiles sees the first ones, and the screen says so. */
export const credentialCountMax = 1_000;

export const credentialsKey = (): string => tenantKey("credentials");

export function useCredentials(): QueryState<Credential[]> {
  return useQuery(credentialsKey(), (signal) => get<Credential[]>("/credentials", { query: { limit: credentialCountMax }, signal }));
}
