// Operations of the stand-in: a few items a tick, so that progress is seen; bulk actions, import with its trial, CSV export.
import { newID } from "./mock-fleet.mjs";
import { probe } from "./mock-probe.mjs";
import { invalid, iso, labelNamed, listServers, makeServer, notFound, on, page, publish, record, Refusal } from "./mock-routes.mjs";

const tickMs = 200, started = new Map();
const opsOf = (c) => (c.data.operations ??= []);
const running = (o) => ["queued", "running", "stopping"].includes(o.status);
const shown = ({ items, work, timer, perTick, ...o }) => o;
const operationOf = (c) =>
  opsOf(c).find((o) => o.id === c.params.id) ?? (() => {
    throw notFound("Operation");
  })();

/** `items` are {name, entityId?, work}: work answers nothing, {skipped} or throws. */
export function begin(c, kind, title, items, perTick = Math.max(1, Math.ceil(items.length / 12))) {
  const o = {
    id: newID(),
    kind,
    title,
    status: "running",
    progress: { done: 0, total: items.length, message: "Working" },
    counts: { succeeded: 0, failed: 0, skipped: 0 },
    result: null,
    error: null,
    createdAt: iso(),
    startedAt: iso(),
    endedAt: null,
    createdBy: c.user.email,
    items: items.map((i, n) => ({
      position: n + 1,
      entityId: i.entityId ?? null,
      name: i.name,
      status: "pending",
      message: null,
      errorCode: null,
      result: null,
      startedAt: null,
      endedAt: null,
      work: i.work,
    })),
  };
  opsOf(c).unshift(o);
  const context = { ...c };
  const tick = () => {
    if (o.status === "stopping") return end("stopped");
    for (const item of o.items.filter((i) => i.status === "pending").slice(0, perTick)) step(item);
    publish(c.slug, "operation.changed", shown(o));
    if (o.items.every((i) => i.status !== "pending")) {
      end(o.counts.failed === 0 ? "succeeded" : o.counts.succeeded + o.counts.skipped === 0 ? "failed" : "partial");
    }
  };
  const step = (item) => {
    item.startedAt = iso();
    try {
      const answer = item.work(context, item);
      Object.assign(item, answer?.skipped ? { status: "skipped", message: answer.skipped } : { status: "succeeded", message: answer?.message ?? null });
      o.counts[answer?.skipped ? "skipped" : "succeeded"] += 1;
    } catch (e) {
      Object.assign(item, { status: "failed", message: e.message, errorCode: e.code ?? "INTERNAL_ERROR" });
      o.counts.failed += 1;
    }
    item.endedAt = iso();
    o.progress.done += 1;
  };
  const end = (status) => {
    clearInterval(o.timer);
    for (const i of o.items) if (i.status === "pending") i.status = "stopped";
    Object.assign(o, { status, endedAt: iso(), progress: { ...o.progress, message: "" } });
    publish(c.slug, "operation.changed", shown(o));
    publish(c.slug, "servers.changed", {});
  };
  o.timer = setInterval(tick, tickMs);
  o.timer.unref();
  started.set(o.id, o);
  c.status = 202;
  c.headers.Location = `/api/v1/operations/${o.id}`;
  return shown(o);
}

on("GET", "/operations", (c) => {
  const status = c.query.getAll("status").flatMap((v) => v.split(","));
  return page(c, opsOf(c).filter((o) => !status.length || status.includes(o.status))).map(shown);
});
on("GET", "/operations/:id", (c) => shown(operationOf(c)));
on("DELETE", "/operations/:id", (c) => {
  const o = operationOf(c);
  if (!running(o)) throw new Refusal(409, "CONFLICT", "This operation has ended already.");
  o.status = "stopping";
  c.status = 202;
  return shown(o);
});
on("GET", "/operations/:id/items", (c) => {
  const status = c.query.getAll("status").flatMap((v) => v.split(","));
  return page(c, operationOf(c).items.filter((i) => !status.length || status.includes(i.status))).map(({ work, ...i }) => i);
});

