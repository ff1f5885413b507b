// The activity log's actions and things in words. An action that is not here is shown by its own name with spaces.
/** In the order of the filter. */
const tenantWords: Readonly<Record<string, string>> = {
  server_added: "Added server",
  server_updated: "Changed server",
  server_deleted: "Removed server",
  server_restored: "Restored server",
  server_purged: "Purged server",
  server_labeled: "Labelled server",
  server_unlabeled: "Took label off server",
  group_created: "Created group",
  group_updated: "Changed group",
  group_deleted: "Deleted group",
  group_servers_added: "Added servers to group",
  group_servers_removed: "Removed servers from group",
  group_server_removed: "Removed server from group",
  label_created: "Created label",
  label_updated: "Changed label",
  label_deleted: "Deleted label",
  collector_created: "Made collector",
  collector_updated: "Changed collector",
  collector_deleted: "Deleted collector",
  collector_previewed: "Tried a statement",
  credential_created: "Created credential",
  credential_updated: "Changed credential",
  credential_rotated: "Rotated credential",
  credential_tested: "Tested credential",
  credential_deleted: "Deleted credential",
  view_created: "Saved view",
  view_updated: "Changed view",
  view_deleted: "Deleted view",
  monitoring_deployment_started: "Began deploying monitoring objects",
  monitoring_deployed: "Deployed monitoring objects",
  monitoring_deployment_failed: "Deployment failed",
  monitoring_removal_started: "Began removing monitoring objects",
  monitoring_removed: "Removed monitoring objects",
  monitoring_removal_failed: "Removal of monitoring objects failed",
  operation_started: "Began operation",
  operation_stopped: "Stopped operation",
  operation_ended: "Operation ended",
  config_changed: "Changed settings",
  collection_stopped: "Collection stopped",
  collection_resumed: "Collection went on",
  samples_lost: "Lost readings",
};
/** Of people: in a tenant's log and in the installation's. */
const userWords: Readonly<Record<string, string>> = {
  user_added: "Added user",
  user_created: "Created user",
  user_updated: "Changed user",
  user_removed: "Removed user",
  user_link_made: "Made one-time link",
  user_link_revoked: "Revoked one-time link",
  api_key_created: "Made API key",
  api_key_deleted: "Deleted API key",
};
/** What only the installation's own log has. */
const platformWords: Readonly<Record<string, string>> = {
  tenant_created: "Created tenant",
  tenant_updated: "Changed tenant",
  tenant_suspended: "Suspended tenant",
  tenant_activated: "Activated tenant",
  tenant_deleted: "Deleted tenant",
  tenant_restored: "Restored tenant",
  tenant_purge_started: "Began purging tenant",
  tenant_purged: "Purged tenant",
  super_admin_added: "Added super admin",
  super_admin_removed: "Removed super admin",
  user_signed_in: "Signed in",
  user_signed_out: "Signed out",
  user_sign_in_failed: "Sign-in failed",
  user_set_up: "Chose a password",
  password_changed: "Changed password",
};
/** What parts to come will write. */
const laterWords: Readonly<Record<string, string>> = {
  policy_deployed: "Deployed policy",
  job_executed: "Ran job",
  alert_triggered: "Raised alert",
};
const actionWords: Readonly<Record<string, string>> = { ...tenantWords, ...userWords, ...platformWords, ...laterWords };

export const actionChoices = Object.keys({ ...tenantWords, ...userWords });
export const platformActionChoices = Object.keys({ ...platformWords, ...userWords });
export const entityTypes = ["server", "group", "label", "credential", "collector", "view", "operation", "user", "api_key", "settings"] as const;

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
