import type { Credential, CredentialPatch, CredentialRequest } from "../../../api/model";
import { call } from "../../../lib/http";

export async function createCredential(body: CredentialRequest): Promise<Credential> {
  return (await call<Credential>("POST", "/credentials", { body })).data;
}

export interface CredentialAndTag {
  credential: Credential;
  etag: string | null;
}

export async function readCredential(id: string, signal?: AbortSignal): Promise<CredentialAndTag> {
  const { data, etag } = await call<Credential>("GET", `/credentials/${id}`, signal ? { signal } : {});
  return { credential: data, etag };
}

export async function changeCredential(id: string, etag: string | null, body: CredentialPatch): Promise<Credential> {
  return (await call<Credential>("PATCH", `/credentials/${id}`, { body, ifMatch: etag })).data;
}
