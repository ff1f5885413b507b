// Which metrics may be drawn, and what is said of readings that are too old.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReactElement } from "react";

const { createRoot } = await import("react-dom/client");
const { act } = await import("react-dom/test-utils");
const { chartChoices } = await import("../src/features/monitoring/components/more-charts");
const { matchingChoices } = await import("../src/components/combo");
const { CollectorCondition, isWell } = await import("../src/features/monitoring/components/collector-words");
const { judgeOf } = await import("../src/features/monitoring/components/backup-verdict");

function markupOf(element: ReactElement): string {
  const place = document.createElement("div"), root = createRoot(place);
  act(() => root.render(element));
  const text = place.innerHTML;
  act(() => root.unmount());
  return text;
}

type Types = Parameters<typeof chartChoices>[0];
const types: Types = [
  { name: "file_read_stall_ms", unit: "milliseconds/s", kind: "counter", description: "Time that reads took", collector: "file_io", engines: ["sqlserver"], labels: ["file_name"] },
  { name: "file_reads", unit: "operations/s", kind: "counter", description: "Reads", collector: "file_io", engines: ["sqlserver", "mysql"], labels: ["file_name"] },
  { name: "autovacuum_count", unit: "count", kind: "gauge", description: "", collector: "vacuum", engines: ["postgresql"], labels: [] },
  { name: "backup_log_age_seconds", unit: "seconds", kind: "gauge", description: "", collector: "backups", engines: ["sqlserver"], labels: [] },
  { name: "own_cpu_ms", unit: "ms_per_second", kind: "counter", description: "", collector: null, engines: ["sqlserver"], labels: [] },
  { name: "cpu_percent", unit: "percent", kind: "gauge", description: "", collector: null, engines: ["sqlserver", "postgresql", "mysql"], labels: [] },
];

test("a chart may be added of every metric of the engine, by collector, and of none that is shown", () => {
  const titles = new Map([["file_io", "File IO"]]), choices = chartChoices(types, "sqlserver", ["file_reads"], titles);
  assert.deepEqual(choices.map((c) => [c.group, c.value, c.note]), [
    ["The whole server", "own_cpu_ms", "ms per second"],
    ["Backups", "backup_log_age_seconds", "s"],
    ["File IO", "file_read_stall_ms", "ms per second"],
  ]);
  assert.deepEqual(chartChoices(types, "postgresql", [], titles).map((c) => c.value), ["autovacuum_count"]);
  const found = (typed: string): string[] => matchingChoices(choices, typed).map((c) => c.value);
  assert.deepEqual([found("stall file"), found("file io"), found("LOG_AGE"), found("no such")], [["file_read_stall_ms"], ["file_read_stall_ms"], ["backup_log_age_seconds"], []]);
});
test("a stale reading has no green OK, and says when it was read", () => {
  const reading = { state: "ok" as const, collectedAt: "2026-03-17T12:00:00Z", isStale: true };
  const words = (state: "ok" | "failed", isStale: boolean): string => markupOf(<CollectorCondition collector={{ ...reading, state, isStale }} />);
  assert.match(words("ok", true), /Stale, read .*2026-03-17T12:00/);
  assert.doesNotMatch(words("ok", true), /healthy|OK/);
  assert.match(words("failed", true), /Failed.*Stale/);
  assert.match(words("ok", false), /healthy/);
  assert.doesNotMatch(words("ok", false), /Stale/);
  assert.deepEqual([isWell(reading), isWell({ ...reading, isStale: false }), isWell({ ...reading, state: "cut_off", isStale: false })], [false, true, false]);
});
test("what was good in a stale reading is not known to be so now; what was bad stays bad", () => {
  const columns = [
    { name: "database_name", kind: "label" as const, unit: null, metric: null, description: "" },
    { name: "last_full_at", kind: "time" as const, unit: null, metric: null, description: "" },
  ];
  const judge = judgeOf({ columns, collectedAt: "2026-03-17T12:00:00Z", isStale: true });
  assert.deepEqual(judge?.of(["d", "2026-03-17T10:00:00Z"]), { tone: "unknown", words: "Backed up, when it was read" });
  assert.equal(judge?.of(["d", null]).tone, "critical");
});
