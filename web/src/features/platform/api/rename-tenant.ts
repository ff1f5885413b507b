import { call } from "../../../lib/http";

export async function renameTenant(slug: string, name: string): Promise<void> {
  await call("PATCH", `/tenants/${encodeURIComponent(slug)}`, { body: { name }, tenant: null });
}
