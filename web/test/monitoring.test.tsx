// The rules of the monitoring screens: units, tables of any collector, latencies, forecasts, blocking trees, backups, exports, the fleet's map.
import assert from "node:assert/strict";
import { test } from "node:test";

const { csvText, fileName } = await import("../src/lib/csv");
const { withUnit, spanText } = await import("../src/lib/units");
const { forecastOf, trendOf } = await import("../src/lib/trend");
const { stackRows, stackRuns, stackScale } = await import("../src/lib/stacked");
const { cellAt, gridOf, heightOf, placeOf } = await import("../src/lib/heat");
const { windowFrom, windowQuery, windowKey } = await import("../src/features/monitoring/api/time-window");
const { shownColumns, sortedRows, matchingRows, rowsCsv, cellText } = await import("../src/features/monitoring/components/collector-cells");
const { latencyMs, withLatency } = await import("../src/features/monitoring/components/io-latency");
const { blockerOf, blockingColumns, blockingTree, flatTree } = await import("../src/features/monitoring/components/blocking");
const { differences } = await import("../src/features/monitoring/components/changes-tab");
const { coreShareText, costOf } = await import("../src/features/monitoring/components/collectors-tab");
const { withoutTwins } = await import("../src/features/monitoring/api/list-collectors");
const { leftOutText } = await import("../src/features/monitoring/components/storage-forecast");
const { cellOf, scaleOf } = await import("../src/features/monitoring/components/heat-cells");
const { sectionsOf } = await import("../src/features/monitoring/components/heat-sections");
const { metricTitle } = await import("../src/features/monitoring/components/chart-kinds");
const { whyNoData, whyNoRows } = await import("../src/features/monitoring/components/why-no-data");
const { faultsOf: customFaults, formOf, patchOf, requestOf, slugOf, withPreview } = await import("../src/features/monitoring/components/custom-form");
const { topicOf } = await import("../src/features/monitoring/components/topics");
const { CriticalWatch } = await import("../src/app/critical-watch");
const { withPresentValues } = await import("../src/api/present-values");
const { serverColumns } = await import("../src/features/fleet/components/server-columns");
const { setPreferences } = await import("../src/lib/preferences");

type Columns = Parameters<typeof shownColumns>[0];
type Fleet = Parameters<typeof scaleOf>[0];
type Collector = Parameters<typeof costOf>[0][number];
const column = (name: string, kind: Columns[number]["kind"], unit: string | null = null): Columns[number] => ({ name, kind, unit, metric: null, description: "" });

type ColumnForm = Parameters<typeof withPreview>[0][number];
const columnForm = (name: string, kind: ColumnForm["kind"], unit = ""): ColumnForm => ({ name, kind, unit, metric: "", description: "" });

