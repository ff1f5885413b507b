import type { OneTimeLink } from "../../../api/types";
import { call } from "../../../lib/http";

/** Makes a one-time link with which the person chooses a password; earlier links are void. */
export async function makeLink(userId: string): Promise<OneTimeLink> {
  return (await call<OneTimeLink>("POST", `/users/${userId}/link`)).data;
}
export async function revokeLink(userId: string): Promise<void> {
  await call("DELETE", `/users/${userId}/link`);
}
