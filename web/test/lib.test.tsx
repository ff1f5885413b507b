import type { Loaded, Page } from "../src/lib/paged";
import { readdirSync, readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { answer, calls, json } from "./dom";

const { address, ApiError, call, nextCursorOf, setCsrfToken, setTenantSlug } = await import("../src/lib/http");
const { match } = await import("../src/lib/router");
const { titleOf } = await import("../src/lib/title");
const { bytes, count, duration, exact, percent, relative, initials } = await import("../src/lib/format");
const { gapsOf, nearest, niceStep, sampleAt, scaleOf, timeTicks } = await import("../src/lib/chart");
const { connection, nextDelayMs, tryNow } = await import("../src/lib/connection");
const { retryMs } = await import("../src/lib/query");
const { axisTime } = await import("../src/components/plot");
const { withPresentValues } = await import("../src/api/present-values");
const { windowOf } = await import("../src/components/virtual-table");
const { slugFault, slugFrom } = await import("../src/features/platform/components/slug");
const { detailRows } = await import("../src/features/platform/components/activity-words");
const { faultsOf, inputOf, emptyForm, withEngine, connectionKey } = await import("../src/features/fleet/components/server-form");
const { actionChoices, platformActionChoices } = await import("../src/features/platform/components/activity-words");
const { partsIn, withPart } = await import("../src/lib/paged");
const { withLiveValues } = await import("../src/features/fleet/components/use-server-list");
const { resample } = await import("../src/features/monitoring/components/attention-table");
const { rowsOf } = await import("../src/features/monitoring/components/group-table");
const { changesNote, cutAt, deltasOf, noChangeTitle } = await import("../src/features/monitoring/components/health-deltas");
const { may } = await import("../src/lib/session");
const { shareText } = await import("../src/features/monitoring/components/status-strip");

test("one server of ten thousand is not rounded away", () => {
  assert.deepEqual([shareText(9_999, 10_000), shareText(1, 10_000), shareText(10_000, 10_000), shareText(0, 10_000), shareText(0, 0), shareText(2, 3)],
    ["99.9", "0.1", "100.0", "0.0", "0.0", "66.7"]);
});

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
test("no answer means no connection, and an answer to the same ends it", async () => {
  answer({ "GET /servers": new Error("down"), "GET /groups": [] });
  await assert.rejects(call("GET", "/servers", { query: { q: "a" } }), (e: unknown) => e instanceof ApiError && e.code === "NO_CONNECTION");
  assert.deepEqual([connection.get().down, connection.get().reason], [true, ""]);
  await call("GET", "/groups");
  assert.equal(connection.get().down, true, "another address's answer does not end it");
  await tryNow();
  assert.equal(connection.get().down, true);
  answer({ "GET /servers": [] });
  await tryNow();
  assert.equal(connection.get().down, false);
  assert.deepEqual(calls.map((c) => c.url), ["/api/v1/servers?q=a"]);
  assert.deepEqual([1_000, 16_000, 30_000].map(nextDelayMs), [2_000, 30_000, 30_000]);
});
test("a DbTools that cannot answer says why, a write's refusal is none, and any other answer ends it", async () => {
  const away = (status: number): Response => json({ error: { code: "UNAVAILABLE", message: "The database is away.", details: [], requestId: "r" } }, status);
  for (const status of [502, 503, 504]) {
    answer({ "GET /servers": away(status), "POST /servers": away(status) });
    await assert.rejects(call("POST", "/servers", { body: {} }));
    assert.equal(connection.get().down, false);
    await assert.rejects(call("GET", "/servers"), (e: unknown) => e instanceof ApiError && e.status === status);
    assert.deepEqual([connection.get().down, connection.get().reason], [true, "The database is away."]);
    await tryNow();
    assert.equal(connection.get().down, true);
    answer({});
    await tryNow();
    assert.equal(connection.get().down, false, "a 404 is an answer");
  }
  // Where others are answered, one address that stays refused is no outage; another tenant is asked for other things.
  answer({ "GET /servers": away(503), "GET /groups": [] });
  await assert.rejects(call("GET", "/servers"));
  await call("GET", "/groups");
  for (const isDown of [true, true, false]) {
    await tryNow();
    assert.equal(connection.get().down, isDown);
  }
  await assert.rejects(call("GET", "/servers"));
  assert.equal(connection.get().down, false, "nor at once again");
  setTenantSlug("another");
  await assert.rejects(call("GET", "/servers"));
  assert.equal(connection.get().down, true);
  setTenantSlug("meridian");
  assert.equal(connection.get().down, false);
  const proxy = new Response("<h1>Bad gateway</h1>", { status: 502 });
  answer({ "GET /servers": proxy });
  await assert.rejects(call("GET", "/servers"));
  assert.equal(connection.get().down, true, "what is no answer of ours comes from a proxy");
  // A monitored server that does not answer is no DbTools that does not.
  answer({ "GET /servers": json({ error: { code: "CONNECTION_ERROR", message: "It is off." } }, 502) });
  await tryNow();
  assert.equal(connection.get().down, false);
  await assert.rejects(call("GET", "/servers"));
  assert.equal(connection.get().down, false);
});
test("what fails is asked again later each time, as the server wishes, and a refusal not before its pace", () => {
  const fault = (status: number, retryAfter: number | null = null): InstanceType<typeof ApiError> => new ApiError(status, "X", "x", [], "", retryAfter);
  assert.deepEqual([1, 2, 3, 5, 6, 20].map((n) => retryMs(fault(500), n, 30_000)), [2_000, 4_000, 8_000, 32_000, 60_000, 60_000]);
  assert.deepEqual([retryMs(fault(503, 90), 1, 30_000), retryMs(fault(429, 7), 1, 30_000), retryMs(fault(429), 1, 30_000)], [90_000, 7_000, 2_000]);
  assert.deepEqual([retryMs(fault(404), 1, 120_000), retryMs(fault(403), 6, 30_000), retryMs(fault(0), 1, 30_000)], [120_000, 60_000, 2_000]);
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
/** The reader's zone while `work` runs. */
function inZone(zone: string, work: () => void): void {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    work();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}
const dayMs = 86_400_000;
const axisOf = (from: string, to: string, widthPx: number): string[] => {
  const [a, b] = [Date.parse(from), Date.parse(to)];
  return timeTicks(a, b, widthPx).map((at) => axisTime(at, a, b));
};
test("ticks stand at round clock times on both sides of a change of the clocks, and a date stands once", () => {
  inZone("Europe/Berlin", () => {
    const autumn = axisOf("2026-10-20T10:00:00Z", "2026-10-27T10:00:00Z", 500);
    assert.deepEqual(autumn, ["21 Oct", "22 Oct", "23 Oct", "24 Oct", "25 Oct", "26 Oct", "27 Oct"]);
    const halves = axisOf("2026-10-23T10:00:00Z", "2026-10-27T10:00:00Z", 700);
    assert.deepEqual(halves, ["12:00", "24 Oct", "12:00", "25 Oct", "12:00", "26 Oct", "12:00", "27 Oct"]);
    const night = axisOf("2026-03-28T22:30:00Z", "2026-03-29T03:30:00Z", 400);
    assert.deepEqual(night, ["00:00", "01:00", "03:00", "04:00", "05:00"]);
    const everyOther = axisOf("2026-03-28T20:00:00Z", "2026-03-29T08:30:00Z", 500);
    assert.deepEqual(everyOther, ["22:00", "29 Mar", "04:00", "06:00", "08:00", "10:00"]);
    const month = timeTicks(Date.parse("2026-10-01T00:00:00Z"), Date.parse("2026-11-15T00:00:00Z"), 700).map((at) => new Date(at));
    assert.ok(month.every((d) => d.getHours() === 0));
    assert.deepEqual(new Set(month.slice(1).map((d, i) => Math.round((d.getTime() - (month[i]?.getTime() ?? 0)) / dayMs))), new Set([5]));
  });
});
test("where the clocks leave midnight out, the day's date stands where it begins", () => {
  inZone("America/Santiago", () => {
    assert.deepEqual(axisOf("2026-09-04T16:00:00Z", "2026-09-07T12:00:00Z", 500), ["12:00", "5 Sep", "12:00", "6 Sep", "12:00", "7 Sep"]);
    const [begin] = timeTicks(Date.parse("2026-09-05T12:00:00Z"), Date.parse("2026-09-06T12:00:00Z"), 120);
    assert.equal(new Date(begin ?? 0).getHours(), 1);
  });
});
test("UTC is UTC, also around a change of the clocks", () => {
  inZone("Europe/Berlin", () => {
    assert.match(exact(Date.parse("2026-03-29T02:30:00Z")), /^29 Mar 2026 04:30:00 .*, 29 Mar 2026 02:30:00 UTC$/);
    assert.match(exact(Date.parse("2026-10-25T01:15:05Z")), /^25 Oct 2026 02:15:05 .*, 25 Oct 2026 01:15:05 UTC$/);
  });
  inZone("UTC", () => assert.equal(exact(Date.parse("2026-03-29T02:30:00Z")), "29 Mar 2026 02:30:00 UTC"));
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
  const meanOf = (...list: ReturnType<typeof health>[]): unknown => rowsOf(withPresentValues(list, Date.parse("2026-03-17T14:33:00Z")), [group])[0]?.cpu;
  assert.equal(meanOf(health("a", { status: "offline" })), null);
  // Collection was switched off.
  assert.equal(meanOf(health("a", { cpuPercent: 90 }), health("b", { status: "unknown", reachability: "unknown" })), 90);
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
  const many = Array.from({ length: 500 }, (_, i) => change("healthy", "warning", new Date(now - i * 6_000).toISOString())) as unknown as typeof changes;
  assert.equal(deltasOf(many, now), null);
  assert.equal(cutAt(many, now), now - 499 * 6_000);
  assert.equal(cutAt(many.slice(1), now), null, "all of the hour are known");
  assert.equal(cutAt(many, now + 3_600_000 - 60_000), null, "the oldest ones are of before the hour");
});
test("of a list that was cut nothing is said as if it were whole", () => {
  const cut = new Date(2026, 2, 17, 14, 5).getTime();
  assert.deepEqual([changesNote(3, 1, null), changesNote(0, 0, null)], ["3 more changes, 1 first reading in this hour", ""]);
  assert.equal(changesNote(493, 0, cut), "493 more changes among the newest 500 changes, since 14:05; earlier ones are not looked at");
  assert.equal(changesNote(0, 0, cut), "Only the newest 500 changes, since 14:05; earlier ones are not looked at");
  assert.equal(noChangeTitle("critical", 0, null), "No change in the last hour");
  assert.equal(noChangeTitle("critical", 0, cut), "None of the newest 500 changes, since 14:05, is to critical");
  assert.equal(noChangeTitle("healthy", 500, cut), "Only first readings among the newest 500 changes, since 14:05");
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
