// One consistent story for development and tests. Meridian Freight: 412 servers in nine groups; index maintenance runs in the afternoon since a policy
// changed, prd-eu-sql-014 is critical, and site osl lost its line. Counts are derived from the servers, so that sums add up on every screen.
const critical = {
  "prd-eu-sql-014": ["CPU 97 % (limit 95 %)", 97, 88],
  "prd-us-pg-021": ["CPU 96 % (limit 95 %)", 96, 71],
  "prd-eu-my-006": ["Memory 97 % (limit 95 %)", 41, 97],
  "pay-sql-003": ["Memory 96 % (limit 95 %)", 58, 96],
  "dwh-sql-002": ["Memory 98 % (limit 95 %)", 86, 98],
  "prd-us-sql-030": ["CPU 98 % (limit 95 %)", 98, 69],
  "whs-gdn-my-01": ["CPU 99 % (limit 95 %)", 99, 74],
};
const offline = {
  "whs-osl-sql-01": ["TIMEOUT", "Connection timed out"],
  "whs-osl-sql-02": ["TIMEOUT", "Connection timed out"],
  "whs-osl-my-01": ["TIMEOUT", "Connection timed out"],
  "prd-ap-sql-009": ["UNREACHABLE", "Connection refused"],
  "stg-pg-004": ["TLS_FAILED", "TLS handshake failed"],
  "dev-my-002": ["UNREACHABLE", "Host name not found"],
};
const unknown = {
  "dev-sql-008": "Collection is off",
  "dev-pg-005": "Collection is off",
  "stg-my-003": "First collection is due",
  "lab-sql-04": "Collection is off",
};
const warning = {
  "prd-eu-sql-007": [86, 72],
  "prd-eu-pg-011": [52, 91],
  "prd-us-sql-012": [84, 79],
  "prd-eu-sql-022": [83, 76],
  "pay-pg-002": [47, 88],
  "dwh-pg-004": [71, 93],
  "prd-ap-pg-003": [81, 66],
  "prd-us-my-009": [82, 68],
  "whs-rtm-sql-02": [88, 61],
  "prd-eu-sql-031": [44, 89],
  "stg-sql-006": [91, 74],
  "whs-ham-my-03": [31, 86],
  "prd-us-pg-004": [55, 87],
  "prd-us-sql-025": [42, 90],
  "prd-eu-my-013": [81, 63],
  "dwh-sql-007": [88, 82],
  "pay-sql-008": [35, 86],
  "whs-mad-sql-01": [85, 58],
  "prd-ap-sql-002": [49, 86],
  "prd-eu-pg-029": [46, 87],
  "dev-sql-003": [83, 60],
  "prd-us-sql-019": [61, 90],
  "prd-us-pg-017": [50, 89],
  "whs-lyo-my-02": [85, 66],
};
const layout = [
  ["Production EU", "prd-eu", [42, 36, 18], "#1f6fd1"],
  ["Production US", "prd-us", [38, 30, 16], "#0a857d"],
  ["Production APAC", "prd-ap", [16, 14, 8], "#7a4bc0"],
  ["Data warehouse", "dwh", [12, 10, 0], "#c4590c"],
  ["Payments", "pay", [14, 12, 0], "#b53778"],
  ["Warehouse sites", "whs", 0, "#6b7a10"],
  ["Staging", "stg", [16, 14, 10], "#3187b8"],
  ["Development", "dev", [12, 12, 8], "#8b5e3f"],
  ["Lab", "lab", [10, 0, 0], "#5b6877"],
];
const engines = { sql: "sqlserver", pg: "postgresql", my: "mysql" }, ports = { sql: 1433, pg: 5432, my: 3306 };
const versions = {
  sql: [["SQL Server 2022", "16.0.4175.1"], ["SQL Server 2019", "15.0.4410.1"], ["SQL Server 2022", "16.0.4165.4"], [
    "SQL Server 2017",
    "14.0.3485.1",
  ]],
  pg: [["PostgreSQL 16.8", "16.8"], ["PostgreSQL 15.12", "15.12"], ["PostgreSQL 17.4", "17.4"]],
  my: [["MariaDB 10.11", "10.11.6"], ["MySQL 8.4", "8.4.4"], ["MySQL 8.0", "8.0.41"]],
};
const owners = {
  "prd-eu": ["orders", "catalogue", "routing"],
  "prd-us": ["orders", "billing", "routing"],
  "prd-ap": ["orders", "customs"],
  dwh: ["bi", "finance"],
  pay: ["payments", "ledger"],
  whs: ["site"],
  stg: ["orders", "payments"],
  dev: ["platform"],
  lab: ["dba"],
};
const pad = (n, length = 2) => String(n).padStart(length, "0");
let lastID = 0;
export const newID = () => `0195a4c0-${pad((++lastID).toString(16), 4)}-7000-8000-${pad((lastID * 7919).toString(16), 12)}`;
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
export const seedOf = (text) => [...text].reduce((a, c) => (a * 31 + c.charCodeAt(0)) % 9973, 7);