test("a value reads with its unit, and no value is a dash", () => {
  const texts = [
    withUnit(null, "bytes"),
    withUnit(5 * 1024 ** 3, "bytes"),
    withUnit(1536, "bytes/s"),
    withUnit(0.4, "milliseconds"),
    withUnit(362_000, "milliseconds"),
    withUnit(97, "percent"),
    withUnit(99.44, "percent"),
    withUnit(1042, "operations/s"),
    spanText(90_000_000),
  ];
  assert.deepEqual(texts, ["–", "5.0 GiB", "1.5 KiB/s", "0.40 ms", "6 min 2 s", "97\u202f%", "99.4\u202f%", "1,042/s", "25 h"]);
});
test("a spreadsheet runs nothing that a file holds", () => {
  assert.equal(csvText(["a", "b"], [["=1+1", -4], ['+x,"y"', null], ["@cmd", "-3.5"]]), "\ufeffa,b\r\n'=1+1,-4\r\n\"'+x,\"\"y\"\"\",\r\n'@cmd,-3.5\r\n");
  assert.equal(fileName("prd/eu 1", "File IO"), "prd-eu-1_File-IO");
});
test("a table sorts by number and by text, keeps what is not known last, and finds words in what is shown", () => {
  const columns = shownColumns([column("name", "label"), column("size_bytes", "gauge", "bytes"), column("reads", "counter", "operations")]);
  const rows = [["b10", 5, null], ["b9", null, 12.5], ["a", 1024 ** 3, 0]];
  const names = (list: readonly (readonly unknown[])[]): unknown[] => list.map((r) => r[0]);
  assert.deepEqual(names(sortedRows(rows, columns[0], "asc")), ["a", "b9", "b10"]);
  assert.deepEqual(names(sortedRows(rows, columns[1], "asc")), ["b10", "a", "b9"]);
  assert.deepEqual(names(sortedRows(rows, columns[1], "desc")), ["a", "b10", "b9"]);
  assert.deepEqual(names(matchingRows(rows, columns, "gib a")), ["a"]);
  assert.deepEqual(columns.map((c) => c.head), ["Name", "Size", "Reads"]);
  assert.equal(cellText(columns[2]!, 12.5), "12.5/s");
  assert.equal(rowsCsv(columns, rows).split("\r\n")[0], "\ufeffname,size_bytes (bytes),reads (operations/s)");
});
test("PRD 3.4-6: a latency is stall over operations, and none where nothing was read", () => {
  assert.deepEqual([latencyMs(400, 40), latencyMs(400, 0), latencyMs(null, 40), latencyMs(0, 3)], [10, null, null, 0]);
  const columns = withLatency([
    column("file_name", "label"),
    column("read_count", "counter", "operations"),
    column("read_stall_ms", "counter", "milliseconds"),
    column("write_count", "counter", "operations"),
  ]);
  assert.deepEqual(columns.map((c) => c.name), ["file_name", "read_count", "read_latency_ms", "write_count"]);
  assert.equal(columns[2]?.of(["f", 4, 10, 1]), 2.5);
  assert.equal(columns[2]?.of(["f", 0, 0, 1]), null);
});
test("a forecast follows the line, and says when there is none", () => {
  const day = 86_400_000, gib = 1024 ** 3;
  const line = (days: number, step: number, value: (d: number) => number): { at: number; avg: number }[] =>
    Array.from({ length: Math.round(days / step) + 1 }, (_, i) => ({ at: i * step * day, avg: value(i * step) }));
  const full = forecastOf(line(30, 0.25, (d) => (100 - 2 * d) * gib));
  assert.equal(full.kind, "days");
  assert.ok(full.kind === "days" && Math.abs(full.days - 20) < 0.01);
  assert.ok(full.kind === "days" && Math.abs(full.at / day - 50) < 0.01, "from the newest reading on, not from today");
  assert.equal(forecastOf(line(30, 0.25, () => 50 * gib)).kind, "steady");
  assert.equal(forecastOf(line(30, 0.25, (d) => (50 + d) * gib)).kind, "steady");
  assert.equal(forecastOf(line(1, 0.02, (d) => (100 - 2 * d) * gib)).kind, "tooLittle");
  assert.equal(forecastOf([]).kind, "tooLittle");
  assert.equal(forecastOf(line(30, 0.25, (d) => (50 - 0.05 * d + ((d * 4) % 2 === 0 ? 9 : -9)) * gib)).kind, "unclear");
  assert.equal(forecastOf(line(30, 0.25, (d) => (100_000 - 4 * d) * gib)).kind, "far");
  assert.equal(trendOf([{ at: 5, avg: 1 }, { at: 5, avg: 2 }]), null);
});
test("areas add up, and never cross a hole", () => {
  const rows = stackRows([[[0, 1], [60, 2], [300, 3]], [[0, 4], [60, null], [300, 1]]]);
  assert.deepEqual(rows.map((r) => r.values), [[1, 4], [2, null], [3, 1]]);
  assert.equal(stackScale(rows, 0, 300).top >= 5, true);
  assert.deepEqual(stackRuns(rows, 60).map((run) => run.map((r) => r.at)), [[0, 60], [300]]);
});
test("a window comes from the address, and a comparison asks for the same length earlier", () => {
  assert.equal(windowKey(windowFrom(new URLSearchParams("range=7d"))), "7d");
  assert.equal(windowKey(windowFrom(new URLSearchParams("range=no"))), "24h");
  const fixed = windowFrom(new URLSearchParams("from=2026-03-17T10:00:00Z&to=2026-03-17T12:00:00Z&range=7d"));
  assert.deepEqual(windowQuery(fixed, 86_400_000), { from: "2026-03-16T10:00:00Z", to: "2026-03-16T12:00:00Z" });
  assert.equal(windowKey(windowFrom(new URLSearchParams("from=2026-03-17T12:00:00Z&to=2026-03-17T12:00:10Z"))), "24h");
  assert.deepEqual(windowQuery({ range: "6h" }), { range: "6h" });
  assert.deepEqual(windowQuery({ range: "6h" }, 86_400_000, Date.parse("2026-03-17T12:00:00Z")), { from: "2026-03-16T06:00:00Z", to: "2026-03-16T12:00:00Z" });
});
test("the tree has the lead blocker on top, keeps one that is not listed, names an idle one, and ends a circle", () => {
  const columns = [column("session_id", "label"), column("blocking_session_id", "number"), column("status", "text")], at = blockingColumns(columns);
  assert.ok(at);
  const rows = [["61", 87, "suspended"], ["87", 0, "running"], ["74", 61, "suspended"], ["90", 44, "suspended"], ["12", null, "running"]];
  const nodes = flatTree(blockingTree(rows, at)).map((n) => [n.id, n.depth, n.blockedCount, n.isIdle]);
  assert.deepEqual(nodes, [["87", 0, 2, false], ["61", 1, 1, false], ["74", 2, 0, false], ["44", 0, 1, false], ["90", 1, 0, false]]);
  const own = blockingColumns([column("session_id", "label"), column("blocked_by", "text"), column("is_idle", "flag"), column("state", "text")])!;
  const leads = blockingTree([["-2", null, true, "running"], ["8", "-2,9", false, "sleeping"]], own);
  assert.deepEqual(flatTree(leads).map((n) => [n.id, n.isIdle]), [["-2", true], ["8", false]]);
  const circle = flatTree(blockingTree([["1", 2, ""], ["2", 1, ""]], at));
  assert.deepEqual(circle.map((n) => [n.id, n.isCycle]), [["2", true], ["1", false]]);
  assert.deepEqual([blockerOf("4702,4711"), blockerOf("{81}"), blockerOf(0), blockerOf(null), blockerOf(-4)], ["4702", "81", null, null, null]);
  assert.equal(blockingColumns([column("pid", "label"), column("state", "text")]), null);
});
test("of a change only what differs is shown", () => {
  const change = { id: 1, collector: "c", labels: {}, change: "changed" as const, before: { a: 1, b: "x" }, after: { a: 2, b: "x", c: true }, changedAt: "" };
  assert.deepEqual(differences(change), [["a", 1, 2], ["c", null, true]]);
});
const collector = (more: Partial<Collector>): Collector => ({
  name: "file_io",
  title: "File IO",
  purpose: "",
  cadence: "minute",
  intervalSeconds: 60,
  permissions: "VIEW SERVER STATE",
  cost: "low",
  state: "ok",
  message: null,
  attemptedAt: null,
  collectedAt: null,
  durationMs: 10,
  rowCount: 1,
  failuresInARow: 0,
  keep: "latest",
  columnCount: 2,
  ...more,
});
test("DbTools' own cost counts a batch of one pace as one round trip", () => {
  const cost = costOf([collector({}), collector({ name: "b", durationMs: 20 }), collector({ name: "c", cadence: "hour", intervalSeconds: 3600, durationMs: 100 }), collector({ durationMs: null })]);
  assert.deepEqual(cost, { msPerHour: 1_300, runsPerHour: 61, knownCount: 3 });
});
const server = (more: object): Parameters<typeof whyNoData>[0] =>
  ({
    engine: "sqlserver",
    status: "online",
    collection: { enabled: true, intervalSeconds: 60 },
    lastCollectedAt: "2026-03-17T12:00:00Z",
    lastError: null,
    latest: { cpuPercent: 5, memoryPercent: 5, connectionCount: 5, batchRequestsSec: null },
    unavailable: [],
    ...more,
  }) as unknown as Parameters<typeof whyNoData>[0];
