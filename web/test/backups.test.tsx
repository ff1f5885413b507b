// Backups and CHECKDB: what a row is worth, as of its reading.
import assert from "node:assert/strict";
import { test } from "node:test";

import type { ReplicaBackup } from "../src/features/monitoring/api/list-replica-backups";

const { checkColumns, checkVerdictOf, backupColumns, hasGroups, judgeOf, verdictOf } = await import("../src/features/monitoring/components/backup-verdict");

type Columns = Parameters<typeof backupColumns>[0];
const column = (name: string, kind: Columns[number]["kind"], unit: string | null = null): Columns[number] => ({ name, kind, unit, metric: null, description: "" });
// As the collectors of SQL Server have them.
const columns = [
  column("database_name", "label"),
  column("database_state", "text"),
  column("recovery_model", "text"),
  column("last_full_at", "time"),
  column("last_diff_at", "time"),
  column("last_log_at", "time"),
  column("full_age_seconds", "gauge", "seconds"),
  column("diff_age_seconds", "gauge", "seconds"),
  column("log_age_seconds", "gauge", "seconds"),
  column("needs_log_backup", "flag"),
  column("is_in_group", "flag"),
  column("is_in_standby", "flag"),
];
const readAt = Date.parse("2026-03-17T12:00:00Z"), minute = 60, hour = 3600, day = 86_400;
const timeOf = (age: number | null): string | null => (age === null ? null : new Date(readAt - age * 1000).toISOString());

interface Database {
  state?: string;
  model?: string;
  full?: number | null;
  differential?: number | null;
  log?: number | null;
  inGroup?: boolean;
  inStandby?: boolean;
}
function said({ state = "ONLINE", model = "FULL", full = 2 * hour, differential = null, log = 5 * minute, inGroup = false, inStandby = false }: Database): string {
  const at = backupColumns(columns), needs = model !== "SIMPLE" && !inStandby, either = [full, differential].filter((a) => a !== null);
  assert.ok(at);
  const row = [
    "d",
    state,
    model,
    timeOf(full),
    timeOf(differential),
    timeOf(log),
    full,
    either.length > 0 ? Math.min(...either) : null,
    needs ? log : null,
    needs,
    inGroup,
    inStandby,
  ];
  const { tone, words } = verdictOf(row, at, readAt);
  return `${tone}: ${words}`;
}

