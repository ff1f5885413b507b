import type { Tenant } from "../api/model";
import { setTenantSlug } from "../lib/http";
import { rememberTenant } from "../lib/preferences";
import { forgetAll } from "../lib/query";
import { navigate } from "../lib/router";
import { session } from "../lib/session";
import { setCriticalCount } from "../lib/title";

/** Makes this the tenant of all further calls. Everything that was read for the one before is forgotten. */
export function chooseTenant(tenant: Tenant | null, goTo: string | null): void {
  const now = session.get();
  if (!now) return;
  const same = now.tenant?.id === tenant?.id;
  setTenantSlug(tenant?.slug ?? null);
  if (tenant) rememberTenant(tenant.slug);
  session.set({ ...now, tenant });
  if (!same) {
    setCriticalCount(0);
    forgetAll();
  }
  if (goTo) navigate(goTo);
}
