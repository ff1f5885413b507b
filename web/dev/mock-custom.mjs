// Custom collectors of the stand-in: two are there, a third can be made and tried.
import { newID } from "./mock-fleet.mjs";
import { invalid, iso, notFound, on, publish, record, refuseStale, Refusal } from "./mock-routes.mjs";

const column = (name, kind, unit = null, metric = null) => ({ name, kind, unit, metric, description: "" });
const counted = (ok, failed = 0) => ({ ok, cut_off: 0, failed, no_permissions: 0, not_available: 0 });

function first(c) {
  const bad = c.data.servers.find((s) => s.engine === "sqlserver");
  const make = (name, title, more) => ({
    id: newID(),
    name,
    title,
    purpose: "",
    engine: "sqlserver",
    database: null,
    groupIds: null,
    cadence: "five_minutes",
    timeoutSeconds: 5,
    rowCountMax: 100,
    keep: "latest",
    enabled: true,
    problem: null,
    createdAt: iso(Date.now() - 40 * 864e5),
    updatedAt: iso(Date.now() - 3 * 864e5),
    version: 1,
    ...more,
  });
  return [
    make("booking_queue", "Booking queue", {
      purpose: "How many bookings wait to be sent to the carriers, and since when.",
      database: "Freight",
      cadence: "minute",
      statement: "SELECT carrier, COUNT(*) AS waiting, MIN(created_at) AS oldest\nFROM dbo.BookingQueue\nWHERE sent_at IS NULL\nGROUP BY carrier\nORDER BY waiting DESC",
      columns: [column("carrier", "label"), column("waiting", "gauge", "count", "booking_queue_waiting"), column("oldest", "time")],
      serverCounts: counted(118, 3),
      problem: bad ? { serverId: bad.id, serverName: bad.name, message: "The server refused the statement: Invalid object name 'dbo.BookingQueue'." } : null,
    }),
    make("import_age", "Age of imports", {
      groupIds: c.data.groups.slice(0, 1).map((g) => g.id),
      cadence: "hour",
      statement: "SELECT source, DATEDIFF(second, MAX(ended_at), SYSUTCDATETIME()) AS age_seconds FROM dbo.Imports GROUP BY source",
      columns: [column("source", "label"), column("age_seconds", "gauge", "seconds", "import_age_seconds")],
      serverCounts: counted(46),
    }),
  ];
}
const allOf = (c) => (c.data.collectors ??= c.data.servers.length > 0 ? first(c) : []);
/** Those that are switched on, as /metrics/collectors has them: last. */
export const customCatalogue = (c) =>
  allOf(c).filter((x) => x.enabled).map(({ name, title, engine, purpose, cadence }) => ({ name, title, engine, purpose, cadence, cost: "not known: it is the tenant's own.", isCustom: true }));
/** Their metrics, as /metrics/types has them. */
export const customMetrics = (c) =>
  allOf(c).filter((x) => x.enabled).flatMap((x) => {
    const labels = x.columns.filter((k) => k.kind === "label").map((k) => k.name);
    return x.columns.filter((k) => k.metric).map((k) => ({
      name: k.metric,
      unit: k.kind === "counter" ? `${k.unit}/s` : k.unit,
      kind: k.kind,
      description: k.description || `${k.name} of ${x.title}`,
      collector: x.name,
      engines: [x.engine],
      labels,
    }));
  });
const shown = ({ version, ...rest }) => rest;
const oneOf = (c) =>
  allOf(c).find((x) => x.id === c.params.id) ?? (() => {
    throw notFound("The collector");
  })();
