// What a database's newest backups and its last CHECKDB are worth, in words. Judged as of the reading: the ages are those that the server
// worked out when it was read. An hour later a log backup that was taken in time would look an hour late; that a reading is old is said by its badge.
import type { ReplicaBackup } from "../api/list-replica-backups";
import type { Cell, CollectorColumn, CollectorDetail, Row } from "../api/collector-types";
import { columnNamed } from "./collector-cells";

/** What another replica holds counts where it was read within an hour and a quarter of the row: backups are read every hour.
 * A full backup a week, a differential a day (with an hour to run) where there are any, the log every 15 minutes, CHECKDB a week. */
export const limits = { fullDays: 7, differentialHours: 25, logWarningMinutes: 15, logCriticalMinutes: 60, checkWarningDays: 7, checkCriticalDays: 14, replicaMinutes: 75 } as const;
const minute = 60, hour = 3_600, day = 86_400;

/** `unknown`: not known, or not applicable; the words say which. */
export type BackupTone = "critical" | "warning" | "healthy" | "unknown";

export interface BackupVerdict {
  tone: BackupTone;
  words: string;
}

export const toneOrder: readonly BackupTone[] = ["critical", "warning", "healthy", "unknown"];

export interface BackupColumns {
  database: number;
  full: number;
  differential: number;
  log: number;
  /** Seconds at the reading; -1 where the collector has no such column, and the reading's time tells. */
  fullAge: number;
  /** Since the last differential backup, or a newer full one. */
  differentialAge: number;
  logAge: number;
  model: number;
  needsLog: number;
  /** In an availability group another replica may hold its backups. */
  inGroup: number;
  state: number;
  inStandby: number;
}

export function backupColumns(columns: readonly CollectorColumn[]): BackupColumns | null {
  const times = only(columns, (c) => c.kind === "time"), ages = only(columns, (c) => c.unit === "seconds");
  const at: BackupColumns = {
    database: columnNamed(columns, /^database_name$/),
    full: columnNamed(times, /full/, /^last_backup/, /backup/),
    differential: columnNamed(times, /diff|incremental/),
    log: columnNamed(times, /log|wal|archiv/),
    fullAge: columnNamed(ages, /full.*age/),
    differentialAge: columnNamed(ages, /(diff|incremental).*age/),
    logAge: columnNamed(ages, /log.*age/),
    model: columnNamed(columns, /recovery_model|log_mode/),
    needsLog: columnNamed(columns, /^needs_log/),
    inGroup: columnNamed(columns, /^is_in_group$/),
    state: columnNamed(columns, /^database_state$/),
    inStandby: columnNamed(columns, /^is_in_standby$/),
  };
  return at.full < 0 ? null : at;
}

