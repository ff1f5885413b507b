// The screens that administrators open: one file.
export { AdminsPage } from "../features/platform/components/admins-page";
export { APIKeysPage } from "../features/platform/components/api-keys-page";
export { SettingsPage } from "../features/platform/components/settings-page";
export { TenantsPage } from "../features/platform/components/tenants-page";
export { UsersPage } from "../features/platform/components/users-page";