test("a backup's worth is said in words, by the limits of sqlserver.md", () => {
  assert.equal(said({}), "healthy: Backed up, log too");
  assert.equal(said({ model: "SIMPLE", log: null }), "healthy: Backed up; simple recovery, up to the last backup");
  assert.equal(said({ full: null, log: null }), "critical: No full backup found");
  assert.equal(said({ full: 7 * day }), "healthy: Backed up, log too");
  assert.equal(said({ full: 7 * day + 1 }), "critical: No full backup for 7 d");
  assert.equal(said({ full: 5 * day, differential: 25 * hour }), "healthy: Backed up, log too");
  assert.equal(said({ full: 5 * day, differential: 26 * hour }), "warning: No differential backup for 26 h");
  assert.equal(said({ full: 5 * day, differential: null }), "healthy: Backed up, log too");
  // A full backup that is newer does as well.
  assert.equal(said({ full: 3 * hour, differential: 4 * day }), "healthy: Backed up, log too");
  assert.equal(said({ log: 15 * minute }), "healthy: Backed up, log too");
  assert.equal(said({ log: 16 * minute }), "warning: No log backup for 16 min");
  assert.equal(said({ log: 61 * minute }), "critical: No log backup for 61 min");
  assert.equal(said({ log: null }), "critical: The log was never backed up");
  assert.equal(said({ full: 5 * day, differential: 30 * hour, log: 7 * hour }), "critical: No differential backup for 30 h; no log backup for 7 h");
  assert.equal(said({ full: null, inGroup: true }), "warning: No full backup found here; another replica may have one");
  assert.equal(said({ log: 7 * hour, inGroup: true }), "warning: No log backup for 7 h here; another replica may have one");
});
test("a database that cannot be backed up here is not applicable, and not critical", () => {
  assert.equal(said({ state: "RESTORING", full: null, log: null }), "unknown: Not applicable: it is being restored");
  assert.equal(said({ state: "OFFLINE", full: 90 * day }), "unknown: Not applicable: it is offline");
  assert.equal(said({ full: null, log: null, inStandby: true }), "unknown: Not applicable: it is a standby copy");
  assert.equal(said({ state: "SUSPECT", full: null }), "critical: No full backup found");
});
test("what other replicas of the group hold counts, and who is not read is named", () => {
  const at = backupColumns(columns);
  assert.ok(at);
  const replica = (replicaName: string, ages: { full?: number; differential?: number; log?: number } | null): ReplicaBackup => ({
    databaseName: "d",
    replicaName,
    serverId: null,
    name: null,
    collectedAt: ages && timeOf(0),
    lastFullAt: timeOf(ages?.full ?? null),
    lastDiffAt: timeOf(ages?.differential ?? null),
    lastLogAt: timeOf(ages?.log ?? null),
    fullAgeSeconds: ages?.full ?? null,
    diffAgeSeconds: ages?.differential ?? ages?.full ?? null,
    logAgeSeconds: ages?.log ?? null,
  });
  const judged = ({ full = null, log = null, differential = null }: Database, replicas: readonly ReplicaBackup[], inGroup = true): string => {
    const diff = [full, differential].filter((a) => a !== null);
    const row = ["d", "ONLINE", "FULL", timeOf(full), timeOf(differential), timeOf(log), full, diff.length > 0 ? Math.min(...diff) : null, log, true, inGroup, false];
    const { tone, words } = verdictOf(row, at, readAt, replicas);
    return `${tone}: ${words}`;
  };
  // The primary, whose log is backed up on the secondary; and that secondary.
  assert.equal(judged({ full: hour }, [replica("SQL2", { log: 5 * minute })]), "healthy: Backed up, log too (log on SQL2)");
  assert.equal(judged({ log: 5 * minute }, [replica("SQL1", { full: hour })]), "healthy: Backed up, log too (full on SQL1)");
  assert.equal(judged({ full: hour, log: 5 * minute }, [replica("SQL2", { log: 50 * minute })]), "healthy: Backed up, log too");
  // All are read: nobody has one.
  assert.equal(judged({ full: hour }, [replica("SQL2", {})]), "critical: The log was never backed up on any replica");
  assert.equal(judged({ full: 9 * day, log: 5 * minute }, [replica("SQL2", { full: 8 * day })]), "warning: No full backup for 8 d on any replica");
  assert.equal(
    judged({ full: 5 * day, log: 5 * minute }, [replica("SQL2", { differential: 26 * hour })]),
    "warning: No differential backup for 26 h on any replica",
  );
  assert.equal(judged({ full: 5 * day, log: minute, differential: 40 * hour }, [replica("SQL2", { full: hour })]), "healthy: Backed up, log too (full on SQL2)");
  assert.equal(judged({ log: minute }, [replica("SQL2", {})]), "warning: No full backup found on any replica; copy-only ones do not count");
  // The newest by when it was taken, not by its age at an older reading.
  const old = (minutes: number): ReplicaBackup => ({ ...replica("SQL2", { log: 5 * minute }), collectedAt: timeOf(minutes * minute) });
  assert.equal(judged({ full: hour, log: 10 * minute }, [old(50)]), "healthy: Backed up, log too");
  assert.equal(judged({ full: hour, log: 70 * minute }, [old(50)]), "healthy: Backed up, log too (log on SQL2)");
  // Read too long before this row: not known.
  assert.equal(judged({ full: hour, log: 70 * minute }, [old(76)]), "warning: No log backup for 70 min on the replicas that are read; SQL2 may have one");
  // One is not: it may have one.
  assert.equal(
    judged({ full: hour }, [replica("SQL2", {}), replica("SQL3", null)]),
    "warning: The log was never backed up on the replicas that are read; SQL3 may have one",
  );
  // Another database's, and those of a database in no group, do not count.
  assert.equal(judged({ full: hour }, [{ ...replica("SQL2", { log: minute }), databaseName: "e" }]), "warning: The log was never backed up here; another replica may have one");
  assert.equal(judged({ full: hour }, [replica("SQL2", { log: minute })], false), "critical: The log was never backed up");
  assert.equal(hasGroups({ columns, rows: [] }), false);
});
test("a reading that is an hour old is judged as it was read", () => {
  const now = Date.now;
  Date.now = () => readAt + 59 * minute * 1000;
  try {
    assert.equal(said({ log: 5 * minute }), "healthy: Backed up, log too");
    // Without ages in the row the reading's time tells.
    const plain = [column("database_name", "label"), column("recovery_model", "text"), column("last_full_at", "time"), column("last_log_at", "time")];
    const judge = judgeOf({ columns: plain, collectedAt: new Date(readAt).toISOString() });
    assert.equal(judge?.of(["d", "FULL", timeOf(hour), timeOf(5 * minute)]).words, "Backed up, log too");
    assert.equal(judge?.of(["d", "FULL", timeOf(hour), timeOf(40 * minute)]).words, "No log backup for 40 min");
  } finally {
    Date.now = now;
  }
});
test("CHECKDB is due within a week, critical after two, and never is said", () => {
  const at = checkColumns([
    column("database_name", "label"),
    column("last_good_at", "time"),
    column("is_never_checked", "flag"),
    column("check_age_seconds", "gauge", "seconds"),
  ]);
  assert.ok(at);
  const check = (age: number | null, never: boolean | null = false): string => {
    const { tone, words } = checkVerdictOf(["d", timeOf(age), never, age], at, readAt);
    return `${tone}: ${words}`;
  };
  assert.deepEqual([check(7 * day), check(8 * day), check(14 * day), check(15 * day), check(null, true), check(null, null)], [
    "healthy: Checked within 7 d",
    "warning: Not checked for 8 d",
    "warning: Not checked for 14 d",
    "critical: Not checked for 15 d",
    "critical: Never checked",
    "unknown: Not known: the version does not tell, or the login may not see it",
  ]);
  assert.equal(checkColumns(columns), null);
  assert.equal(judgeOf({ columns: [column("job_name", "label")], collectedAt: null }), null);
});
