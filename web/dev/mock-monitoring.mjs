// Collectors, series, waits, changes and comparison of the stand-in: the story goes on. On prd-eu-sql-014 an index rebuild blocks 14 sessions.
import { readingsOf, replicaBackups } from "./mock-readings.mjs";
import { customCatalogue, customMetrics } from "./mock-custom.mjs";
import { random, seedOf } from "./mock-fleet.mjs";
import { invalid, iso, notFound, on, page, serverOf, windowOf } from "./mock-routes.mjs";

const cadences = { minute: 60, five_minutes: 300, quarter_hour: 900, hour: 3600, day: 86400, week: 604800 };
const startedAt = Date.now();
const collectorsOf = (s) => readingsOf(s).map((r) => summary(s, r));

function summary(s, { columns, rows, ...r }) {
  const never = !s.lastCollectedAt, off = never || s.status === "offline", bad = ["no_permissions", "not_available", "failed"].includes(r.state);
  const state = never ? "pending" : s.status === "offline" ? "failed" : r.state ?? "ok";
  return {
    name: r.name,
    isCustom: false,
    title: r.title,
    purpose: r.purpose,
    cadence: r.cadence,
    intervalSeconds: cadences[r.cadence],
    enabled: s.collection.enabled && !(s.collectorsOff ?? []).includes(r.name),
    permissions: r.permissions ?? "VIEW SERVER STATE",
    cost: r.cost ?? "low: it reads memory, and no table.",
    state,
    message: never ? null : s.status === "offline" ? s.lastError?.message ?? null : r.message ?? null,
    attemptedAt: never ? null : iso(Date.now() - 1000 * (8 + (seedOf(r.name) % 40))),
    collectedAt: never || bad ? null : iso(Date.now() - 1000 * (off ? 840 : r.staleSeconds ?? 8 + (seedOf(r.name) % 40))),
    // What was never read is not stale.
    isStale: !never && !bad && (off || r.staleSeconds !== undefined),
    durationMs: never || state === "not_available" ? null : 3 + (seedOf(r.cadence) % 90),
    rowCount: never || bad ? null : rows.length,
    failuresInARow: state === "failed" ? 14 : state === "no_permissions" ? 41 : 0,
    keep: r.keep ?? "latest",
    columnCount: columns.length,
  };
}
const readingOf = (c, s) =>
  readingsOf(s).find((r) => r.name === c.params.name) ?? (() => {
    throw notFound("Collector");
  })();