/** `readAt`: when the row was read, in milliseconds; `replicas`: what other replicas of its availability group hold. */
export function verdictOf(row: Row, at: BackupColumns, readAt: number, replicas: readonly ReplicaBackup[] = []): BackupVerdict {
  const apart = notApplicable(row, at);
  if (apart) return { tone: "unknown", words: `Not applicable: ${apart}` };
  const others = isOn(row[at.inGroup]) ? replicas.filter((r) => r.databaseName === row[at.database]) : [];
  const isRead = (r: ReplicaBackup): boolean => r.collectedAt !== null && readAt - Date.parse(r.collectedAt) <= limits.replicaMinutes * minute * 1000;
  const read = others.filter(isRead), unread = others.filter((r) => !isRead(r));
  // On a replica that is not read there may be a newer one: what is missing here is then no more than a warning.
  const isPart = isOn(row[at.inGroup]) && (others.length === 0 || unread.length > 0), lost: BackupTone = isPart ? "warning" : "critical";
  const tail = others.length === 0
    ? isPart ? " here; another replica may have one" : ""
    : unread.length === 0
    ? " on any replica"
    : ` on the replicas that are read; ${unread.map((r) => r.replicaName).join(", ")} may have one`;
  // A secondary can take copy-only ones alone, which do not count: a group that relies on them is not lost.
  const full = newest(ageOf(row, at.fullAge, at.full, readAt), readAt, read, (r) => r.fullAgeSeconds), lostFull: BackupTone = read.length > 0 ? "warning" : lost;
  const copies = read.length > 0 ? "; copy-only ones do not count" : "";
  if (full.age === null) return { tone: lostFull, words: `No full backup found${tail}${copies}` };
  const faults: BackupVerdict[] = [];
  if (full.age > limits.fullDays * day) faults.push({ tone: lostFull, words: `No full backup for ${ageText(full.age)}` });
  const differential = differentialAge(row, at, full.age, readAt, read);
  if (differential !== null && differential > limits.differentialHours * hour) {
    faults.push({ tone: "warning", words: `No differential backup for ${ageText(differential)}` });
  }
  const needsLog = logIsNeeded(row, at);
  const log = needsLog ? newest(ageOf(row, at.logAge, at.log, readAt), readAt, read, (r) => r.logAgeSeconds) : { age: null, on: null };
  if (needsLog && log.age === null) faults.push({ tone: lost, words: "The log was never backed up" });
  if (log.age !== null && log.age > limits.logWarningMinutes * minute) {
    faults.push({ tone: log.age > limits.logCriticalMinutes * minute ? lost : "warning", words: `No log backup for ${ageText(log.age)}` });
  }
  const worst = toneOrder.find((tone) => faults.some((f) => f.tone === tone));
  if (worst) return { tone: worst, words: `${inOneSentence(faults.map((f) => f.words))}${tail}` };
  const where = [full.on && `full on ${full.on}`, log.on && `log on ${log.on}`].filter(Boolean).join(", "), places = where ? ` (${where})` : "";
  if (isSimple(row, at)) return { tone: "healthy", words: `Backed up; simple recovery, up to the last backup${places}` };
  return { tone: "healthy", words: `${needsLog ? "Backed up, log too" : "Backed up"}${places}` };
}

/** The newest, here or on another replica, by its age when it was read there; and that replica's name, `null`: here. */
function newest(
  here: number | null,
  readAt: number,
  others: readonly ReplicaBackup[],
  of: (backup: ReplicaBackup) => number | null,
): { age: number | null; on: string | null } {
  let best: { age: number | null; on: string | null } = { age: here, on: null }, least = here ?? Infinity;
  for (const other of others) {
    const age = of(other), now = age === null ? Infinity : age + (readAt - Date.parse(other.collectedAt ?? "")) / 1000;
    if (now < least) [best, least] = [{ age, on: other.replicaName }, now];
  }
  return best;
}

/** Why no backup can be made of it here; `null` where one can. */
function notApplicable(row: Row, at: BackupColumns): string | null {
  const state = String(row[at.state] ?? "").toUpperCase();
  if (state === "RESTORING") return "it is being restored";
  if (state === "OFFLINE") return "it is offline";
  return isOn(row[at.inStandby]) ? "it is a standby copy" : null;
}

/** `null` where there are none, on any replica. */
function differentialAge(row: Row, at: BackupColumns, full: number, readAt: number, others: readonly ReplicaBackup[]): number | null {
  const has = timeOf(row[at.differential]) !== null;
  if (!has && others.every((r) => r.lastDiffAt === null)) return null;
  const here = has ? ageOf(row, at.differentialAge, at.differential, readAt) : null;
  return Math.min(newest(here, readAt, others.filter((r) => r.lastDiffAt !== null), (r) => r.diffAgeSeconds).age ?? full, full);
}

const isSimple = (row: Row, at: BackupColumns): boolean => String(row[at.model] ?? "").toUpperCase() === "SIMPLE";

function logIsNeeded(row: Row, at: BackupColumns): boolean {
  if (at.log < 0 || isSimple(row, at)) return false;
  const needs = row[at.needsLog] ?? null;
  if (needs !== null) return isOn(needs);
  return at.model >= 0 || timeOf(row[at.log]) !== null;
}

export interface CheckColumns {
  at: number;
  never: number;
  age: number;
}

export function checkColumns(columns: readonly CollectorColumn[]): CheckColumns | null {
  const found: CheckColumns = {
    at: columnNamed(only(columns, (c) => c.kind === "time"), /^last_good/),
    never: columnNamed(columns, /^is_never_checked$/),
    age: columnNamed(only(columns, (c) => c.unit === "seconds"), /^check_age/),
  };
  return found.at < 0 ? null : found;
}

