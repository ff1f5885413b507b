import { call } from "../../../lib/http";

/** Destroys a deleted tenant; `name` is its name, typed once more. */
export async function purgeTenant(slug: string, name: string): Promise<void> {
  await call("POST", `/tenants/${encodeURIComponent(slug)}/purge`, { body: { name }, tenant: null });
}