/** What the servers of the last hour were before; the others have not changed lately. */
const former = {
  "prd-eu-sql-014": "warning",
  "whs-osl-sql-01": "healthy",
  "whs-osl-sql-02": "healthy",
  "whs-osl-my-01": "healthy",
  "prd-us-pg-021": "warning",
  "whs-gdn-my-01": "warning",
  "prd-eu-pg-014": "warning",
  "prd-ap-pg-003": "healthy",
};
const back = { "prd-eu-pg-014": "CPU back to 38 %" };
export const makeChanges = (servers) =>
  servers.filter((s) => former[s.name]).map((s) => ({
    serverId: s.id,
    name: s.name,
    from: former[s.name],
    to: s.health,
    status: s.status,
    reasons: back[s.name] ? [back[s.name]] : s.healthReasons,
    at: s.changedAt,
  })).sort((a, b) => b.at.localeCompare(a.at));

/** The makers' dates, as the product's table has them. */
export function supportOf(version) {
  const [state, endsAt, note] = version?.includes("2017")
    ? ["extended", "2027-10-12", "Security updates only."]
    : version?.includes("8.0")
    ? ["unsupported", "2026-04-30", "MySQL 8.0 gets no more fixes."]
    : version?.includes("15.")
    ? ["supported", "2027-11-11", null]
    : version
    ? ["supported", "2028-01-11", null]
    : ["unknown", null, null];
  return { state, endsAt, note, asOf: "2026-11-01", source: "learn.microsoft.com/lifecycle/products" };
}

