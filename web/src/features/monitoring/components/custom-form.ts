// What the form of a custom collector holds, what is wrong with it, and what is sent. Pure.
import type { CustomCollector, CustomCollectorPatch, CustomCollectorRequest, CustomColumn, CustomPreview } from "../../../api/types";

export type ColumnKind = CustomColumn["kind"];

export interface ColumnForm {
  name: string;
  kind: ColumnKind;
  unit: string;
  metric: string;
  description: string;
}

export interface CustomForm {
  name: string;
  title: string;
  purpose: string;
  engine: CustomCollector["engine"];
  statement: string;
  database: string;
  /** `null`: all servers of the engine. */
  groupIds: readonly string[] | null;
  cadence: CustomCollector["cadence"];
  timeoutSeconds: string;
  rowCountMax: string;
  keep: CustomCollector["keep"];
  columns: readonly ColumnForm[];
  enabled: boolean;
}

export const kindChoices: readonly (readonly [ColumnKind, string])[] = [
  ["label", "Label: names the row"],
  ["gauge", "Gauge: a value over time"],
  ["counter", "Counter: a total, shown as a rate"],
  ["text", "Text"],
  ["number", "Number"],
  ["time", "Time, in UTC"],
  ["flag", "Yes or no"],
  ["query_text", "Text of a query"],
];
export const cadenceChoices: readonly (readonly [CustomForm["cadence"], string])[] = [
  ["minute", "With every collection"],
  ["five_minutes", "Every 5 minutes"],
  ["quarter_hour", "Every quarter of an hour"],
  ["hour", "Every hour"],
  ["day", "Once a day"],
  ["week", "Once a week"],
];
export const keepChoices: readonly (readonly [CustomForm["keep"], string])[] = [
  ["latest", "The newest rows"],
  ["changes", "The newest rows, and what changes"],
  ["every", "The rows of every run"],
  ["new", "Of every run the rows that the one before did not have"],
];

export const hasUnit = (kind: ColumnKind): boolean => kind === "gauge" || kind === "counter" || kind === "number";
export const isSeries = (kind: ColumnKind): boolean => kind === "gauge" || kind === "counter";

export function formOf(c?: CustomCollector): CustomForm {
  return {
    name: c?.name ?? "",
    title: c?.title ?? "",
    purpose: c?.purpose ?? "",
    engine: c?.engine ?? "postgresql",
    statement: c?.statement ?? "",
    database: c?.database ?? "",
    groupIds: c?.groupIds ?? null,
    cadence: c?.cadence ?? "five_minutes",
    timeoutSeconds: String(c?.timeoutSeconds ?? 5),
    rowCountMax: String(c?.rowCountMax ?? 100),
    keep: c?.keep ?? "latest",
    columns: (c?.columns ?? []).map(columnOf),
    enabled: c?.enabled ?? true,
  };
}

const columnOf = (c: CustomColumn): ColumnForm => ({
  name: c.name,
  kind: c.kind,
  unit: c.unit ?? "",
  metric: c.metric ?? "",
  description: c.description,
});

/** A name for the API out of a title. */
export function slugOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 48);
}

const slug = /^[a-z][a-z0-9_]*$/;
const whole = (text: string, min: number, max: number): boolean => /^\d+$/.test(text.trim()) && Number(text) >= min && Number(text) <= max;

/** By the names that the API gives its own faults. */
export function faultsOf(form: CustomForm): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  if (!form.title.trim()) faults.title = "Enter a title";
  if (!slug.test(form.name) || form.name.length < 2) faults.name = "2 to 48 of a-z, 0-9 and _, beginning with a letter";
  if (!form.statement.trim()) faults.statement = "Enter one SELECT";
  if (!whole(form.timeoutSeconds, 1, 30)) faults.timeoutSeconds = "A whole number from 1 to 30";
  if (!whole(form.rowCountMax, 1, 1_000)) faults.rowCountMax = "A whole number from 1 to 1,000";
  if (form.groupIds?.length === 0) faults.groupIds = "Choose a group, or all servers";
  if (form.columns.length === 0) faults.columns = "Run the statement once, so that its columns are known, or add one by hand";
  const names = new Set<string>();
  for (const [i, c] of form.columns.entries()) {
    if (!slug.test(c.name)) faults[`columns[${i}].name`] = "a-z, 0-9 and _, as the statement calls it";
    else if (names.has(c.name)) faults[`columns[${i}].name`] = "Is there twice";
    names.add(c.name);
    if (hasUnit(c.kind) && c.unit && !slug.test(c.unit)) faults[`columns[${i}].unit`] = "Such as bytes, seconds, percent, count";
    if (isSeries(c.kind) && c.metric && !slug.test(c.metric)) faults[`columns[${i}].metric`] = "a-z, 0-9 and _";
  }
  return faults;
}

export function columnsOf(form: CustomForm): CustomCollectorRequest["columns"] {
  return form.columns.map((c) => ({
    name: c.name,
    kind: c.kind,
    ...(hasUnit(c.kind) && c.unit ? { unit: c.unit } : {}),
    ...(isSeries(c.kind) && c.metric ? { metric: c.metric } : {}),
    ...(c.description ? { description: c.description } : {}),
  }));
}

export function requestOf(form: CustomForm): CustomCollectorRequest {
  return {
    name: form.name,
    title: form.title.trim(),
    purpose: form.purpose.trim(),
    engine: form.engine,
    statement: form.statement,
    database: form.database.trim() || null,
    groupIds: form.groupIds ? [...form.groupIds] : null,
    cadence: form.cadence,
    timeoutSeconds: Number(form.timeoutSeconds),
    rowCountMax: Number(form.rowCountMax),
    keep: form.keep,
    columns: columnsOf(form),
    enabled: form.enabled,
  };
}

/** Only what differs: what another changed meanwhile stays as it is. */
export function patchOf(from: CustomForm, to: CustomForm): CustomCollectorPatch {
  const { name: _n, engine: _e, ...before } = requestOf(from), { name: _m, engine: _f, ...after } = requestOf(to);
  const changed = Object.entries(after).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof typeof before]));
  return Object.fromEntries(changed) as CustomCollectorPatch;
}

/** The columns after a run: those that the form has stay as they are meant, new ones come as they are suggested, in the answer's order. */
export function withPreview(columns: readonly ColumnForm[], preview: CustomPreview): readonly ColumnForm[] {
  const known = new Map(columns.map((c) => [c.name, c])), seen = new Set<string>();
  const found = preview.columns.flatMap(({ name, suggestion }) => {
    const low = name.toLowerCase();
    if (!slug.test(low) || seen.has(low)) return [];
    seen.add(low);
    return [known.get(low) ?? { ...columnOf(suggestion), name: low, metric: "" }];
  });
  return [...found, ...columns.filter((c) => !seen.has(c.name))];
}
