// The activity log's actions and things in words. An action that is not here is shown by its own name with spaces.
const actionWords: Readonly<Record<string, string>> = {
  server_added: "Added server",
  server_updated: "Changed server",
  server_deleted: "Removed server",
  server_health_changed: "Health changed",
  server_restored: "Restored server",
  server_tested: "Tested connection",
  collection_started: "Started collection",
  collection_stopped: "Stopped collection",
  collection_config_changed: "Changed collection",
  label_added: "Added label",
  label_removed: "Removed label",
  group_created: "Created group",
  group_updated: "Changed group",
  group_changed: "Changed group",
  group_deleted: "Deleted group",
  user_added: "Added user",
  user_created: "Created user",
  user_updated: "Changed user",
  user_role_changed: "Changed role",
  user_removed: "Removed user",
  user_link_made: "Made one-time link",
  user_link_revoked: "Revoked one-time link",
  user_set_up: "Chose a password",
  user_signed_in: "Signed in",
  user_signed_out: "Signed out",
  user_sign_in_failed: "Sign-in failed",
  password_changed: "Changed password",
  super_admin_added: "Added super admin",
  super_admin_removed: "Removed super admin",
  config_changed: "Changed settings",
  settings_changed: "Changed settings",
  tenant_created: "Created tenant",
  tenant_suspended: "Suspended tenant",
  tenant_activated: "Activated tenant",
  tenant_updated: "Changed tenant",
  tenant_deleted: "Deleted tenant",
  tenant_restored: "Restored tenant",
  tenant_purge_started: "Began purging tenant",
  tenant_purged: "Purged tenant",
  policy_deployed: "Deployed policy",
  job_executed: "Ran job",
  alert_triggered: "Raised alert",
};

/** What only the installation's own log has. */
const ofPlatform = /^(tenant_|super_admin_|user_sign|user_set_up|password_)/;
export const actionChoices = Object.keys(actionWords).filter((a) => !ofPlatform.test(a));
export const platformActionChoices = Object.keys(actionWords).filter((a) => ofPlatform.test(a) || a.startsWith("user_"));
export const entityTypes = ["server", "group", "label", "user", "settings", "tenant"] as const;

export function actionWord(action: string): string {
  const known = actionWords[action];
  if (known) return known;
  const words = action.replaceAll("_", " ").replaceAll(".", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export interface DiffRow {
  name: string;
  before: string | null;
  after: string | null;
}

/** `{before, after}` as rows side by side; anything else as one value a row. */
export function detailRows(details: unknown): { diff: boolean; rows: DiffRow[] } {
  if (!isRecord(details)) {
    return { diff: false, rows: details === null || details === undefined ? [] : [{ name: "value", before: null, after: text(details) }] };
  }
  const { before, after, changes } = details;
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return {
      diff: true,
      rows: names.map((name) => ({
        name,
        before: name in before ? text(before[name]) : null,
        after: name in after ? text(after[name]) : null,
      })),
    };
  }
  // Something new has only an after, something deleted only a before.
  const only = isRecord(after) ? after : isRecord(before) ? before : null;
  if (only) return { diff: false, rows: Object.entries(only).map(([name, value]) => ({ name, before: null, after: text(value) })) };
  if (isRecord(changes) && Object.values(changes).every((c) => isRecord(c) && ("from" in c || "to" in c))) {
    return {
      diff: true,
      rows: Object.entries(changes).map(([name, c]) =>
        isRecord(c) ? { name, before: text(c.from), after: text(c.to) } : { name, before: null, after: null }
      ),
    };
  }
  return { diff: false, rows: Object.entries(details).map(([name, value]) => ({ name, before: null, after: text(value) })) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function text(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.map(text).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