test("own CPU is a share of a core, and what a table leaves out is counted", () => {
  assert.deepEqual([coreShareText([]), coreShareText([null]), coreShareText([2, null, 4]), coreShareText([0.01])], [
    null,
    null,
    "0.30 % of a core",
    "less than 0.01 % of a core",
  ]);
  assert.deepEqual([20, null].map((total) => leftOutText(20, total, "drive", "the least room")), [null, null]);
  assert.equal(leftOutText(20, 23, "drive", "the least room"), "3 more drives not shown: the 20 with the least room are.");
});
test("Of MySQL's and MariaDB's collector of one title the one that is not available is left out", () => {
  const others = { state: "not_available", message: "It is not for this version or kind of server, but for MySQL 8.0 and later." } as const;
  const list = [
    collector({ name: "blocking" }),
    collector({ name: "blocking_mysql", ...others }),
    collector({ name: "waits", title: "Waits", ...others }),
    collector({ name: "waits_mysql", title: "Waits", state: "not_available", message: "performance_schema is off." }),
    collector({ name: "own", isCustom: true, state: "not_available", message: "No such table." }),
    collector({ name: "io", title: "IO", ...others }),
  ];
  assert.deepEqual(withoutTwins(list).map((c) => c.name), ["blocking", "waits_mysql", "own", "io"]);
});
test("PRD 3.8-11: no data says why", () => {
  const day = { range: "24h" } as const;
  assert.match(whyNoData(server({ collection: { enabled: false, intervalSeconds: 60 } }), "cpu", day), /Collection is off/);
  assert.match(whyNoData(server({ lastCollectedAt: null }), "cpu", day), /first collection is due/);
  assert.match(whyNoData(server({ lastCollectedAt: null, lastError: { message: "Login failed." } }), "cpu", day), /Login failed/);
  assert.match(whyNoData(server({ engine: "mysql" }), "batch_requests_sec", day), /MySQL does not report this value/);
  assert.match(whyNoData(server({}), "cpu", day), /last 24 h/);
  assert.equal(whyNoRows(server({}), collector({ state: "no_permissions", message: "GRANT it" }), "x").text, "GRANT it");
  assert.equal(whyNoRows(server({ engine: "postgresql" }), undefined, "backups").title, "PostgreSQL does not tell this");
  assert.match(whyNoRows(server({}), collector({ state: "pending" }), "x").text, /every minute/);
});
test("collectors find their tab by name", () => {
  const topics = ["running_queries", "blocking", "file_io", "drives", "database_sizes", "backups", "configuration", "wait_types", "availability_databases"].map(topicOf);
  assert.deepEqual(topics, ["queries", "queries", "files", "files", "files", "backups", null, "waits", null]);
  assert.deepEqual([metricTitle("file_read_stall_ms"), metricTitle("cpu_percent"), metricTitle("disk_io_reads")], ["File read stall", "CPU", "Disk IO reads"]);
});
const fleetServer = (name: string, more: object = {}): Fleet[number] =>
  ({ serverId: name, name, status: "healthy", reasons: [], cpuPercent: 10, memoryPercent: 20, connectionCount: 20, batchRequestsSec: null, groupIds: ["g"], ...more }) as unknown as Fleet[number];