// ---- bulk
const titles = {
  "add-labels": "Label",
  "remove-labels": "Take labels off",
  "add-to-groups": "Add to groups:",
  "remove-from-groups": "Take out of groups:",
  "start-collection": "Start collection of",
  "stop-collection": "Stop collection of",
  "set-interval": "Set the interval of",
  "collection-config": "Configure collection of",
  "test-connection": "Test",
  delete: "Remove",
  restore: "Restore",
};
const works = {
  "add-labels": (c, s) => {
    const fresh = c.body.labels.filter((n) => !s.labels.some((l) => l.name === n));
    if (!fresh.length) return { skipped: "It has them already" };
    s.labels.push(...fresh.map((n) => labelNamed(c, n)));
  },
  "remove-labels": (c, s) => void (s.labels = s.labels.filter((l) => !c.body.labels.includes(l.name))),
  "add-to-groups": (c, s) => {
    for (const g of c.data.groups) {
      if (c.body.groupIds.includes(g.id) && !s.groups.some((x) => x.id === g.id)) s.groups.push({ id: g.id, name: g.name, color: g.color });
    }
  },
  "remove-from-groups": (c, s) => void (s.groups = s.groups.filter((g) => !c.body.groupIds.includes(g.id))),
  "start-collection": (_, s) => (s.collection.enabled ? { skipped: "It runs already" } : void (s.collection.enabled = true)),
  "stop-collection": (_, s) => (s.collection.enabled ? void (s.collection.enabled = false) : { skipped: "It is off already" }),
  "set-interval": (c, s) => void (s.collection.intervalSeconds = c.body.intervalSeconds),
  "collection-config": (c, s) => {
    const { intervalSeconds, enabled, metricsOn = [], metricsOff = [], collectorsOn = [], collectorsOff = [] } = c.body;
    const now = () => JSON.stringify([s.collection, s.metricsOff ?? [], s.collectorsOff ?? []]), was = now();
    if (intervalSeconds !== undefined) s.collection.intervalSeconds = intervalSeconds ?? c.data.settings.collection.intervalSeconds;
    if (enabled !== undefined) s.collection.enabled = enabled;
    s.metricsOff = [...new Set([...(s.metricsOff ?? []), ...metricsOff])].filter((m) => !metricsOn.includes(m));
    s.collectorsOff = [...new Set([...(s.collectorsOff ?? []), ...collectorsOff])].filter((n) => !collectorsOn.includes(n));
    if (was === now()) return { skipped: "It is so already" };
  },
  "test-connection": (_, s) => {
    if (s.status === "offline") throw new Refusal(502, s.lastError?.code ?? "TIMEOUT", s.lastError?.message ?? "It did not answer.");
    return { message: `Connected: ${s.version}` };
  },
  delete: (c, s) => {
    c.data.servers.splice(c.data.servers.indexOf(s), 1);
    c.data.deleted.push(s);
  },
  restore: (c, s) => {
    c.data.deleted.splice(c.data.deleted.indexOf(s), 1);
    c.data.servers.push(s);
  },
};
export const bulkWorks = works, bulkTitles = titles;
export function targetsOf(c, from) {
  const b = c.body;
  if (b.ids) return b.ids.map((id) => from.find((s) => s.id === id)).filter(Boolean);
  const query = new URLSearchParams({ limit: "1000" });
  for (const [k, v] of Object.entries(b.filter ?? {})) for (const one of [v].flat()) query.append(k, one);
  const names = listServers({ ...c, query, all: true });
  if (b.expectedCount !== undefined && b.expectedCount !== names.length) {
    throw new Refusal(409, "CONFLICT", `The filter means ${names.length} servers by now, not ${b.expectedCount}. Nothing was done.`);
  }
  return names;
}
on("POST", "/servers/bulk/:action", (c) => {
  const action = c.params.action;
  if (!works[action]) invalid("action", "is not known");
  const list = targetsOf(c, action === "restore" ? c.data.deleted : c.data.servers);
  record(c, `servers_bulk`, "server", null, { action, servers: list.length });
  return begin(
    c,
    `bulk-${action}`,
    `${titles[action]} ${list.length} ${list.length === 1 ? "server" : "servers"}`,
    list.map((s) => ({ name: s.name, entityId: s.id, work: (context) => works[action](context, s) })),
  );
});