on("GET", "/servers/:id/collectors", (c) => collectorsOf(serverOf(c)));
on("GET", "/servers/:id/replica-backups", (c) => replicaBackups(serverOf(c)));
on("GET", "/servers/:id/collectors/:name", (c) => {
  const s = serverOf(c), r = readingOf(c, s), head = summary(s, r);
  return { ...head, queryTextHidden: false, columns: r.columns, rows: head.collectedAt ? r.rows : [] };
});
on("GET", "/servers/:id/collectors/:name/history", (c) => {
  const s = serverOf(c), r = readingOf(c, s), to = Date.parse(c.query.get("before") ?? "") || Date.now(), seconds = 86_400, limit = Number(c.query.get("limit") ?? 50);
  if (r.keep === "new") return r.rows.map((row) => ({ collectedAt: row[1], rows: [row] })).filter((run) => Date.parse(run.collectedAt) < to);
  if (r.keep !== "every" || !s.lastCollectedAt) return [];
  const runs = [];
  for (let at = Math.floor(to / 60_000) * 60_000; at > to - seconds * 1000 && runs.length < limit; at -= 60_000) {
    const minutes = (Date.now() - at) / 60_000, rows = r.rows.slice(0, Math.max(0, r.rows.length - Math.floor(minutes * 2)));
    if (rows.length > 0) runs.push({ collectedAt: iso(at), rows });
  }
  return runs;
});
on("GET", "/servers/:id/collectors/:name/moments", (c) => {
  const s = serverOf(c), r = readingOf(c, s), to = Date.parse(c.query.get("to") ?? "") || Date.now(), from = Date.parse(c.query.get("from") ?? "");
  if (r.keep !== "every" || !s.lastCollectedAt) return [];
  const moments = [];
  for (let at = Math.floor(to / 60_000) * 60_000; at > from && moments.length < 500; at -= 60_000) {
    const rowCount = Math.max(0, r.rows.length - Math.floor(((Date.now() - at) / 60_000) * 2));
    if (rowCount > 0) moments.push({ collectedAt: iso(at), rowCount });
  }
  return moments;
});
on("GET", "/metrics/collectors", (c) => {
  const found = new Map();
  for (const s of c.data.servers) {
    for (const r of readingsOf(s)) {
      const entry = { name: r.name, title: r.title, engine: s.engine, purpose: r.purpose, cadence: r.cadence, cost: r.cost ?? "low: it reads memory, and no table.", isCustom: r.isCustom ?? false };
      found.set(`${s.engine} ${r.name}`, entry);
    }
  }
  return [...found.values(), ...customCatalogue(c)];
});
on("GET", "/collection/status", (c) => ({
  state: "running",
  message: null,
  since: null,
  collectorCount: 1,
  waitingRuns: 0,
  droppedRuns: 0,
  droppedCollectorRuns: 0,
  skippedRuns: 0,
  ...c.data.collection,
}));
on("GET", "/servers/:id/health/changes", (c) => {
  const s = serverOf(c), known = c.data.changes.filter((x) => x.serverId === s.id), since = Date.parse(known.at(-1)?.at ?? "") || startedAt;
  // The server in trouble had such nights before.
  const earlier = s.name !== "prd-eu-sql-014" ? [] : Array.from({ length: 24 }, (_, i) => {
    const [from, to] = i % 2 === 0 ? ["critical", "healthy"] : ["healthy", "critical"];
    return { serverId: s.id, name: s.name, from, to, status: "online", reasons: to === "critical" ? ["CPU 97 %, critical above 95 %"] : [], at: iso(since - (i + 1) * 7.3e6) };
  });
  return page(c, [...known, ...earlier]);
});
on("GET", "/servers/:id/changes", (c) => {
  const s = serverOf(c), of = c.query.get("collector");
  if (s.engine !== "sqlserver" || !s.lastCollectedAt) return [];
  const change = (minutes, collector, labels, kind, before, after, i) => ({
    id: i,
    collector,
    labels,
    change: kind,
    before,
    after,
    changedAt: iso(startedAt - minutes * 60_000),
  });
  const list = [
    change(52, "configuration", { name: "max degree of parallelism" }, "changed", { value: 8, value_in_use: 8 }, { value: 0, value_in_use: 0 }, 1),
    change(410, "databases", { database_name: "orders_archive_2024" }, "removed", { state: "ONLINE", recovery_model: "SIMPLE" }, {}, 2),
    change(1890, "databases", { database_name: "orders" }, "changed", { recovery_model: "SIMPLE", is_encrypted: false }, { recovery_model: "FULL", is_encrypted: true }, 3),
    change(4000, "configuration", { name: "cost threshold for parallelism" }, "changed", { value: 5, value_in_use: 5 }, { value: 50, value_in_use: 50 }, 4),
    ...Array.from({ length: 60 }, (_, i) =>
      change(9000 + i * 1440, "configuration", { name: "max server memory (MB)" }, "changed", { value: 200_000 + i }, { value: 200_001 + i }, 10 + i)),
  ];
  return page(c, list.filter((x) => !of || x.collector === of));
});

