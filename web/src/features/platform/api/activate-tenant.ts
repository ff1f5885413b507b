import { call } from "../../../lib/http";

export async function activateTenant(slug: string): Promise<void> {
  await call("POST", `/tenants/${encodeURIComponent(slug)}/activate`, { tenant: null });
}
