// Who is signed in and which tenant is chosen. The app sets it; screens read it.
import type { Tenant, User } from "../api/model";
import { makeStore, useStore } from "./store";

export interface Session {
  user: User;
  tenants: readonly Tenant[];
  tenant: Tenant | null;
}

/** What a role may do here. A screen leaves out what is not allowed; the server refuses it besides. */
export type Permission = "manageServers" | "manageSettings" | "manageUsers" | "manageTenants";

export const session = makeStore<Session | null>(null);

export function useSession(): Session {
  const value = useStore(session);
  if (!value) throw new Error("useSession is for screens behind the sign-in");
  return value;
}

export type RoleName = "super_admin" | "tenant_admin" | "operator" | "viewer";

export const roleWords: Readonly<Record<RoleName, string>> = {
  super_admin: "Super admin",
  tenant_admin: "Tenant admin",
  operator: "Operator",
  viewer: "Viewer",
};

export function roleOf({ user, tenant }: Session): RoleName {
  if (user.isSuperAdmin) return "super_admin";
  return user.memberships.find((m) => m.tenantSlug === tenant?.slug)?.role ?? "viewer";
}

export function may(who: Session, what: Permission): boolean {
  const role = roleOf(who);
  switch (what) {
    case "manageTenants":
      return role === "super_admin";
    case "manageServers":
      return role !== "viewer";
    case "manageSettings":
    case "manageUsers":
      return role === "super_admin" || role === "tenant_admin";
  }
}

export function useMay(what: Permission): boolean {
  return may(useSession(), what);
}

/** A cache key that belongs to the chosen tenant: another tenant's data can never be shown under it. */
export function tenantKey(...parts: readonly string[]): string {
  return `tenant/${session.get()?.tenant?.slug ?? "-"}/${parts.join("/")}`;
}