export function checkVerdictOf(row: Row, at: CheckColumns, readAt: number): BackupVerdict {
  if (isOn(row[at.never])) return { tone: "critical", words: "Never checked" };
  const age = ageOf(row, at.age, at.at, readAt);
  if (age === null) return { tone: "unknown", words: "Not known: the version does not tell, or the login may not see it" };
  const { checkWarningDays: warning, checkCriticalDays: critical } = limits;
  if (age > warning * day) return { tone: age > critical * day ? "critical" : "warning", words: `Not checked for ${ageText(age)}` };
  return { tone: "healthy", words: `Checked within ${warning} d` };
}

export interface Judge {
  of: (row: Row) => BackupVerdict;
  wanted: string;
  /** What all have that are well. */
  good: string;
  /** What those have that are not. */
  bad: string;
}

/** Who judges the collector's rows; `null`: they are neither backups nor checks. What was good in a stale reading is not known to be so now. */
export function judgeOf(detail: Pick<CollectorDetail, "columns" | "collectedAt" | "isStale">, replicas: readonly ReplicaBackup[] = []): Judge | null {
  const judge = judgeOfReading(detail, replicas);
  if (!judge || detail.isStale !== true) return judge;
  return {
    ...judge,
    of: (row) => {
      const verdict = judge.of(row);
      return verdict.tone === "healthy" ? { tone: "unknown", words: `${verdict.words}, when it was read` } : verdict;
    },
  };
}

/** Whether a row is of a database that other replicas may have backed up. */
export function hasGroups({ columns, rows }: Pick<CollectorDetail, "columns" | "rows">): boolean {
  const at = backupColumns(columns);
  return at !== null && at.inGroup >= 0 && rows.some((row) => isOn(row[at.inGroup]));
}

function judgeOfReading({ columns, collectedAt }: Pick<CollectorDetail, "columns" | "collectedAt">, replicas: readonly ReplicaBackup[]): Judge | null {
  const readAt = Date.parse(collectedAt ?? ""), backups = backupColumns(columns), checks = checkColumns(columns), l = limits;
  if (backups) {
    return {
      of: (row) => verdictOf(row, backups, readAt, replicas),
      wanted: `a full backup within ${l.fullDays} days, a differential within ${l.differentialHours} h where there are any, ` +
        `a log backup within ${l.logWarningMinutes} min (critical after ${l.logCriticalMinutes}) where the log must be backed up; as of the reading`,
      good: "backed up",
      bad: "lack a backup",
    };
  }
  if (checks) {
    return {
      of: (row) => checkVerdictOf(row, checks, readAt),
      wanted: `a good CHECKDB within ${l.checkWarningDays} days; critical after ${l.checkCriticalDays}, and where there never was one; as of the reading`,
      good: "checked",
      bad: "are long unchecked, or never were",
    };
  }
  return null;
}

/** The columns in their places; those of another kind have no name. */
const only = (columns: readonly CollectorColumn[], wanted: (column: CollectorColumn) => boolean): CollectorColumn[] =>
  columns.map((c) => (wanted(c) ? c : { ...c, name: "" }));

const isOn = (cell: Cell | undefined): boolean => cell === true || cell === 1;

function timeOf(cell: Cell | undefined): number | null {
  const at = typeof cell === "string" ? Date.parse(cell) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** In seconds: as the row has it, else from its time to the reading. No clock of the browser is in it. */
function ageOf(row: Row, age: number, time: number, readAt: number): number | null {
  const told = row[age], at = timeOf(row[time]);
  if (typeof told === "number") return told;
  return at === null || Number.isNaN(readAt) ? null : Math.max(0, (readAt - at) / 1000);
}

function ageText(seconds: number): string {
  if (seconds < 2 * hour) return `${Math.floor(seconds / minute)} min`;
  return seconds < 2 * day ? `${Math.floor(seconds / hour)} h` : `${Math.floor(seconds / day)} d`;
}

const inOneSentence = (words: readonly string[]): string =>
  words.map((w, i) => (i === 0 ? w : w.charAt(0).toLowerCase() + w.slice(1))).join("; ");
