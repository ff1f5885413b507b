import type { Tenant } from "../../../api/model";
import { call } from "../../../lib/http";

export async function createTenant(name: string, slug: string): Promise<Tenant> {
  return (await call<Tenant>("POST", "/tenants", { body: { name, slug }, tenant: null })).data;
}
