import type { GivenRole } from "../../../api/model";
import type { APIKey, NewAPIKey } from "../../../api/types";
import { call, get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export const apiKeysKey = (): string => tenantKey("api-keys");

export function useAPIKeys(): QueryState<APIKey[]> {
  return useQuery(apiKeysKey(), (signal) => get<APIKey[]>("/api-keys", { signal }));
}

/** The answer has the key itself, which is never shown again. */
export async function createAPIKey(body: { name: string; role: GivenRole; expiresAt: string | null }): Promise<NewAPIKey> {
  return (await call<NewAPIKey>("POST", "/api-keys", { body })).data;
}

export async function deleteAPIKey(id: string): Promise<void> {
  await call("DELETE", `/api-keys/${id}`);
}
