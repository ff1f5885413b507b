import { call } from "../../../lib/http";

export async function suspendTenant(slug: string): Promise<void> {
  await call("POST", `/tenants/${encodeURIComponent(slug)}/suspend`, { tenant: null });
}
