import type { User } from "../../../api/model";
import type { AddedUser, OneTimeLink } from "../../../api/types";
import { call, get } from "../../../lib/http";

export const adminsKey = "platform/admins";

export function listAdmins(signal?: AbortSignal): Promise<User[]> {
  return get<User[]>("/platform/admins", { tenant: null, ...(signal ? { signal } : {}) });
}
export async function addAdmin(name: string, email: string): Promise<AddedUser> {
  return (await call<AddedUser>("POST", "/platform/admins", { body: { name, email }, tenant: null })).data;
}
export async function removeAdmin(id: string): Promise<void> {
  await call("DELETE", `/platform/admins/${id}`, { tenant: null });
}
export async function makeAdminLink(id: string): Promise<OneTimeLink> {
  return (await call<OneTimeLink>("POST", `/platform/admins/${id}/link`, { tenant: null })).data;
}
