import type { Tenant } from "../../../api/model";
import { get } from "../../../lib/http";

/** A platform with more tenants than this sees the first ones, and the screen says so. */
export const tenantCountMax = 1_000;

export const tenantsKey = "platform/tenants";

export function listTenants(signal?: AbortSignal): Promise<Tenant[]> {
  return get<Tenant[]>("/tenants", { query: { limit: tenantCountMax }, tenant: null, ...(signal ? { signal } : {}) });
}

/** The deleted ones too, for super admins. */
export function listAllTenants(signal?: AbortSignal): Promise<Tenant[]> {
  const query = { limit: tenantCountMax, status: ["active", "suspended", "deleted"] };
  return get<Tenant[]>("/tenants", { query, tenant: null, ...(signal ? { signal } : {}) });
}