const writes = /\b(insert|update|delete|merge|into|exec|drop|truncate|create|alter)\b/i;
function checkStatement(statement) {
  const word = statement.match(writes)?.[1];
  if (word) invalid("statement", `Line 1: ${word.toUpperCase()} is refused: a collector is one SELECT that only reads and locks nothing. If it is a name, put it into brackets.`);
  if (!/^\s*(select|with|\()/i.test(statement)) invalid("statement", "Line 1: It does not begin with SELECT; a collector is one SELECT, or WITH and a SELECT.");
}
const metricsOf = (c, columns) =>
  columns.map((x) => {
    const series = x.kind === "gauge" || x.kind === "counter";
    return { ...column(x.name, x.kind), unit: x.unit ?? (series ? "count" : null), metric: series ? x.metric ?? `${c}_${x.name}` : null };
  });

on("GET", "/custom-collectors", (c) => [...allOf(c)].sort((a, b) => (a.name < b.name ? -1 : 1)).map(shown));
on("POST", "/custom-collectors", (c) => {
  const b = c.body;
  checkStatement(b.statement);
  if (allOf(c).some((x) => x.name === b.name)) throw new Refusal(409, "CONFLICT", `A collector named ${b.name} exists already`, [{ field: "name", reason: "is taken" }]);
  const made = { ...b, id: newID(), columns: metricsOf(b.name, b.columns), serverCounts: counted(0), problem: null, createdAt: iso(), updatedAt: iso(), version: 1 };
  allOf(c).push(made);
  record(c, "collector_created", "collector", { ...made, name: made.title }, { after: b });
  publish(c.slug, "collector.changed", {});
  c.status = 201;
  return shown(made);
});
on("POST", "/custom-collectors/preview", (c) => {
  const { statement, serverId, columns } = c.body;
  checkStatement(statement);
  const server = c.data.servers.find((s) => s.id === serverId);
  if (!server) throw notFound("Server");
  const nothing = { columns: [], rows: [], rowCount: null, isCutOff: false, durationMs: null, warnings: [] };
  const table = statement.match(/\bfrom\s+([\w.]+)/i)?.[1] ?? "";
  if (/nothing/i.test(table)) {
    return { success: false, errorCode: "PROTOCOL_ERROR", message: `The server refused the statement: Invalid object name '${table}'.`, ...nothing };
  }
  const of = (name, type, suggestion) => ({ name, type, suggestion });
  const missing = (columns ?? []).filter((x) => !["queue", "waiting", "oldest"].includes(x.name));
  return {
    success: true,
    errorCode: null,
    message: null,
    columns: [
      of("queue", "text", column("queue", "label")),
      of("waiting", "integer", column("waiting", "gauge", "count", "x_waiting")),
      of("oldest", "time", column("oldest", "time")),
    ],
    rows: [["carriers", 118, iso(Date.now() - 6e5)], ["invoices", 12, iso(Date.now() - 6e4)], ["mail", 0, null]],
    rowCount: 3,
    isCutOff: false,
    durationMs: 14,
    warnings: missing.map((x) => `The answer has no column “${x.name}”: the collector would fail.`),
  };
});
on("GET", "/custom-collectors/:id", (c) => {
  c.headers.ETag = `"v${oneOf(c).version}"`;
  return shown(oneOf(c));
});
on("PATCH", "/custom-collectors/:id", (c) => {
  const x = oneOf(c), b = { ...c.body };
  refuseStale(c, `"v${x.version}"`, x);
  if (b.statement) checkStatement(b.statement);
  if (b.columns) b.columns = metricsOf(x.name, b.columns);
  Object.assign(x, b, { updatedAt: iso(), version: x.version + 1 });
  record(c, "collector_updated", "collector", { ...x, name: x.title }, { after: c.body });
  publish(c.slug, "collector.changed", {});
  c.headers.ETag = `"v${x.version}"`;
  return shown(x);
});
on("DELETE", "/custom-collectors/:id", (c) => {
  const x = oneOf(c);
  allOf(c).splice(allOf(c).indexOf(x), 1);
  record(c, "collector_deleted", "collector", { ...x, name: x.title }, {});
  publish(c.slug, "collector.changed", {});
  return null;
});
