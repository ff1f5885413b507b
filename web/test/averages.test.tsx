// Averages of counters: a total's growth over its base's.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CollectorColumn, Row } from "../src/features/monitoring/api/collector-types";

const { shownColumns } = await import("../src/features/monitoring/components/collector-cells");
const { averageOf, withAverages } = await import("../src/features/monitoring/components/counter-averages");

const column = (name: string, kind: CollectorColumn["kind"]): CollectorColumn => ({ name, kind, unit: null, metric: null, description: "" });
const columns = shownColumns([
  column("object_name", "label"),
  column("counter_name", "label"),
  column("instance_name", "label"),
  column("counter_value", "counter"),
]);
const rows: Row[] = [
  ["Latches", "Average Latch Wait Time (ms)", "", 30],
  ["Latches", "Average Latch Wait Time Base", "", 1.5],
  ["Locks", "Average Wait Time (ms)", "_Total", 90],
  ["Locks", "Average Wait Time Base", "_Total", 0],
  ["Locks", "Lock Waits/sec", "_Total", 3],
  ["Resource Pool Stats", "Avg Disk Read IO (ms)", "default", 8],
  ["Resource Pool Stats", "Avg Disk Read IO (ms) Base", "default", 4],
  ["Resource Pool Stats", "Avg Disk Read IO (ms)", "internal", 8],
];

test("an average is its total's growth over its base's, and none where nothing was counted", () => {
  const shown = withAverages(columns, rows);
  assert.deepEqual(shown.map((c) => c.head), [...columns.map((c) => c.head), "Average"]);
  const average = shown[4];
  assert.deepEqual(rows.map((row) => average?.of(row)), [20, null, null, null, null, 2, null, null]);
  assert.equal(averageOf(null, 4), null);
  assert.equal(averageOf(0, 4), 0);
});
test("a collector without bases has no such column", () => {
  assert.equal(withAverages(columns, rows.slice(4, 5)), columns);
  const other = columns.slice(1);
  assert.equal(withAverages(other, rows), other);
});
