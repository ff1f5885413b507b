// What the cells of any collector's rows mean and how they read: nothing here knows one collector from another.
import { type CsvCell, csvText } from "../../../lib/csv";
import { rateUnit, withUnit } from "../../../lib/units";
import type { Cell, CollectorColumn, Row } from "../api/collector-types";
import { metricTitle } from "./chart-kinds";

/** A column as a table shows it: one of the collector's, or worked out of several. */
export interface ShownColumn {
  name: string;
  head: string;
  kind: CollectorColumn["kind"];
  unit: string | null;
  description: string;
  of: (row: Row) => Cell;
  /** How a cell reads where it is not what it is sorted by. */
  text?: (cell: Cell) => string;
  /** Why a cell of it may have no value, where more is known than that. */
  none?: string;
}

const numeric: ReadonlySet<CollectorColumn["kind"]> = new Set(["number", "gauge", "counter"]);
export const isNumeric = (column: Pick<ShownColumn, "kind">): boolean => numeric.has(column.kind);

const whyNoPlan = "No plan was kept: only those of long statements are read";

/** `textsHidden`: the reader may not see texts of queries, nor their plans. */
export function shownColumns(columns: readonly CollectorColumn[], textsHidden = false): ShownColumn[] {
  return columns.map((c, i) => ({
    name: c.name,
    head: columnHead(c),
    kind: c.kind,
    // A counter's cell is its rate a second.
    unit: c.kind === "counter" ? rateUnit(c.unit ?? "count") : c.unit,
    description: c.description,
    of: (row) => row[i] ?? null,
    ...(c.kind === "plan" ? { none: textsHidden ? "Plans of queries are for operators" : whyNoPlan } : {}),
  }));
}

/** What a row is about comes first: its labels, the statement and its plan; nobody scrolls past twenty numbers to find them. */
export function inReadingOrder(columns: readonly ShownColumn[]): ShownColumn[] {
  const place = ({ kind }: ShownColumn): number => (kind === "label" ? 0 : kind === "query_text" ? 1 : kind === "plan" ? 2 : 3);
  return [...columns].sort((a, b) => place(a) - place(b));
}

/** `last_backup_at` reads "Last backup". */
function columnHead({ name, kind }: CollectorColumn): string {
  return metricTitle(kind === "time" ? name.replace(/_at$/, "") : name);
}

export function cellText(column: ShownColumn, cell: Cell): string {
  if (cell === null || cell === "") return "\u2013";
  if (column.text) return column.text(cell);
  if (typeof cell === "boolean" || column.kind === "flag") return cell === true || cell === 1 ? "Yes" : "No";
  if (typeof cell === "number") return withUnit(cell, column.unit);
  // What the button says; the id is for the file.
  return column.kind === "plan" ? "Plan" : cell;
}

/** Less than 0: `a` first. No value comes last, whichever way the sort goes. */
export function compareCells(a: Cell, b: Cell, sign: 1 | -1): number {
  const noA = a === null || a === "", noB = b === null || b === "";
  if (noA || noB) return noA && noB ? 0 : noA ? 1 : -1;
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, "en", { numeric: true, sensitivity: "base" }) * sign;
  const x = Number(a), y = Number(b);
  return (x < y ? -1 : x > y ? 1 : 0) * sign;
}

export function sortedRows(rows: readonly Row[], column: ShownColumn | undefined, order: "asc" | "desc"): readonly Row[] {
  if (!column) return rows;
  const sign = order === "asc" ? 1 : -1;
  return [...rows].sort((a, b) => compareCells(column.of(a), column.of(b), sign));
}

/** Rows that have every word of the filter in some cell, as it is shown. */
export function matchingRows(rows: readonly Row[], columns: readonly ShownColumn[], filter: string): readonly Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = columns.map((c) => cellText(c, c.of(row))).join("\n").toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

/** The rows as they are, in the collector's own units: a spreadsheet formats for itself. */
export function rowsCsv(columns: readonly ShownColumn[], rows: readonly Row[]): string {
  const head = columns.map((c) => (c.unit ? `${c.name} (${c.unit})` : c.name));
  return csvText(head, rows.map((row) => columns.map((c) => csvCellOf(c, row))));
}

function csvCellOf(column: ShownColumn, row: Row): CsvCell {
  const cell = column.of(row);
  return column.text && cell !== null ? column.text(cell) : cell;
}

/** Where a column of one of these names is, else -1. */
export function columnNamed(columns: readonly CollectorColumn[], ...patterns: readonly RegExp[]): number {
  for (const pattern of patterns) {
    const at = columns.findIndex((c) => pattern.test(c.name));
    if (at >= 0) return at;
  }
  return -1;
}
