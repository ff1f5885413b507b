import assert from "node:assert/strict";
import { test } from "node:test";
import "./dom";

const { changesOf, emptyForm, faultsOf, inputOf, serverFields, withHostParts } = await import("../src/features/fleet/components/server-form");
const { besides, conflicts, mergedForm } = await import("../src/features/fleet/components/conflict");
const { rangeChange } = await import("../src/components/virtual-table");
const { differs, hrefOf, requestOf } = await import("../src/features/fleet/components/views");
const { csvRecords, previewOf } = await import("../src/features/fleet/components/import-preview");
const { positionOf } = await import("../src/features/fleet/components/filter-editor");
const { faultOf } = await import("../src/features/fleet/components/thresholds-panel");
const { byName, requestOf: collectionRequestOf } = await import("../src/features/fleet/components/collection-dialog");
const { levelOf } = await import("../src/components/bars");
const { deployBody, deployFault, emptyDeployForm } = await import("../src/features/fleet/components/deploy-form");

const was = { ...emptyForm, name: "a", hostname: "h", username: "u" };

test("an edit sends what it changed, and nothing else", () => {
  assert.deepEqual(changesOf(was, { ...was, name: "b " }), { name: "b" });
  assert.deepEqual(changesOf(was, { ...was, password: "secret" }), { password: "secret" });
  assert.deepEqual(changesOf(was, was), {});
  assert.deepEqual(changesOf(was, { ...was, authType: "windows" }), { authType: "windows", username: null });
});
test("changes of different fields go together; only a field that both changed is a clash", () => {
  const theirs = { ...was, name: "theirs", port: "1500" }, mine = { ...was, name: "mine", username: "m" }, fields = serverFields();
  assert.deepEqual(conflicts(fields, was, theirs, mine).map((c) => [c.field, c.clash]), [["name", true], ["port", false], ["username", false]]);
  assert.deepEqual(mergedForm(fields, was, theirs, mine, new Set()), { ...was, name: "theirs", port: "1500", username: "m" });
  assert.deepEqual(mergedForm(fields, was, theirs, mine, new Set(["name"])), { ...was, name: "mine", port: "1500", username: "m" });
});
test("a conflict never shows a password, and tells of one that somebody else changed", () => {
  const mine = { ...was, password: "secret" }, fields = serverFields(), told = [{ field: "password", reason: "was changed" }];
  const row = conflicts(fields, was, was, mine)[0];
  assert.deepEqual([row?.mine, row?.theirs, row?.clash], ["changed", "as stored", false]);
  assert.ok(!JSON.stringify(row).includes("secret"));
  assert.deepEqual(conflicts(fields, was, was, mine, told).map((c) => [c.theirs, c.mine, c.clash]), [["changed", "changed", true]]);
  assert.equal(mergedForm(fields, was, was, mine, new Set(), told).password, "");
  assert.equal(mergedForm(fields, was, was, mine, new Set(["password"]), told).password, "secret");
});
test("the order of labels is no difference, and what a form does not have is said besides", () => {
  const fields = [{ key: "labels" as const, name: "Labels" }];
  assert.deepEqual(conflicts(fields, { labels: ["a", "b"] }, { labels: ["b", "a"] }, { labels: ["a", "b"] }), []);
  assert.deepEqual(conflicts(fields, { labels: ["a"] }, { labels: ["a", "b"] }, { labels: ["c"] }).map((c) => [c.theirs, c.clash]), [["a, b", true]]);
  assert.deepEqual(besides(fields, [{ field: "labels", reason: "x" }, { field: "port", reason: "is now 1" }]), [{ field: "port", reason: "is now 1" }]);
});
test("a range grows and shrinks from where it began", () => {
  assert.deepEqual(rangeChange(3, 3, 5), { on: [3, 4, 5], off: [] });
  assert.deepEqual(rangeChange(3, 5, 4), { on: [3, 4], off: [5] });
  assert.deepEqual(rangeChange(3, 5, 2), { on: [2, 3], off: [4, 5] });
});
test("every spelling of host and instance is taken apart", () => {
  const at = (hostname: string): string[] => {
    const f = withHostParts({ ...was, hostname, port: "1433" });
    return [f.hostname, f.instanceName, f.port];
  };
  assert.deepEqual(at("sql01"), ["sql01", "", "1433"]);
  assert.deepEqual(at("sql01\\PROD"), ["sql01", "PROD", "1433"]);
  assert.deepEqual(at("sql01,14330"), ["sql01", "", "14330"]);
  assert.deepEqual(at("tcp:sql01\\PROD,1444"), ["sql01", "PROD", "1444"]);
  assert.deepEqual(at("10.0.0.1:1500"), ["10.0.0.1", "", "1500"]);
  assert.deepEqual(at("[2001:db8::5]:1500"), ["2001:db8::5", "", "1500"]);
  assert.deepEqual(at("2001:db8::5"), ["2001:db8::5", "", "1433"]);
  const pg = withHostParts({ ...was, engine: "postgresql", hostname: "db.example:6432", port: "5432" });
  assert.deepEqual([pg.hostname, pg.port], ["db.example", "6432"]);
  const socket = { ...was, engine: "postgresql" as const, hostname: "/run/postgresql" };
  assert.equal(faultsOf(withHostParts(socket)).hostname, undefined);
});
test("a shared credential sends no login of its own", () => {
  const input = inputOf({ ...was, credentialId: "c1", password: "left over" });
  assert.equal(input.credentialId, "c1");
  assert.equal(input.username, null);
  assert.ok(!("password" in input));
  assert.equal(faultsOf({ ...was, username: "", credentialId: "c1" }).username, undefined);
});
test("a view keeps every filter and the order, and knows when the list differs", () => {
  const filter = {
    q: "prd",
    health: ["critical"],
    status: ["online"],
    engine: ["sqlserver"],
    group: ["g"],
    label: ["a", "b"],
    deployment: ["drifted"],
    credential: ["k"],
    deleted: true,
  };
  const state = { filter, sort: "health", order: "desc" as const }, request = requestOf(state);
  const whole = { status: [], health: [], engine: [], groups: [], labels: [], deployment: [], credentials: [], deleted: false, q: null };
  assert.deepEqual(Object.keys(request.filter ?? {}).sort(), Object.keys(whole).sort());
  const view = { id: "v", name: "n", filter: { ...whole, ...request.filter }, sort: "health" as const, order: "desc" as const, columns: [] };
  const saved = { ...view, shared: false, mine: true, owner: "", createdAt: "", updatedAt: "" };
  assert.equal(
    hrefOf(saved),
    "/servers?q=prd&health=critical&status=online&engine=sqlserver&group=g&label=a&label=b&deployment=drifted&credential=k&deleted=true"
      + "&sort=health&order=desc&view=v",
  );
  assert.equal(differs(saved, { ...state, filter: { ...filter, label: ["b", "a"] } }), false);
  for (const name of Object.keys(filter)) {
    const { [name as keyof typeof filter]: _gone, ...rest } = filter;
    assert.equal(differs(saved, { ...state, filter: rest }), true, name);
  }
});
test("a file is looked into before it is sent, and its secrets are covered", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  assert.deepEqual(csvRecords('a;b\r\n"x;""y""";2\r\n', true), [["a", "b"], ['x;"y"', "2"]]);
  assert.deepEqual(csvRecords("a,b\n1,2\n3,cut of", false), [["a", "b"], ["1", "2"]]);
  const seen = previewOf(bytes("\uFEFFname,hostname,password\nA,h,geheim\n"), true);
  assert.equal(seen.fault, null);
  assert.equal(seen.rowCount, 1);
  assert.ok(!JSON.stringify(seen).includes("geheim"));
  assert.match(previewOf(new Uint8Array([0xff, 0xfe, 0x6e, 0]), true).fault ?? "", /UTF-16/);
  assert.match(previewOf(new Uint8Array([0x6e, 0xfc, 0x0a]), true).fault ?? "", /not UTF-8/);
  assert.equal(previewOf(bytes('[{"name":"A","hostname":"h","password":"geheim"}]'), true).rowCount, 1);
});
test("a mistake in a filter has its place", () => {
  assert.equal(positionOf("expects a value at position 12"), 12);
  assert.equal(positionOf("is wrong"), null);
});
test("system databases take no monitoring objects, and a login is whole or not there", () => {
  assert.match(deployFault({ ...emptyDeployForm, database: "Master" }, "sqlserver") ?? "", /belongs to SQL Server/);
  assert.match(deployFault({ ...emptyDeployForm, otherLogin: true, username: "sa" }, "sqlserver") ?? "", /password/);
  assert.deepEqual(deployBody(emptyDeployForm), {});
  assert.deepEqual(deployBody({ ...emptyDeployForm, database: " Mon ", otherLogin: true, username: "sa", password: "p" }), {
    database: "Mon",
    createDatabase: true,
    credential: { username: "sa", password: "p" },
  });
});
test("a pair of limits is checked when it is the thing's own", () => {
  assert.deepEqual(faultOf({ own: false, warning: "x", critical: "" }), {});
  assert.deepEqual(faultOf({ own: true, warning: "70", critical: "90.5" }), {});
  assert.deepEqual(Object.keys(faultOf({ own: true, warning: "90", critical: "90" })), ["warning"]);
  assert.deepEqual(Object.keys(faultOf({ own: true, warning: "0", critical: "101" })), ["warning", "critical"]);
});
test("a value at a limit is still below it, as health is judged", () => {
  const limit = { warning: 80, critical: 95 };
  assert.deepEqual([80, 80.1, 95, 95.1].map((v) => levelOf(v, limit)), ["", "warning", "warning", "critical"]);
  assert.equal(levelOf(null, limit), "");
});
test("a change of collection names what it changes, and nothing else", () => {
  assert.equal(collectionRequestOf({ interval: "keep", collection: "keep", metrics: { cpu_percent: "keep" }, collectors: { file_io: "keep" } }), null);
  assert.deepEqual(collectionRequestOf({ interval: "tenant", collection: "off", metrics: {}, collectors: {} }), { intervalSeconds: null, enabled: false });
  assert.deepEqual(
    collectionRequestOf({ interval: "300", collection: "keep", metrics: { own_cpu_ms: "off", cpu_percent: "on" }, collectors: { waits: "off" } }),
    { intervalSeconds: 300, metricsOn: ["cpu_percent"], metricsOff: ["own_cpu_ms"], collectorsOff: ["waits"] },
  );
});
test("a collector that two engines have is one switch", () => {
  const entry = (name: string, engine: "sqlserver" | "mysql"): Parameters<typeof byName>[0][number] => ({
    name,
    title: `Title of ${name}`,
    engine,
    purpose: "",
    cadence: "minute",
    cost: "low",
    isCustom: false,
  });
  const named = byName([entry("waits", "sqlserver"), entry("locks", "mysql"), entry("waits", "mysql")]);
  assert.deepEqual(named.map((n) => [n.name, n.engines]), [["locks", ["mysql"]], ["waits", ["sqlserver", "mysql"]]]);
});