const limits = { cpuPercent: { warning: 80, critical: 95 }, memoryPercent: { warning: 85, critical: 95 } };
test("an outlier of the map is far outside of the middle half, and an unknown value is not 0", () => {
  const servers = [...Array.from({ length: 20 }, (_, i) => fleetServer(`s${i}`, { connectionCount: 20 + i })), fleetServer("far", { connectionCount: 900 }), fleetServer("dark", { connectionCount: null })];
  const scale = scaleOf(servers, "connections", limits), paint = (name: string): unknown => cellOf(servers.find((s) => s.name === name)!, "connections", limits, scale).paint;
  assert.deepEqual([paint("far"), paint("dark"), paint("s0"), paint("s19")], ["outlier", "unknown", 0, 4]);
  assert.match(cellOf(fleetServer("a", { cpuPercent: 96 }), "cpu", limits, scaleOf(servers, "cpu", limits)).label, /a: CPU 96/);
  assert.equal(cellOf(fleetServer("a", { cpuPercent: 96 }), "cpu", limits, scaleOf(servers, "cpu", limits)).paint, "critical");
  assert.equal(scaleOf(servers.slice(0, 4), "connections", limits).outlierAbove, null);
});
test("a last value is present while its server is read: the map, the list and the scale agree", () => {
  const now = Date.parse("2026-03-17T12:00:00Z"), fresh = "2026-03-17T11:58:00Z", old = "2026-03-17T11:50:00Z";
  const like = (more: object): Fleet[number] => fleetServer("a", { reachability: "online", lastCollectedAt: fresh, cpuPercent: 96, ...more });
  const noneJudged = { status: "unknown", reachability: "degraded", cpuPercent: null, memoryPercent: null };
  const cases: (readonly [words: string, server: Fleet[number], present: boolean])[] = [
    ["read", like({ status: "critical" }), true],
    ["lacks a right, and is judged", like({ status: "critical", reachability: "degraded" }), true],
    ["lacks the right for CPU and memory", like(noneJudged), true],
    ["lost that right and the rest later", like({ ...noneJudged, lastCollectedAt: old }), false],
    ["lost its rights", like({ status: "unknown", reachability: "degraded" }), false],
    ["collection is off", like({ status: "unknown", reachability: "unknown" }), false],
    ["offline", like({ status: "offline", reachability: "offline" }), false],
  ];
  for (const [words, s, present] of cases) {
    const [shown] = withPresentValues([s], now);
    assert.equal(shown?.connectionCount, present ? 20 : null, words);
    assert.equal(shown?.cpuPercent, present ? s.cpuPercent : null, words);
    const scale = scaleOf(withPresentValues([s], now), "connections", limits), { paint, label } = cellOf(shown!, "connections", limits, scale);
    assert.equal(scale.edges[0], present ? 20 : 0, words);
    assert.equal(paint, present ? 4 : s.status === "offline" ? "offline" : "unknown", words);
    assert.equal(/no value/.test(label), !present, words);
  }
  const cpu = serverColumns({ narrow: false, selectable: false }).find((c) => c.key === "cpu");
  const valueIn = (health: string, status: string): unknown => {
    const row = { health, status, lastCollectedAt: fresh, latest: { cpuPercent: 96, memoryPercent: 1 }, thresholds: limits } as unknown as Parameters<NonNullable<typeof cpu>["render"]>[0];
    return (cpu?.render(row, false) as { props: { value: unknown } }).props.value;
  };
  assert.deepEqual([valueIn("critical", "online"), valueIn("unknown", "unknown"), valueIn("unknown", "degraded"), valueIn("offline", "offline")], [96, null, null, null]);
});
test("a point of the map is a cell, and between cells none", () => {
  const grid = gridOf({ size: 13, gap: 2 }, 100);
  assert.deepEqual([grid.perRow, heightOf(7, grid), placeOf(6, grid)], [6, 28, { x: 0, y: 15 }]);
  assert.deepEqual([cellAt(1, 1, 7, grid), cellAt(16, 2, 7, grid), cellAt(1, 16, 7, grid), cellAt(20, 16, 7, grid), cellAt(95, 1, 7, grid)], [0, 1, 6, -1, -1]);
});
test("groups beyond the limit share a section, and nobody is lost", () => {
  const groups = Array.from({ length: 70 }, (_, i) => ({ id: `g${i}`, name: `G${i}` })) as unknown as Parameters<typeof sectionsOf>[1];
  const servers = groups.map((g, i) => fleetServer(`s${i}`, { groupIds: [g.id] }));
  const sections = sectionsOf([...servers, fleetServer("loose", { groupIds: [] })], groups);
  assert.deepEqual([sections.length, sections[60]?.name, sections[60]?.list.length, sections[61]?.name], [62, "10 more groups", 10, "No group"]);
});
test("PRD 3.9-3, 3.9-4: a turn to critical is told once, and what was so before is not", () => {
  const watch = new CriticalWatch();
  const of = (...list: (readonly [string, string])[]): Parameters<typeof watch.learn>[0] =>
    list.map(([serverId, status]) => ({ serverId, name: serverId, status, reasons: [] })) as unknown as Parameters<typeof watch.learn>[0];
  assert.deepEqual(watch.learn(of(["a", "critical"], ["b", "healthy"], ["c", "warning"])), []);
  assert.equal(watch.hear({ serverId: "b", name: "b", to: "critical", reasons: ["CPU 97 %"] }).length, 1);
  assert.equal(watch.hear({ serverId: "b", name: "b", to: "critical" }).length, 0);
  assert.deepEqual(watch.learn(of(["a", "critical"], ["b", "critical"], ["c", "critical"], ["new", "critical"])).map((t) => t.serverId), ["c"]);
  assert.equal(watch.criticalCount, 4);
});
test("servers that turn critical together are one notification, and what waits is dropped with its tenant", () => {
  const shown: string[] = [], due: (() => void)[] = [], timer = globalThis.setTimeout;
  const page = globalThis as unknown as Record<string, unknown>;
  page.Notification = class {
    static permission = "granted";
    constructor(title: string) {
      shown.push(title);
    }
  };
  setPreferences({ notifications: true });
  globalThis.setTimeout = ((work: () => void) => due.push(work)) as unknown as typeof timer;
  try {
    const watch = new CriticalWatch(), turn = (id: string): void => watch.tell(watch.hear({ serverId: id, name: id, to: "critical" }));
    const answered = (...list: (readonly [string, "healthy" | "critical"])[]): void =>
      watch.tell(watch.learn(list.map(([serverId, status]) => ({ serverId, name: serverId, status, reasons: [] }))));
    answered(["one", "healthy"]);
    for (let i = 0; i < 500; i++) turn(`s${i}`);
    answered(["s0", "critical"], ["one", "critical"]);
    assert.deepEqual([shown.length, due.length], [0, 1]);
    due.pop()?.();
    assert.deepEqual(shown.splice(0), ["501 servers are critical"]);
    turn("late");
    due.pop()?.();
    assert.deepEqual(shown.splice(0), ["late is critical"]);
    turn("of another tenant");
    watch.forget();
    due.pop()?.();
    turn("here");
    due.pop()?.();
    assert.deepEqual(shown, ["here is critical"]);
  } finally {
    globalThis.setTimeout = timer;
    setPreferences({ notifications: false });
    delete page.Notification;
  }
});