/** groups, labels and servers; with `extra`, plain healthy servers up to that many. */
export function makeFleet(total = 412, now = Date.now()) {
  const ago = (seconds) => new Date(now - seconds * 1000).toISOString();
  const groups = layout.map(([name, , , color], i) => ({
    id: newID(),
    name,
    description: i === 5 ? "One pair of servers at each of 8 sites" : null,
    color,
    createdAt: ago(86400 * (120 - i)),
  }));
  const labels = new Map();
  const label = (name) => {
    if (!labels.has(name)) labels.set(name, { id: newID(), name, color: null });
    return labels.get(name);
  };
  const servers = [], r = random(7);
  const add = (name, kind, groupIndex, key) => {
    const n = servers.length,
      health = critical[name] ? "critical" : offline[name] ? "offline" : unknown[name] ? "unknown" : warning[name] ? "warning" : "healthy";
    const dark = health === "offline" || health === "unknown";
    const cpu = dark ? null : critical[name]?.[1] ?? warning[name]?.[0] ?? Math.round(6 + r() * r() * 62);
    const memory = dark ? null : critical[name]?.[2] ?? warning[name]?.[1] ?? Math.round(38 + r() * 42);
    const reasons = critical[name]
      ? [critical[name][0]]
      : offline[name]
      ? [offline[name][1]]
      : unknown[name]
      ? [unknown[name]]
      : health === "warning"
      ? [cpu >= 80 ? `CPU ${cpu} % (limit 80 %)` : `Memory ${memory} % (limit 85 %)`]
      : [];
    const [version, productVersion] = versions[kind][(n * 7) % versions[kind].length], owner = owners[key][n % owners[key].length];
    const changed = {
      "prd-eu-sql-014": 308,
      "whs-osl-sql-01": 850,
      "whs-osl-sql-02": 852,
      "whs-osl-my-01": 849,
      "prd-us-pg-021": 1090,
      "whs-gdn-my-01": 1330,
      "prd-eu-pg-014": 1800,
      "prd-ap-pg-003": 2470,
    }[name];
    servers.push({
      id: newID(),
      name,
      engine: engines[kind],
      hostname: `10.${20 + groupIndex}.${1 + (n % 6)}.${11 + (n % 230)}`,
      port: ports[kind],
      instanceName: kind === "sql" && n % 11 === 3 ? "PROD1" : null,
      database: null,
      authType: "sql",
      username: "dbtools_monitor",
      hasPassword: true,
      encrypt: true,
      trustServerCertificate: false,
      status: health === "offline" ? "offline" : health === "unknown" ? "unknown" : "online",
      health,
      healthReasons: reasons,
      unavailable: [],
      deployment: "none",
      version,
      productVersion,
      versionSupport: supportOf(version),
      credential: null,
      duplicateOf: null,
      sameAddressAs: null,
      deletedAt: null,
      purgeAt: null,
      edition: kind === "sql" ? "Enterprise Edition (64-bit)" : kind === "my" && version.startsWith("Maria") ? "MariaDB" : "Community",
      groups: [tag(groups[groupIndex])],
      labels: [tag(label(`app: ${owner}`)), ...(n % 3 === 0 ? [tag(label("tier: 1"))] : [])],
      collection: { enabled: health !== "unknown" || name === "stg-my-003", intervalSeconds: 60 },
      lastCollectedAt: health === "unknown" ? null : ago(health === "offline" ? 840 + (n % 40) : 2 + Math.floor(r() * 55)),
      lastAttemptAt: ago(10 + (n % 40)),
      lastError: offline[name]
        ? { code: offline[name][0], message: `${offline[name][1]}: the server did not answer the last 14 attempts.`, at: ago(20) }
        : null,
      latest: {
        cpuPercent: cpu,
        memoryPercent: memory,
        connectionCount: dark ? null : 20 + ((n * 37) % 240),
        batchRequestsSec: dark || kind !== "sql" ? null : 300 + ((n * 131) % 3600),
      },
      createdAt: ago(86400 * (100 - (n % 90)) + 3600),
      updatedAt: ago(86400 * (n % 30)),
      changedAt: ago(changed ?? 86400 * (1 + (n % 20))),
      etag: 1,
    });
  };
  layout.forEach(([, key, counts], g) => {
    if (key === "whs") {
      for (const city of ["gdn", "rtm", "ham", "lyo", "mad", "bhx", "osl", "mxp"]) {
        for (const kind of ["sql", "my"]) {
          for (let i = 1; i <= 4; i++) add(`whs-${city}-${kind}-${pad(i)}`, kind, g, key);
        }
      }
    } else {["sql", "pg", "my"].forEach((kind, j) => {
        for (let i = 1; i <= counts[j]; i++) add(`${key}-${kind}-${pad(i, key === "lab" ? 2 : 3)}`, kind, g, key);
      });}
  });
  if (total < servers.length) servers.length = total;
  const kinds = ["sql", "pg", "my"], keys = layout.map((l) => l[1]);
  for (let i = servers.length; i < total; i++) {
    add(`xl-${kinds[i % 3]}-${pad(i, 5)}`, kinds[i % 3], i % layout.length, keys[i % layout.length]);
  }
  const twin = servers.find((s) => s.name === "lab-sql-03"), first = servers.find((s) => s.name === "lab-sql-02");
  if (twin && first) twin.duplicateOf = { id: first.id, name: first.name };
  if (twin) twin.unavailable = ["sys.dm_os_wait_stats (Invalid object name 'sys.dm_os_wait_stats')"];
  const hero = servers.find((s) => s.name === "prd-eu-sql-014");
  if (hero) {
    Object.assign(hero, {
      hostname: "10.20.2.24",
      version: "SQL Server 2022",
      productVersion: "16.0.4175.1",
      latest: { ...hero.latest, batchRequestsSec: 1042, connectionCount: 212 },
    });
  }
  return { groups, labels, servers };
}
/** Black or white, whichever is read better on the colour (WCAG 2.2 relative luminance). */
export function textOn(color) {
  if (!color) return null;
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > Math.sqrt(0.0525) - 0.05 ? "#000000" : "#ffffff";
}
export const tag = ({ id, name, color, filter }) => ({ id, name, color, textColor: textOn(color), dynamic: Boolean(filter) });

