import { call } from "../../../lib/http";

export async function restoreTenant(slug: string): Promise<void> {
  await call("POST", `/tenants/${encodeURIComponent(slug)}/restore`, { tenant: null });
}