const intervalOf = (seconds) => (seconds <= 21600 ? 60 : seconds <= 86400 ? 300 : seconds <= 604800 ? 1800 : 7200);
function walkOf(seed, seconds, to, value) {
  const interval = intervalOf(seconds), end = Math.floor(to / 1000 / interval) * interval, n = Math.max(1, Math.floor(seconds / interval)), r = random(seed);
  let walk = 0;
  const points = Array.from({ length: n }, (_, i) => {
    walk = walk * 0.85 + (r() - 0.5) * 0.3;
    const at = (end - (n - 1 - i) * interval) * 1000, v = Math.max(0, value(at, walk));
    return [iso(at), round(v), round(v * 0.92), round(v * 1.1)];
  });
  return { interval, from: iso((end - n * interval) * 1000), to: iso(end * 1000), points };
}
const round = (v) => (v > 1000 ? Math.round(v) : Math.round(v * 100) / 100);
on("GET", "/servers/:id/series", (c) => {
  const s = serverOf(c), { seconds, to } = windowOf(c), metric = c.query.get("metric"), top = Number(c.query.get("top") ?? 10);
  if (!s.lastCollectedAt) return [];
  for (const r of readingsOf(s)) {
    const at = r.columns.findIndex((x) => x.metric === metric);
    if (at < 0 || ["no_permissions", "not_available", "failed"].includes(r.state)) continue;
    const column = r.columns[at], labels = r.columns.map((x, i) => [x, i]).filter(([x]) => x.kind === "label");
    const sign = c.query.get("order") === "asc" ? -1 : 1;
    const sorted = [...r.rows].filter((row) => row[at] !== null).sort((a, b) => sign * (b[at] - a[at]));
    c.headers["X-Total-Count"] = String(sorted.length);
    const rule = r.trends?.[metric];
    return sorted.slice(0, top).map((row, i) => ({
      metric,
      kind: column.kind,
      unit: column.kind === "counter" ? `${column.unit}/s` : column.unit,
      labels: Object.fromEntries(labels.map(([x, k]) => [x.name, row[k]])),
      // A new drive has a short past.
      ...clipped(walkOf(seedOf(s.name + metric + i), seconds, to, rule
        ? (t, w) => row[at] - rule(row) * ((t - Date.now()) / 864e5) + row[at] * w * 0.004
        : (_, w) => row[at] * (1 + w)), String(row[0]).startsWith("T:") ? 1.5 : 400),
    }));
  }
  return [];
});
function clipped(series, days) {
  const since = iso(Date.now() - days * 864e5);
  return { ...series, points: series.points.filter((p) => p[0] >= since) };
}

const waitTypes = [
  ["LCK_M_IX", "Lock", 9600, false],
  ["SOS_SCHEDULER_YIELD", "CPU", 1080, false],
  ["PAGEIOLATCH_SH", "Data I/O", 790, false],
  ["WRITELOG", "Log write", 265, false],
  ["PAGELATCH_EX", "Latch", 178, false],
  ["ASYNC_NETWORK_IO", "Network", 121, false],
  ["CXPACKET", "Parallelism", 96, false],
  ["RESOURCE_SEMAPHORE", "Memory", 44, false],
  ["PREEMPTIVE_OS_FILEOPS", "Other", 21, false],
  ["LAZYWRITER_SLEEP", "Idle", 980, true],
  ["DIRTY_PAGE_POLL", "Idle", 910, true],
];
on("GET", "/servers/:id/waits", (c) => {
  const s = serverOf(c), { seconds, to } = windowOf(c), benign = c.query.get("benign") === "true", quiet = s.engine !== "sqlserver" || !s.lastCollectedAt;
  const frame = walkOf(1, seconds, to, () => 0), types = quiet ? [] : waitTypes.filter((w) => benign || !w[3]), troubled = s.name === "prd-eu-sql-014";
  const categories = [...new Set(types.map((w) => w[1]))].map((name) => ({
    name,
    points: walkOf(seedOf(s.name + name), seconds, to, (at, w) => {
      const usual = types.filter((t) => t[1] === name).reduce((sum, t) => sum + t[2], 0) * (name === "Lock" ? 0.01 : 0.7);
      const rise = troubled && name === "Lock" ? Math.max(0, 1 - (Date.now() - at) / 1_300_000) * 9700 : 0;
      return usual * (1 + w) + rise;
    }).points.map(([at, v]) => [at, v]),
  }));
  const top = types.map(([type, category, rate, isBenign]) => {
    const share = type === "LCK_M_IX" && !troubled ? 0.01 : 1, waitMs = Math.round(rate * share * Math.min(seconds, 900));
    return { type, category, isBenign, waitMs, signalMs: Math.round(waitMs * 0.04), waitingTasks: Math.round(waitMs / 90), msPerSecond: rate * share };
  });
  return {
    interval: frame.interval,
    from: frame.from,
    to: frame.to,
    categories,
    totalMs: top.reduce((sum, w) => sum + w.waitMs, 0),
    top: top.slice(0, 10),
  };
});