// ---- import
function recordsOf(c) {
  if (Array.isArray(c.body)) return c.body.map((r, i) => ({ row: i + 1, line: null, ...r }));
  const [head, ...lines] = String(c.text ?? "").replace(/^\uFEFF/, "").split(/\r?\n/).filter(Boolean);
  const names = (head ?? "").split(/[,;\t]/).map((n) => n.trim());
  return lines.map((line, i) => ({ row: i + 1, line: i + 2, ...Object.fromEntries(line.split(/[,;\t]/).map((v, n) => [names[n], v.trim()])) }));
}
function verdictsOf(c) {
  const seen = new Map();
  return recordsOf(c).map((r) => {
    const errors = [], base = { row: r.row, line: r.line, name: r.name ?? "", serverId: null, duplicateOf: null, errors, warnings: [] };
    if (!r.name) errors.push({ field: "name", reason: "is required" });
    if (!r.hostname) errors.push({ field: "hostname", reason: "is required" });
    if (r.port && !(Number(r.port) > 0 && Number(r.port) < 65536)) errors.push({ field: "port", reason: "must be a number from 1 to 65535" });
    if (r.engine && !["sqlserver", "postgresql", "mysql"].includes(r.engine)) errors.push({ field: "engine", reason: "must be sqlserver, postgresql or mysql" });
    const old = c.data.servers.find((s) => s.name === r.name), first = seen.get(r.name);
    if (errors.length) return { ...base, record: r, verdict: "invalid" };
    if (old) return { ...base, record: r, verdict: "exists", serverId: old.id };
    if (first) return { ...base, record: r, verdict: "duplicate", duplicateOf: first };
    seen.set(r.name, r.row);
    return { ...base, record: r, verdict: "create" };
  });
}
const many = (text) => String(text ?? "").split("|").map((n) => n.trim()).filter(Boolean);
on("POST", "/servers/import", (c) => {
  const list = verdictsOf(c);
  if (!list.length) invalid("body", "holds no rows");
  if (c.query.get("dryRun") === "true") {
    const number = (v) => list.filter((i) => i.verdict === v).length, fresh = list.filter((i) => i.verdict === "create");
    return {
      rows: list.length,
      counts: { create: number("create"), exists: number("exists"), invalid: number("invalid"), duplicate: number("duplicate") },
      newGroups: [...new Set(fresh.flatMap((i) => many(i.record.groups)))].filter((n) => !c.data.groups.some((g) => g.name === n)),
      newLabels: [...new Set(fresh.flatMap((i) => many(i.record.labels)))].filter((n) => !c.data.labels.has(n)),
      items: list.map(({ record: _, ...i }) => i),
      isComplete: true,
    };
  }
  return begin(
    c,
    "servers-import",
    `Import ${list.length} servers`,
    list.map((i) => ({
      name: i.name,
      work: (context, item) => {
        if (i.verdict === "exists") return { skipped: "A server has this name" };
        if (i.verdict !== "create") throw new Refusal(400, "VALIDATION_ERROR", i.errors.map((e) => `${e.field} ${e.reason}`).join("; ") || "The name stands twice");
        const b = { ...i.record, port: Number(i.record.port || 1433), labels: many(i.record.labels) };
        const result = probe(b);
        if (c.query.get("validate") === "true" && !result.success) throw new Refusal(502, result.errorCode, result.message);
        item.entityId = makeServer(context, b, result).id;
      },
    })),
  );
});
on("GET", "/servers/import/template", () => ({
  csv: "name,hostname,port,instanceName,engine,username,password,groups,labels\r\nOrders,sql01.example.com,1433,,sqlserver,dbtools,,Production,emea|core\r\n",
}));
