// Averages among SQL Server's counters: what a total grew by, over what its base grew by. Both are rows of their own; their names differ.
import type { Cell, Row } from "../api/collector-types";
import type { ShownColumn } from "./collector-cells";

const baseEnd = /\s+base$/i;

/** `Average Wait Time (ms)` and `Average Wait Time Base` are `average wait time`. */
const stemOf = (counter: string): string => counter.replace(baseEnd, "").replace(/\s*\(ms\)/i, "").toLowerCase();

/** Where nothing was counted since the reading before there is no average. */
export function averageOf(totalPerSecond: Cell, basePerSecond: Cell): number | null {
  if (typeof totalPerSecond !== "number" || typeof basePerSecond !== "number" || basePerSecond <= 0) return null;
  return totalPerSecond / basePerSecond;
}

/** The columns with "Average" behind the counter, where some rows are bases; else as they are. */
export function withAverages(columns: readonly ShownColumn[], rows: readonly Row[]): readonly ShownColumn[] {
  const named = (name: string): ShownColumn | undefined => columns.find((c) => c.name === name);
  const [object, counter, instance, value] = [named("object_name"), named("counter_name"), named("instance_name"), named("counter_value")];
  if (!object || !counter || !instance || !value) return columns;
  const nameOf = (row: Row): string => String(counter.of(row) ?? "");
  const keyOf = (row: Row): string => [object.of(row), instance.of(row), stemOf(nameOf(row))].join("\n");
  const bases = new Map(rows.filter((row) => baseEnd.test(nameOf(row))).map((row) => [keyOf(row), row]));
  if (bases.size === 0) return columns;
  const average: ShownColumn = {
    name: "average_ms",
    head: "Average",
    kind: "gauge",
    unit: "milliseconds",
    description: "Of what was counted since the reading before: the total's growth over its base's",
    of: (row) => {
      const base = baseEnd.test(nameOf(row)) ? undefined : bases.get(keyOf(row));
      return base ? averageOf(value.of(row), value.of(base)) : null;
    },
    none: "No average, or nothing was counted since the reading before",
  };
  return columns.flatMap((column) => (column === value ? [column, average] : [column]));
}