const engineKinds = ["sqlserver", "postgresql", "mysql"];
const coreTypes = [
  ["cpu_percent", "percent", "gauge", "CPU of the host in use"],
  ["memory_percent", "percent", "gauge", "Memory of the host in use"],
  ["connection_count", "count", "gauge", "Open sessions"],
  ["batch_requests_sec", "per_second", "counter", "Batch requests a second"],
  ["disk_io_reads", "per_second", "counter", "Reads of files a second"],
  ["disk_io_writes", "per_second", "counter", "Writes of files a second"],
  ["wait_time_ms", "ms_per_second", "counter", "Time that sessions waited", ["sqlserver"]],
  ["engine_cpu_percent", "percent", "gauge", "CPU of the engine's process", ["sqlserver"]],
  ["memory_total_bytes", "bytes", "gauge", "Memory of the host"],
  ["memory_used_bytes", "bytes", "gauge", "Memory in use"],
  ["page_life_expectancy_seconds", "seconds", "gauge", "How long a page stays in memory", ["sqlserver"]],
  ["cache_hit_percent", "percent", "gauge", "Pages that were in memory already"],
  ["own_cpu_ms", "ms_per_second", "counter", "CPU that DbTools itself used on the server, in milliseconds per second", ["sqlserver"]],
].map(([name, unit, kind, description, engines = engineKinds]) => ({ name, unit, kind, description, collector: null, engines, labels: [] }));
on("GET", "/metrics/types", (c) => {
  const found = new Map();
  for (const s of c.data.servers) {
    for (const r of readingsOf(s)) {
      const labels = r.columns.filter((x) => x.kind === "label").map((x) => x.name);
      for (const x of r.columns.filter((y) => y.metric)) {
        const key = x.metric, known = found.get(key);
        if (!known) found.set(key, { name: x.metric, unit: x.kind === "counter" ? `${x.unit}/s` : x.unit, kind: x.kind, description: x.description, collector: r.name, engines: [s.engine], labels });
        else if (!known.engines.includes(s.engine)) known.engines.push(s.engine);
      }
    }
  }
  return [...coreTypes, ...found.values(), ...customMetrics(c)];
});
const valueOf = {
  cpu_percent: (s) => s.latest.cpuPercent,
  memory_percent: (s) => s.latest.memoryPercent,
  connection_count: (s) => s.latest.connectionCount,
  batch_requests_sec: (s) => s.latest.batchRequestsSec,
};
on("GET", "/metrics/compare", (c) => {
  const metric = c.query.get("metric") ?? "cpu_percent", group = c.query.get("group"), sign = c.query.get("order") === "asc" ? 1 : -1;
  if (!coreTypes.some((t) => t.name === metric)) invalid("metric", "is none of those that are compared");
  const value = valueOf[metric] ?? ((s) => (!s.lastCollectedAt ? null : (seedOf(s.name + metric) * 7919) % 100_000));
  const list = c.data.servers.filter((s) => !group || s.groups.some((g) => g.id === group)).map((s) => ({
    serverId: s.id,
    name: s.name,
    health: s.health,
    value: value(s),
    collectedAt: s.lastCollectedAt,
  })).filter((x) => x.value !== null).sort((a, b) => (a.value - b.value) * sign);
  c.headers["X-Total-Count"] = String(list.length);
  return list.slice(0, Number(c.query.get("top") ?? 20));
});
