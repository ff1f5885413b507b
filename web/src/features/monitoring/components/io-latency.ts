// How long a read or a write takes: the time that all took, over how many there were. Where nothing was read, there is no latency.
import type { Cell, CollectorColumn, Row } from "../api/collector-types";
import { columnNamed, type ShownColumn, shownColumns } from "./collector-cells";

/** Milliseconds an operation; both are rates a second over the same interval, so their quotient is of that interval. */
export function latencyMs(stallPerSecond: Cell, operationsPerSecond: Cell): number | null {
  if (typeof stallPerSecond !== "number" || typeof operationsPerSecond !== "number" || operationsPerSecond <= 0) return null;
  return stallPerSecond / operationsPerSecond;
}

interface Pair {
  what: "read" | "write";
  operations: number;
  stall: number;
  /** What the stall's unit is in milliseconds. */
  factor: number;
}

function pairsOf(columns: readonly CollectorColumn[]): Pair[] {
  return (["read", "write"] as const).flatMap((what): Pair[] => {
    const counters = columns.map((c) => (c.kind === "counter" ? c : { ...c, name: "" }));
    const stall = columnNamed(counters, new RegExp(`^(\\w+_)?${what}s?_(ms|us|(stall|latency|time|wait)\\w*)$`), new RegExp(`^(io_)?stall_${what}\\w*$`));
    const operations = columnNamed(
      counters,
      new RegExp(`^(\\w+_)?${what}_(count|operations|ops|requests)$`),
      new RegExp(`^(\\w+_)?(num_of_)?${what}s$`),
    );
    const unit = columns[stall]?.unit, factor = unit === "microseconds" ? 0.001 : unit === "seconds" ? 1_000 : 1;
    return stall < 0 || operations < 0 ? [] : [{ what, operations, stall, factor }];
  });
}

/** The collector's columns with "Read latency" and "Write latency" in place of the stalls, where it has both parts. */
export function withLatency(columns: readonly CollectorColumn[]): readonly ShownColumn[] {
  const pairs = pairsOf(columns), stalls = new Set(pairs.map((p) => p.stall));
  return shownColumns(columns).flatMap((column, i) => {
    const pair = pairs.find((p) => p.operations === i);
    if (stalls.has(i)) return [];
    return pair ? [column, latencyColumn(pair)] : [column];
  });
}

function latencyColumn({ what, operations, stall, factor }: Pair): ShownColumn {
  return {
    name: `${what}_latency_ms`,
    head: what === "read" ? "Read latency" : "Write latency",
    kind: "number",
    unit: "milliseconds",
    description: `How long a ${what} took at the last reading: all their time over their number; none without any ${what}`,
    of: (row: Row) => {
      const ms = latencyMs(row[stall] ?? null, row[operations] ?? null);
      return ms === null ? null : ms * factor;
    },
  };
}
