import { call } from "../../../lib/http";

export async function deleteTenant(slug: string): Promise<void> {
  await call("DELETE", `/tenants/${encodeURIComponent(slug)}`, { tenant: null });
}
