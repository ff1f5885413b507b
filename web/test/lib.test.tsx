import type { Loaded, Page } from "../src/lib/paged";
import { readdirSync, readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { answer, calls, json } from "./dom";

const { address, ApiError, call, nextCursorOf, setCsrfToken, setTenantSlug } = await import("../src/lib/http");
const { match } = await import("../src/lib/router");
const { titleOf } = await import("../src/lib/title");
const { bytes, count, duration, percent, relative, initials } = await import("../src/lib/format");
const { gapsOf, nearest, niceStep, sampleAt, scaleOf, timeTicks } = await import("../src/lib/chart");
const { connection, nextDelayMs } = await import("../src/lib/connection");
const { windowOf } = await import("../src/components/virtual-table");
const { slugFault, slugFrom } = await import("../src/features/platform/components/slug");
const { detailRows } = await import("../src/features/platform/components/activity-words");
const { faultsOf, inputOf, emptyForm, withEngine, connectionKey } = await import("../src/features/fleet/components/server-form");
const { actionChoices, platformActionChoices } = await import("../src/features/platform/components/activity-words");
const { partsIn, withPart } = await import("../src/lib/paged");
const { withLiveValues } = await import("../src/features/fleet/components/use-server-list");
const { resample } = await import("../src/features/monitoring/components/attention-table");
const { rowsOf } = await import("../src/features/monitoring/components/group-table");
const { deltasOf } = await import("../src/features/monitoring/components/health-deltas");
const { may } = await import("../src/lib/session");

beforeEach(() => {
  setTenantSlug(null);
  setCsrfToken("");
});

test("a call names the tenant, and a write proves itself", async () => {
  setTenantSlug("meridian");
  setCsrfToken("c-1");
  answer({ "GET /servers": [], "POST /groups": { id: "g" } });
  await call("GET", "/servers", { query: { q: "a b", limit: 5, health: "" } });
  await call("POST", "/groups", { body: { name: "x" }, ifMatch: '"3"' });
  assert.equal(calls[0]?.url, "/api/v1/servers?q=a+b&limit=5");
  assert.equal(calls[0]?.headers.get("X-Tenant-Slug"), "meridian");
  assert.equal(calls[0]?.headers.get("X-CSRF-Token"), null);
  assert.equal(calls[1]?.headers.get("X-CSRF-Token"), "c-1");
  assert.equal(calls[1]?.headers.get("If-Match"), '"3"');
});
test("a refusal keeps code, fields and request id", async () => {
  answer({
    "POST /servers": json({
      error: { code: "VALIDATION_ERROR", message: "Wrong.", details: [{ field: "port", reason: "too big" }], requestId: "r-1" },
    }, 400),
  });
  await assert.rejects(
    call("POST", "/servers", { body: {} }),
    (e: unknown) => e instanceof ApiError && e.code === "VALIDATION_ERROR" && e.details[0]?.field === "port" && e.requestId === "r-1",
  );
});
test("no answer means no connection, and an answer ends it", async () => {
  answer({ "GET /servers": new Error("down"), "GET /groups": [] });
  await assert.rejects(call("GET", "/servers"), (e: unknown) => e instanceof ApiError && e.code === "NO_CONNECTION");
  assert.equal(connection.get().down, true);
  await call("GET", "/groups");
  assert.equal(connection.get().down, false);
  assert.deepEqual([1_000, 16_000, 30_000].map(nextDelayMs), [2_000, 30_000, 30_000]);
});
test("total and cursor come from the headers", async () => {
  answer({ "GET /servers": json([1], 200, { "X-Total-Count": "41", "Link": '</api/v1/servers?cursor=a%2Fb&limit=1>; rel="next"' }) });
  const reply = await call("GET", "/servers");
  assert.deepEqual([reply.total, reply.nextCursor], [41, "a/b"]);
  assert.equal(nextCursorOf('</x?cursor=1>; rel="prev"'), null);
  assert.equal(address("/a", { m: ["x", "y"], n: null }), "/api/v1/a?m=x&m=y");
});
test("route patterns", () => {
  assert.deepEqual(match("/servers/:id", "/servers/a%20b"), { id: "a b" });
  assert.equal(match("/servers/:id", "/servers"), null);
});
test("the tab's title counts critical servers", () => {
  assert.equal(titleOf("Dashboard", 3), "(3) Dashboard · DbTools");
  assert.equal(titleOf("", 0), "DbTools");
});
test("numbers and times read as the design wants", () => {
  assert.equal(count(1906), "1,906");
  assert.equal(count(-3), "\u22123");
  assert.equal(percent(97.4), "97\u202f%");
  assert.equal(percent(null), "\u2013");
  assert.equal(bytes(1536), "1.5 KiB");
  assert.deepEqual([5_000, 840_000, 6_840_000, 9 * 86_400_000].map(duration), ["5 s", "14 min", "1 h 54 min", "9 d"]);
  assert.equal(relative(0, 6_000), "6 s ago");
  assert.equal(initials("ines.kowal@meridian.example"), "IK");
});
test("gaps are found before, within and after, and are not bridged", () => {
  const sample = (at: number): { at: number; avg: number; min: number; max: number } => ({ at, avg: at, min: at, max: at });
  const samples = [3, 4, 8, 9].map((m) => sample(m * 60_000)), gaps = gapsOf(samples, 0, 15 * 60_000, 60_000);
  assert.deepEqual(gaps.map((g) => [g.from / 60_000, g.to / 60_000]), [[0, 3], [4, 8], [9, 15]]);
  assert.deepEqual(gapsOf([], 0, 10, 1), [{ from: 0, to: 10 }]);
  assert.equal(sampleAt(samples, gaps, 6 * 60_000), null);
  assert.equal(nearest(samples, 7.9 * 60_000)?.at, 8 * 60_000);
});
test("axes are round", () => {
  assert.equal(niceStep(18), 20);
  assert.equal(niceStep(0), 1);
  const scale = scaleOf([{ at: 1, avg: 370, min: 300, max: 380 }], 0, 2, null);
  assert.ok(scale.top >= 380 && scale.top / scale.step <= 5);
  assert.equal(timeTicks(0, 3_600_000, 400).length, 7);
});
test("a window of rows", () => {
  assert.deepEqual(windowOf(0, 320, 32, 10_000), { first: 0, last: 14 });
  assert.deepEqual(windowOf(32 * 9_990, 320, 32, 10_000), { first: 9_986, last: 10_000 });
});
test("slugs", () => {
  for (const good of ["abc", "norra-energi", "a1-b2"]) assert.equal(slugFault(good), undefined, good);
  for (const bad of ["", "ab", "-ab", "ab-", "a--b", "A-b", "a_b", "x".repeat(51)]) assert.ok(slugFault(bad), bad);
  assert.equal(slugFrom("Nörra  Energi AB!"), "norra-energi-ab");
});
test("details of an activity are rows", () => {
  assert.deepEqual(detailRows({ before: { a: 1, b: 2 }, after: { a: 3, b: 2 } }).rows, [{ name: "a", before: "1", after: "3" }, {
    name: "b",
    before: "2",
    after: "2",
  }]);
  assert.equal(detailRows({ hostname: "h" }).diff, false);
  assert.deepEqual(detailRows(null).rows, []);
});
test("the connection form checks what the API checks", () => {
  assert.deepEqual(Object.keys(faultsOf(emptyForm)), ["name", "hostname", "username"]);
  const form = { ...emptyForm, name: " a ", hostname: "db.example", username: "u", port: "70000" };
  assert.deepEqual(Object.keys(faultsOf(form)), ["port"]);
  assert.equal(faultsOf({ ...form, port: "1433", hostname: "http://x y" }).hostname?.length !== 0, true);
  assert.equal(withEngine(form, "postgresql").port, "70000");
  assert.equal(withEngine(emptyForm, "postgresql").port, "5432");
  assert.equal("password" in inputOf(form), false);
  assert.equal(inputOf(form).name, "a");
  assert.equal(connectionKey(form), connectionKey({ ...form, name: "other" }));
  assert.notEqual(connectionKey(form), connectionKey({ ...form, password: "p" }));
});

const health = (name: string, more: object = {}): Parameters<typeof rowsOf>[0][number] => ({
  serverId: name,
  name,
  engine: "sqlserver",
  status: "healthy",
  reachability: "online",
  reasons: [],
  lastCollectedAt: "2026-03-17T14:32:00.000Z",
  cpuPercent: 10,
  memoryPercent: 20,
  connectionCount: 1,
  batchRequestsSec: null,
  groupIds: ["g"],
  changedAt: null,
  ...more,
});
test("a mean of nothing is no value", () => {
  const group = { id: "g", name: "G", color: null, description: null, serverCount: 1, createdAt: "" };
  assert.equal(rowsOf([health("a", { status: "offline" })], [group])[0]?.cpu, null);
  assert.equal(rowsOf([health("a"), health("b", { cpuPercent: 31 })], [group])[0]?.cpu, 21);
});
test("a sparkline keeps its gaps", () => {
  const values = resample({
    from: "2026-03-17T00:00:00Z",
    to: "2026-03-18T00:00:00Z",
    points: [["2026-03-17T00:10:00Z", 5, 5, 5], ["2026-03-17T23:50:00Z", 9, 9, 9]],
  });
  assert.deepEqual([values.length, values[0], values[1], values[47]], [48, 5, null, 9]);
});
test("older health does not overwrite newer rows", () => {
  const server = { id: "a", lastCollectedAt: "2026-03-17T14:33:00.000Z", health: "warning" };
  const rows = [server] as unknown as Parameters<typeof withLiveValues>[0];
  assert.equal(withLiveValues(rows, [health("a")])[0]?.health, "warning");
  assert.equal(
    withLiveValues(rows, [health("a", { lastCollectedAt: "2026-03-17T14:34:00.000Z", status: "critical" })])[0]?.health,
    "critical",
  );
});
test("the hour's difference is net, and not shown when the list was cut", () => {
  const now = Date.parse("2026-03-17T14:32:00.000Z"), at = "2026-03-17T14:10:00.000Z", old = "2026-03-17T13:10:00.000Z";
  const change = (from: string, to: string, when = at): object => ({
    serverId: "a",
    name: "a",
    from,
    to,
    status: "online",
    reasons: [],
    at: when,
  });
  const changes = [change("warning", "critical"), change("healthy", "warning"), change("healthy", "offline", old)] as unknown as Parameters<
    typeof deltasOf
  >[0];
  assert.deepEqual(deltasOf(changes, now), { healthy: -1, warning: 0, critical: 1, offline: 0, unknown: 0 });
  assert.equal(deltasOf(undefined, now), null);
});
test("a refresh of a long list replaces one part, keeps each row once, and knows what it has not read again", () => {
  const page = (rows: string, nextCursor: string | null, total = 9): Page<string> => ({ rows: [...rows], total, nextCursor });
  const of = (loaded: Loaded<string>): string => loaded.parts.map((p) => `${p.cursor ?? "^"}:${p.rows.join("")}${p.stale ? "?" : ""}`).join(" ");
  const key = (row: string): string => row;
  let list = withPart(undefined, null, page("abc", "d"), key);
  list = withPart(list, "d", page("def", "g"), key);
  list = withPart(list, "g", page("ghi", null), key);
  assert.equal(of(list), "^:abc d:def g:ghi");
  assert.deepEqual([partsIn(list, 0, 2), partsIn(list, 2, 5), partsIn(list, 7, 9)], [[0], [0, 1], [2]]);
  // The same end: only that part.
  assert.equal(of(withPart(list, "d", page("dEf", "g"), key)), "^:abc d:dEf g:ghi");
  // One left, so that the part reaches into the next one; and the end is short until that one is read again.
  const less = withPart(list, "d", page("dfg", "h", 8), key);
  assert.equal(of(less), "^:abc d:dfg h:hi?");
  assert.deepEqual([less.total, partsIn(less, 0, 2)], [8, [0]]);
  const short = { ...less, total: 9 };
  assert.deepEqual(partsIn(short, 6, 9), [2]);
  // Nothing behind it any more.
  assert.equal(of(withPart(list, "d", page("d", null, 4), key)), "^:abc d:d");
  // An answer to a question that no longer stands is dropped.
  assert.equal(of(withPart(less, "g", page("ghi", null), key)), of(less));
});
test("PRD 4.15-3, 4.15-4: the log's filters offer what the program writes, all of it and nothing else", () => {
  const folder = new URL(import.meta.url).pathname.replace(/\/web\/.*/, "/Sources/"), files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const source = files.filter((f) => /^(Platform|Fleet|Monitoring)\/.*\.swift$/.test(f)).map((f) => readFileSync(folder + f, "utf8")).join("\n");
  const offered = new Set([...actionChoices, ...platformActionChoices]);
  const written = [...source.matchAll(/[aA]ctivity\(\s*"([a-z]+(?:_[a-z]+)+)"/g)].map((m) => m[1] ?? "");
  assert.ok(written.length > 20);
  assert.deepEqual([...new Set(written)].filter((a) => !offered.has(a)), []);
  assert.deepEqual([...offered].filter((a) => !source.includes(`"${a}"`)), []);
});
test("roles", () => {
  const who = (role: string, isSuperAdmin = false): Parameters<typeof may>[0] => ({
    user: {
      id: "",
      email: "",
      name: "",
      disabled: false,
      createdAt: "",
      isSuperAdmin,
      memberships: [{ tenantSlug: "t", tenantName: "T", role: role as "viewer" }],
    },
    tenants: [],
    tenant: { id: "", slug: "t", name: "T", status: "active", databaseName: "", settings: {}, createdAt: "", updatedAt: "" },
  });
  assert.equal(may(who("viewer"), "manageServers"), false);
  assert.equal(may(who("operator"), "manageServers"), true);
  assert.equal(may(who("operator"), "manageUsers"), false);
  assert.equal(may(who("tenant_admin"), "manageTenants"), false);
  assert.equal(may(who("viewer", true), "manageTenants"), true);
});