test("a custom collector's form says what is wrong, sends what it means, and changes only what differs", () => {
  const empty = formOf(), named = { ...empty, title: " Job queue ", name: slugOf("Job queue!"), statement: "SELECT 1 AS n", columns: [columnForm("n", "gauge", "bytes")] };
  assert.deepEqual(Object.keys(customFaults(empty)), ["title", "name", "statement", "columns"]);
  assert.deepEqual(customFaults(named), {});
  assert.deepEqual(Object.keys(customFaults({ ...named, timeoutSeconds: "31", rowCountMax: "1.5", groupIds: [] })), ["timeoutSeconds", "rowCountMax", "groupIds"]);
  assert.deepEqual(Object.keys(customFaults({ ...named, columns: [columnForm("a b", "label"), columnForm("n", "gauge", "Mega"), columnForm("n", "text")] })), [
    "columns[0].name",
    "columns[1].unit",
    "columns[2].name",
  ]);
  const sent = requestOf({ ...named, columns: [columnForm("n", "gauge", "bytes"), columnForm("t", "text", "bytes")] });
  assert.equal(sent.name, "job_queue");
  assert.equal(sent.title, "Job queue");
  assert.equal(sent.database, null);
  assert.deepEqual(sent.columns, [{ name: "n", kind: "gauge", unit: "bytes" }, { name: "t", kind: "text" }]);
  assert.deepEqual(patchOf(named, { ...named, timeoutSeconds: "9" }), { timeoutSeconds: 9 });
  assert.deepEqual(patchOf(named, named), {});
});

test("after a run new columns come as they are suggested, and known ones stay as they are meant", () => {
  const found = (name: string, kind: "label" | "gauge") => ({ name, type: "text" as const, suggestion: { name, kind, unit: null, metric: "other_n", description: "" } });
  const preview = {
    success: true, errorCode: null, message: null, rows: [], rowCount: 0, isCutOff: false, durationMs: 1, warnings: [],
    columns: [found("Queue", "label"), found("n", "gauge"), found("Not a name", "label"), found("N", "label")],
  };
  const after = withPreview([columnForm("gone", "text"), columnForm("n", "counter", "jobs")], preview);
  assert.deepEqual(after.map((c) => [c.name, c.kind, c.unit, c.metric]), [["queue", "label", "", ""], ["n", "counter", "jobs", ""], ["gone", "text", "", ""]]);
});