/** A server's metric: a smooth walk that ends in its latest value; site osl stops 14 min ago; prd-eu-sql-014 has a gap and rises at the end. */
export function makeSeries(server, metric, rangeSeconds, now = Date.now()) {
  const short = { cpu_percent: "cpu", memory_percent: "memory", connection_count: "connections" }[metric] ?? metric;
  const unit = { cpu: "percent", memory: "percent", connections: "count", batch_requests_sec: "per_second" }[short] ?? "count";
  const interval = rangeSeconds <= 21600 ? 60 : rangeSeconds <= 86400 ? 300 : rangeSeconds <= 604800 ? 1800 : 7200;
  const to = Math.floor(now / 1000 / interval) * interval, n = Math.max(1, Math.floor(rangeSeconds / interval)), from = to - n * interval;
  const latest = {
    cpu: server.latest.cpuPercent,
    memory: server.latest.memoryPercent,
    connections: server.latest.connectionCount,
    batch_requests_sec: server.latest.batchRequestsSec,
  }[short] ?? null;
  // What is long past has no rise at its end: only the present has.
  const present = Math.abs(Date.now() - now) < 60_000, points = [], r = random(seedOf(server.name + short) + (present ? 0 : Math.floor(now / 864e5))), percent = unit === "percent", base = latest ?? 30;
  if (!server.lastCollectedAt || (short === "batch_requests_sec" && server.engine !== "sqlserver")) {
    return { metric: short, unit, interval, from: iso(from), to: iso(to), points };
  }
  const calm = short === "cpu" && base > 80 ? base - 52 : base, end = Date.parse(server.lastCollectedAt) / 1000, gapAt = to - 6300;
  let walk = 0;
  for (let i = 1; i <= n; i++) {
    const t = from + i * interval, x = i / n;
    walk = walk * 0.86 + (r() - 0.5) * calm * 0.22;
    const ramp = present && short === "cpu" && base > 80 ? Math.max(0, Math.min(1, (t - (to - 1320)) / 720)) * (base - calm) : 0;
    let v = calm + calm * 0.12 * Math.sin(x * 9 + seedOf(server.name)) + walk + ramp;
    if (i === n && present) v = base;
    if (t > end || (server.name === "prd-eu-sql-014" && present && t > gapAt && t < gapAt + 420)) continue;
    if (rangeSeconds === 2592000 && t < Date.parse(server.createdAt) / 1000) continue;
    v = Math.max(0, percent ? Math.min(100, v) : v);
    points.push([iso(t), round(v), round(Math.max(0, v * 0.9)), round(percent ? Math.min(100, v * 1.08) : v * 1.1)]);
  }
  return { metric: short, unit, interval, from: iso(from), to: iso(to), points };
}
const iso = (seconds) => new Date(seconds * 1000).toISOString();
const round = (v) => Math.round(v * 10) / 10;

const minutes = (n) => n * 60;
export function makeActivity(servers, groups, now = Date.now()) {
  const by = (name) => servers.find((s) => s.name === name),
    ines = { id: newID(), name: "ines.kowal@meridian.example", address: "10.8.0.41" };
  const tomas = { id: newID(), name: "tomas.berg@meridian.example", address: "10.8.0.33" },
    system = { id: null, name: "system", address: null },
    rana = { id: newID(), name: "rana.aziz@meridian.example", address: "10.8.0.5" };
  const rows = [
    [300, "server_health_changed", "server", by("prd-eu-sql-014"), system, {
      from: "warning",
      to: "critical",
      reasons: ["CPU 97 % (limit 95 %)"],
    }],
    [845, "server_health_changed", "server", by("whs-osl-sql-01"), system, {
      from: "healthy",
      to: "offline",
      reasons: ["Connection timed out"],
    }],
    [minutes(54), "config_changed", "settings", { id: null, name: "thresholds" }, tomas, {
      before: { "cpuPercent.warning": 85, "cpuPercent.critical": 95 },
      after: { "cpuPercent.warning": 80, "cpuPercent.critical": 95 },
    }],
    [minutes(70), "server_updated", "server", by("prd-eu-sql-014"), ines, {
      before: { username: "sa", password: "changed" },
      after: { username: "dbtools_monitor", password: "changed" },
    }],
    [minutes(131), "server_labeled", "server", by("whs-gdn-my-01"), ines, { labels: ["app: site"] }],
    [minutes(132), "group_updated", "group", groups[5], ines, { added: 12 }],
    [minutes(205), "user_updated", "user", { id: newID(), name: "tomas.berg@meridian.example" }, rana, {
      before: { role: "viewer" },
      after: { role: "operator" },
    }],
    [minutes(400), "server_deleted", "server", { id: newID(), name: "prd-eu-sql-043" }, tomas, { hostname: "10.20.4.17" }],
  ];
  const list = rows.filter((r) => r[3]).map(([s, action, entityType, entity, actor, details]) =>
    row(now - s * 1000, action, entityType, entity, actor, details)
  );
  servers.slice(0, 160).forEach((s, i) =>
    list.push(
      row(now - (86400 * (1 + (i % 60)) + i * 97) * 1000, "server_added", "server", s, i % 3 ? ines : tomas, {
        hostname: s.hostname,
        engine: s.engine,
      }),
    )
  );
  return list.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
export function row(at, action, entityType, entity, actor, details) {
  return {
    id: newID(),
    action,
    entityType,
    entityId: entity?.id ?? null,
    entityName: entity?.name ?? null,
    actor,
    requestId: `01JPK${newID().slice(9, 13).toUpperCase()}`,
    details,
    createdAt: new Date(at).toISOString(),
  };
}
