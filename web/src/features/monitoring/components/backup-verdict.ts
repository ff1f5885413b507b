// What a database's newest backups are worth, in words.
import type { Cell, CollectorColumn, Row } from "../api/collector-types";
import { columnNamed } from "./collector-cells";

/** A full (or differential) backup is due within a week and a day, so that one a week has time to run; a log backup within an hour. */
export const fullHoursMax = 8 * 24, logHoursMax = 1;
const hourMs = 3_600_000;

export type BackupTone = "healthy" | "warning" | "critical" | "unknown";

export interface BackupColumns {
  full: number;
  differential: number;
  log: number;
  model: number;
  needsLog: number;
  /** In an availability group another replica may hold its backups. */
  inGroup: number;
}

export interface BackupVerdict {
  tone: BackupTone;
  words: string;
}

export function backupColumns(columns: readonly CollectorColumn[]): BackupColumns | null {
  const times = columns.map((c) => (c.kind === "time" ? c : { ...c, name: "" }));
  const at: BackupColumns = {
    full: columnNamed(times, /full/, /^last_backup/, /backup/),
    differential: columnNamed(times, /diff|incremental/),
    log: columnNamed(times, /log|wal|archiv/),
    model: columnNamed(columns, /recovery_model|log_mode/),
    needsLog: columnNamed(columns, /^needs_log/),
    inGroup: columnNamed(columns, /^is_in_group$/),
  };
  return at.full < 0 ? null : at;
}

export function verdictOf(row: Row, at: BackupColumns, now: number): BackupVerdict {
  const full = timeOf(row[at.full]), log = timeOf(row[at.log]), differential = timeOf(row[at.differential]);
  // Elsewhere there may be a newer one: what is missing here is then no more than a warning.
  const elsewhere = at.inGroup >= 0 && row[at.inGroup] === true, lost: BackupTone = elsewhere ? "warning" : "critical";
  const tail = elsewhere ? " here; another replica may have one" : "";
  if (full === null) return { tone: lost, words: `No full backup found${tail}` };
  const age = now - Math.max(full, differential ?? 0);
  if (age > fullHoursMax * hourMs) return { tone: lost, words: `No full or differential backup for ${ageText(age)}${tail}` };
  const model = at.model >= 0 ? String(row[at.model] ?? "").toLowerCase() : "", needs = at.needsLog >= 0 ? row[at.needsLog] : null;
  if (model === "simple") return { tone: "healthy", words: "Backed up; simple recovery, up to the last backup" };
  if (at.log < 0 || needs === false || (model === "" && needs !== true && log === null)) return { tone: "healthy", words: "Backed up" };
  if (log === null) return { tone: lost, words: `The log was never backed up${tail}` };
  if (now - log > logHoursMax * hourMs) return { tone: "warning", words: `No log backup for ${ageText(now - log)}${tail}` };
  return { tone: "healthy", words: "Backed up, log too" };
}

function timeOf(cell: Cell | undefined): number | null {
  const at = typeof cell === "string" ? Date.parse(cell) : NaN;
  return Number.isNaN(at) ? null : at;
}

function ageText(ms: number): string {
  const hours = ms / hourMs;
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`;
}

export const toneOrder: readonly BackupTone[] = ["critical", "warning", "unknown", "healthy"];
