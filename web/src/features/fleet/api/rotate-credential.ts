import type { Credential } from "../../../api/model";
import { call } from "../../../lib/http";

/** Stores a new secret for all servers of the profile. */
export async function rotateCredential(id: string, etag: string | null, body: { username?: string; password: string }): Promise<Credential> {
  return (await call<Credential>("POST", `/credentials/${id}/rotate`, { body, ifMatch: etag })).data;
}
