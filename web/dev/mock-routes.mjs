// The stand-in's state and routes: the shapes of api/openapi.yaml, one route a line or a few. mock-server.mjs serves them.
import { makeActivity, makeChanges, makeFleet, makeSeries, newID, row, supportOf, tag } from "./mock-fleet.mjs";
import { probe } from "./mock-probe.mjs";

export const option = (name, fallback) => {
  const i = process.argv.indexOf(`--${name}`);
  return i > 0 ? process.argv[i + 1] : fallback;
};
export const admin = {
  email: process.env.DBTOOLS_ADMIN_EMAIL ?? "admin@example.com",
  password: process.env.DBTOOLS_ADMIN_PASSWORD ?? "correct-horse-battery",
};
export const iso = (ms = Date.now()) => new Date(ms).toISOString();
const words = ["healthy", "warning", "critical", "offline", "unknown"];

// ---- state
const makeData = (count) => {
  const f = makeFleet(count);
  return { ...f, deleted: [], activity: makeActivity(f.servers, f.groups), changes: makeChanges(f.servers), settings: defaults() };
};
function defaults() {
  return {
    retention: { metricsDays: 30, activityDays: 365 },
    thresholds: { cpuPercent: { warning: 80, critical: 95 }, memoryPercent: { warning: 85, critical: 95 } },
    collection: { intervalSeconds: 60 },
    queries: { showsLiterals: false },
    refreshSeconds: 30,
  };
}
const empty = () => ({ groups: [], labels: new Map(), servers: [], deleted: [], activity: [], changes: [], settings: defaults() });
export const data = new Map([["meridian", makeData(Number(option("servers", "412")))]]);
const tenant = (name, slug, status, days, bytes) => ({
  id: newID(),
  slug,
  name,
  status,
  databaseName: `dbtools_tenant_${slug}`,
  databaseSizeBytes: bytes,
  settings: {},
  createdAt: iso(Date.now() - days * 864e5),
  updatedAt: iso(),
});
export const tenants = [
  tenant("Meridian Freight", "meridian", "active", 210, 197_780_000_000),
  tenant("Norra Energi", "norra-energi", "active", 96, 12_880_000),
  tenant("Quill Publishing", "quill", "suspended", 300, 4_402_000_000),
];
const user = (name, email, role, more = {}) => ({
  id: newID(),
  email,
  name,
  isSuperAdmin: false,
  disabled: false,
  memberships: [{ tenantSlug: "meridian", tenantName: "Meridian Freight", role }],
  createdAt: iso(Date.now() - 90 * 864e5),
  lastSignInAt: iso(Date.now() - 3.1e6),
  password: "correct-horse-battery",
  hasPassword: more.password !== null,
  linkExpiresAt: null,
  shared: false,
  ...more,
});
export const users = [
  user("Rana Aziz", admin.email, "tenant_admin", { isSuperAdmin: true, password: admin.password }),
  user("Ines Kowal", "ines.kowal@meridian.example", "operator"),
  user("Tomas Berg", "tomas.berg@meridian.example", "operator"),
  user("Michael Osei", "michael.osei@meridian.example", "viewer"),
  user("Old Account", "old@meridian.example", "viewer", { disabled: true, lastSignInAt: null }),
];
export const sessions = new Map(), streams = new Set();
export const faults = { latencyMs: 0, failing: null, status: 500 };
let eventID = 0;
export const publicUser = ({ password, ...rest }) => rest;
export const dataOf = (slug) => {
  if (!data.has(slug)) data.set(slug, empty());
  return data.get(slug);
};
const publicServer = ({ changedAt, etag, status_of, metricsOff, collectorsOff, ownThresholds, ...rest }) => ({
  ...rest,
  thresholds: Object.fromEntries(Object.entries(defaults().thresholds).map(([key, limit]) => [key, ownThresholds?.[key] ?? limit])),
});
const healthOf = (s) => ({
  serverId: s.id,
  name: s.name,
  engine: s.engine,
  status: s.health,
  reachability: s.status,
  reasons: s.healthReasons,
  lastCollectedAt: s.lastCollectedAt,
  ...s.latest,
  groupIds: s.groups.map((g) => g.id),
  changedAt: s.changedAt,
});
export const counts = (list) => Object.fromEntries(words.map((w) => [w, list.filter((s) => s.health === w).length]));

export class Refusal extends Error {
  constructor(status, code, message, details = []) {
    super(message);
    Object.assign(this, { status, code, details });
  }
}
export const invalid = (field, reason) => {
  throw new Refusal(400, "VALIDATION_ERROR", "The request has wrong fields.", [{ field, reason }]);
};
/** 412, with each field of the request that is stored otherwise; `stored` is what the request calls it. */
export function refuseStale(c, etag, thing, stored = {}) {
  if (!c.ifMatch || c.ifMatch === etag) return;
  const now = { ...thing, ...stored };
  const details = Object.keys(c.body).filter((k) => JSON.stringify(now[k]) !== JSON.stringify(c.body[k])).map((field) => ({
    field,
    reason: field === "password" ? "would be changed by this request" : `is now ${JSON.stringify(now[field])}`,
  }));
  throw new Refusal(412, "PRECONDITION_FAILED", `It has been changed since it was read by rana.aziz@meridian.example at ${iso()}; compare, and send it again with the new ETag`, details);
}
export const notFound = (what) => new Refusal(404, "NOT_FOUND", `${what} was not found.`);
export function publish(slug, topic, payload) {
  eventID += 1;
  for (const s of streams) if (s.tenant === slug) s.response.write(`id: ${eventID}\nevent: ${topic}\ndata: ${JSON.stringify(payload)}\n\n`);
}
export function record(c, action, type, entity, details) {
  c.data.activity.unshift(row(Date.now(), action, type, entity, { id: c.user.id, name: c.user.email, address: "127.0.0.1" }, details));
}

// ---- routes: [method, pattern, handler, needs a tenant]
export const routes = [];
export const on = (method, pattern, handler, needsTenant = true) => routes.push([method, pattern.split("/"), handler, needsTenant]);
on("GET", "/auth/me", (c) => ({ user: publicUser(c.user), csrfToken: c.session.csrf }), false);
on("POST", "/auth/logout", (c) => {
  sessions.delete(c.cookie);
  c.headers["Set-Cookie"] = "dbtools_session=; Path=/; Max-Age=0";
  return null;
}, false);
on("POST", "/auth/password", (c) => {
  if (c.body.currentPassword !== c.user.password) invalid("currentPassword", "is not the current password");
  if ((c.body.newPassword ?? "").length < 12) invalid("newPassword", "needs at least 12 characters");
  c.user.password = c.body.newPassword;
  return null;
}, false);
on(
  "GET",
  "/tenants",
  (c) => {
    const wanted = c.query.getAll("status").flatMap((v) => v.split(","));
    return tenants.filter((t) =>
      (wanted.length ? wanted.includes(t.status) : t.status !== "deleted") &&
      (c.user.isSuperAdmin || c.user.memberships.some((m) => m.tenantSlug === t.slug))
    ).map(tenantOut);
  },
  false,
);
const healths = ["healthy", "warning", "critical", "offline", "unknown"];
function tenantOut(t) {
  const { servers, activity } = dataOf(t.slug);
  return {
    ...t,
    serverCount: servers.length,
    health: Object.fromEntries(healths.map((h) => [h, servers.filter((s) => s.health === h).length])),
    userCount: users.filter((u) => u.memberships.some((m) => m.tenantSlug === t.slug)).length,
    lastActivityAt: activity[0]?.createdAt ?? null,
    countedAt: iso(),
    deletedAt: t.deletedAt ?? null,
    purgeAt: t.deletedAt ? iso(Date.parse(t.deletedAt) + 30 * 864e5) : null,
    role: "super_admin",
  };
}
on("POST", "/tenants", (c) => {
  const { name, slug } = c.body;
  if (!name) invalid("name", "is required");
  if (!/^[a-z0-9](-?[a-z0-9])*$/.test(slug ?? "") || slug.length < 3 || slug.length > 50) {
    invalid("slug", "must be 3 to 50 lower-case letters, digits and single hyphens");
  }
  if (tenants.some((t) => t.slug === slug)) throw new Refusal(409, "CONFLICT", "A tenant with this slug exists already.");
  const made = tenant(name, slug, "active", 0, 8_200_000);
  tenants.push(made);
  c.status = 201;
  return tenantOut(made);
}, false);
const tenantOf = (c) =>
  tenants.find((t) => t.slug === c.params.slug && t.status !== "deleted") ?? (() => {
    throw notFound("Tenant");
  })();
on("GET", "/tenants/:slug", (c) => tenantOut(tenantOf(c)), false);
on("PATCH", "/tenants/:slug", (c) => tenantOut(Object.assign(tenantOf(c), c.body)), false);
on("POST", "/tenants/:slug/suspend", (c) => Object.assign(tenantOf(c), { status: "suspended" }), false);
on("POST", "/tenants/:slug/activate", (c) => Object.assign(tenantOf(c), { status: "active" }), false);
on("DELETE", "/tenants/:slug", (c) => {
  Object.assign(tenantOf(c), { status: "deleted", deletedAt: iso() });
  return null;
}, false);
const deletedTenantOf = (c) => {
  const t = tenants.find((x) => x.slug === c.params.slug);
  if (!t) throw notFound("Tenant");
  if (t.status !== "deleted") throw new Refusal(409, "CONFLICT", `The tenant ${t.slug} is not deleted.`);
  return t;
};
on("POST", "/tenants/:slug/restore", (c) => tenantOut(Object.assign(deletedTenantOf(c), { status: "active", deletedAt: null })), false);
on("POST", "/tenants/:slug/purge", (c) => {
  const t = deletedTenantOf(c);
  if (c.body.name !== t.name) invalid("name", "must be the tenant's name, exactly as it is written");
  tenants.splice(tenants.indexOf(t), 1);
  return null;
}, false);

export function listServers(c) {
  const q = c.query, all = (name) => q.getAll(name).flatMap((v) => v.split(","));
  const text = (q.get("q") ?? "").toLowerCase(), groups = all("group"), labels = all("label");
  const from = q.get("deleted") === "true" ? c.data.deleted : c.data.servers;
  let list = from.filter((s) =>
    (!all("deployment").length || all("deployment").includes(s.deployment)) &&
    (!all("credential").length || all("credential").includes(s.credential?.id)) &&
    (!all("status").length || all("status").includes(s.status)) && (!all("health").length || all("health").includes(s.health)) &&
    (!all("engine").length || all("engine").includes(s.engine)) &&
    (!groups.length || s.groups.some((g) => groups.includes(g.id) || groups.includes(g.name))) && (!labels.length || s.labels.some((l) =>
      labels.includes(l.id) || labels.includes(l.name)
    )) &&
    (!text ||
      [s.name, s.hostname, ...s.groups.map((g) => g.name), ...s.labels.map((l) => l.name)].some((x) => x.toLowerCase().includes(text)))
  );
  const rank = { critical: 0, offline: 1, warning: 2, unknown: 3, healthy: 4 },
    sort = q.get("sort") ?? "name",
    sign = q.get("order") === "desc" ? -1 : 1;
  const key = {
    name: (s) => s.name,
    host: (s) => s.hostname,
    status: (s) => s.status,
    health: (s) => rank[s.health],
    version: (s) => s.productVersion,
    createdAt: (s) => s.createdAt,
    cpu: (s) => s.latest.cpuPercent ?? -1,
    memory: (s) => s.latest.memoryPercent ?? -1,
  }[sort];
  if (!key) invalid("sort", "is not a column that servers can be sorted by");
  list = list.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.name < b.name ? -sign : sign) * sign);
  if (c.all) return list;
  if (/text\/csv/.test(c.accept ?? "")) return { csv: ["name,hostname,port,engine", ...list.map((s) => [s.name, s.hostname, s.port, s.engine].join())].join("\r\n") };
  return page(c, list).map(publicServer);
}
export function page(c, list) {
  const limit = Math.min(1000, Number(c.query.get("limit") ?? 100)), from = Number(c.query.get("cursor") ?? 0);
  c.headers["X-Total-Count"] = String(list.length);
  if (from + limit < list.length) {
    const u = new URL(c.url);
    u.searchParams.set("cursor", String(from + limit));
    c.headers.Link = `<${u.pathname}${u.search}>; rel="next"`;
  }
  return list.slice(from, from + limit);
}
export const serverOf = (c) =>
  c.data.servers.find((s) => s.id === c.params.id) ?? (() => {
    throw notFound("Server");
  })();
export const labelNamed = (c, name) => {
  if (!c.data.labels.has(name)) c.data.labels.set(name, { id: newID(), name, color: null });
  return tag(c.data.labels.get(name));
};
function checkServer(c, b, self) {
  const details = [];
  if (!b.name) details.push({ field: "name", reason: "is required" });
  if (!b.hostname && !b.host) details.push({ field: "hostname", reason: "is required" });
  if (b.hostname && /\s/.test(b.hostname)) details.push({ field: "hostname", reason: "must not hold spaces" });
  if (!Number.isInteger(b.port ?? 1433) || b.port < 1 || b.port > 65535) {
    details.push({ field: "port", reason: "must be a number from 1 to 65535" });
  }
  if (details.length) throw new Refusal(400, "VALIDATION_ERROR", "The request has wrong fields.", details);
  if (c.data.servers.some((s) => s.name === b.name && s !== self)) {
    throw new Refusal(409, "CONFLICT", "A server with this name exists already.", [{ field: "name", reason: "is taken" }]);
  }
}
on("GET", "/servers", listServers);
export function makeServer(c, b, result) {
  const s = {
    id: newID(),
    name: b.name,
    engine: b.engine ?? "sqlserver",
    hostname: b.hostname,
    port: b.port ?? 1433,
    instanceName: b.instanceName ?? null,
    database: b.database ?? null,
    authType: b.authType ?? "sql",
    username: b.username ?? null,
    hasPassword: Boolean(b.password),
    encrypt: b.encrypt ?? true,
    trustServerCertificate: b.trustServerCertificate ?? false,
    status: "unknown",
    health: "unknown",
    healthReasons: ["First collection is due"],
    unavailable: [],
    deployment: "none",
    version: result.version,
    productVersion: result.productVersion,
    edition: result.edition,
    versionSupport: supportOf(result.version),
    credential: c.data.credentials?.filter((k) => k.id === b.credentialId).map(({ id, name }) => ({ id, name }))[0] ?? null,
    duplicateOf: null,
    sameAddressAs: null,
    deletedAt: null,
    purgeAt: null,
    groups: c.data.groups.filter((g) => b.groupIds?.includes(g.id)).map(tag),
    labels: (b.labels ?? []).map((n) => labelNamed(c, n)),
    collection: { enabled: true, intervalSeconds: 60 },
    lastCollectedAt: null,
    lastAttemptAt: null,
    lastError: null,
    latest: { cpuPercent: null, memoryPercent: null, connectionCount: null, batchRequestsSec: null },
    createdAt: iso(),
    updatedAt: iso(),
    changedAt: iso(),
    etag: 1,
  };
  c.data.servers.push(s);
  record(c, "server_added", "server", s, { hostname: s.hostname });
  publish(c.slug, "server.created", { serverId: s.id });
  return s;
}
on("POST", "/servers", (c) => {
  const b = c.body;
  checkServer(c, b, null);
  const result = probe(b);
  if (b.validate && !result.success) throw new Refusal(502, "CONNECTION_ERROR", result.message);
  const s = makeServer(c, b, result);
  c.status = 201;
  c.headers.ETag = `"${s.etag}"`;
  return publicServer(s);
});
on("POST", "/servers/test-connection", (c) => probe(c.body));
on("GET", "/servers/health", (c) => c.data.servers.map(healthOf));
on("GET", "/servers/health/changes", (c) => c.data.changes.slice(0, Number(c.query.get("limit") ?? 50)));
on("GET", "/servers/:id", (c) => {
  const s = serverOf(c);
  c.headers.ETag = `"${s.etag}"`;
  return publicServer(s);
});
on("PATCH", "/servers/:id", (c) => {
  const s = serverOf(c), { password, groupIds, labels, credentialId, ...b } = c.body;
  refuseStale(c, `"${s.etag}"`, s, { labels: s.labels.map((l) => l.name), groupIds: s.groups.map((g) => g.id) });
  checkServer(c, { ...s, ...b }, s);
  Object.assign(s, b, { updatedAt: iso(), etag: s.etag + 1 });
  if (password) s.hasPassword = true;
  if (groupIds) s.groups = c.data.groups.filter((g) => groupIds.includes(g.id) || (g.filter && s.groups.some((x) => x.id === g.id))).map(tag);
  if (labels) s.labels = labels.map((n) => labelNamed(c, n));
  record(c, "server_updated", "server", s, { after: b });
  publish(c.slug, "server.updated", { serverId: s.id });
  c.headers.ETag = `"${s.etag}"`;
  return publicServer(s);
});
on("DELETE", "/servers/:id", (c) => {
  const s = serverOf(c);
  c.data.servers.splice(c.data.servers.indexOf(s), 1);
  c.data.deleted.push(Object.assign(s, { deletedAt: iso(), purgeAt: iso(Date.now() + 30 * 864e5) }));
  record(c, "server_deleted", "server", s, {});
  publish(c.slug, "server.deleted", { serverId: s.id });
  return null;
});
on("POST", "/servers/:id/restore", (c) => {
  const s = c.data.deleted.find((x) => x.id === c.params.id);
  if (!s) throw notFound("Server");
  c.data.deleted.splice(c.data.deleted.indexOf(s), 1);
  Object.assign(s, { deletedAt: null, purgeAt: null });
  if (c.data.servers.some((x) => x.name === s.name)) s.name += " (2)";
  c.data.servers.push(s);
  record(c, "server_restored", "server", s, {});
  publish(c.slug, "server.created", { serverId: s.id });
  return publicServer(s);
});
on("POST", "/servers/:id/test-connection", (c) => probe(serverOf(c)));
on("GET", "/servers/:id/health", (c) => healthOf(serverOf(c)));
on(
  "GET",
  "/servers/:id/collection-config",
  (c) => ({ ...serverOf(c).collection, isIntervalDefault: true, collectorsDisabled: [], metricsEnabled: ["cpu_percent", "memory_percent", "connection_count", "batch_requests_sec"] }),
);
on("PUT", "/servers/:id/collection-config", (c) => {
  Object.assign(serverOf(c).collection, { enabled: c.body.enabled, intervalSeconds: c.body.intervalSeconds });
  return c.body;
});
for (const [verb, enabled] of [["start", true], ["stop", false]]) {
  on("POST", `/servers/:id/collection/${verb}`, (c) => {
    const s = serverOf(c);
    s.collection.enabled = enabled;
    record(c, `collection_${verb}ed`, "server", s, {});
    publish(c.slug, "server.updated", { serverId: s.id });
    return { ...s.collection, metricsEnabled: [] };
  });
}
/** What `range`, or `from` and `to`, ask for. */
export function windowOf(c) {
  const from = Date.parse(c.query.get("from") ?? ""), to = Date.parse(c.query.get("to") ?? "");
  if (to > from) return { seconds: Math.round((to - from) / 1000), to };
  const seconds = { "1h": 3600, "6h": 21600, "24h": 86400, "7d": 604800, "30d": 2592000 }[c.query.get("range") ?? "24h"];
  if (!seconds) invalid("range", "must be one of 1h, 6h, 24h, 7d, 30d");
  return { seconds, to: Date.now() };
}
on("GET", "/servers/:id/metrics", (c) => {
  const s = serverOf(c), { seconds, to } = windowOf(c), names = c.query.getAll("metric");
  const all = names.map((m) => makeSeries(s, m, seconds, to));
  return all.length === 1 ? all[0] : all;
});
on("POST", "/servers/:id/labels", (c) => {
  const s = serverOf(c);
  for (const n of c.body.labels) if (!s.labels.some((l) => l.name === n)) s.labels.push(labelNamed(c, n));
  record(c, "server_labeled", "server", s, c.body);
  publish(c.slug, "label.changed", {});
  return s.labels;
});
on("DELETE", "/servers/:id/labels/:labelId", (c) => {
  const s = serverOf(c);
  s.labels = s.labels.filter((l) => l.id !== c.params.labelId);
  publish(c.slug, "label.changed", {});
  return null;
});
on("GET", "/metrics/dashboard", (c) => ({
  total: c.data.servers.length,
  byHealth: counts(c.data.servers),
  groups: c.data.groups.map((g) => {
    const l = c.data.servers.filter((s) => s.groups.some((x) => x.id === g.id));
    return { id: g.id, name: g.name, total: l.length, byHealth: counts(l) };
  }),
  updatedAt: iso(),
}));
on(
  "GET",
  "/labels",
  (c) =>
    [...c.data.labels.values()].map((l) => ({
      ...l,
      serverCount: c.data.servers.filter((s) => s.labels.some((x) => x.id === l.id)).length,
    })),
);
on("GET", "/activity", (c) => {
  const q = c.query, text = (q.get("q") ?? "").toLowerCase();
  return page(
    c,
    c.data.activity.filter((a) =>
      (!q.get("action") || q.getAll("action").flatMap((v) => v.split(",")).includes(a.action)) &&
      (!q.get("actor") || a.actor.name.toLowerCase().includes(q.get("actor").toLowerCase())) && (!q.get("entityType") || a.entityType === q.get("entityType")) &&
      (!q.get("entityId") || a.entityId === q.get("entityId")) && (!q.get("from") || a.createdAt >= q.get("from")) &&
      (!q.get("to") || a.createdAt <= q.get("to")) &&
      (!text || JSON.stringify([a.entityName, a.details, a.actor.name, a.action]).toLowerCase().includes(text))
    ),
  );
});
const settingsTag = (c) => `"v${c.data.settingsVersion ?? 1}"`;
on("GET", "/settings", (c) => {
  c.headers.ETag = settingsTag(c);
  return c.data.settings;
});
// What is not sent stays as it is.
on("PUT", "/settings", (c) => {
  refuseStale(c, settingsTag(c), c.data.settings);
  c.data.settingsVersion = (c.data.settingsVersion ?? 1) + 1;
  c.headers.ETag = settingsTag(c);
  Object.assign(c.data.settings, c.body);
  record(c, "config_changed", "settings", null, { after: c.body });
  publish(c.slug, "settings.changed", {});
  return c.data.settings;
});
for (const part of ["retention", "thresholds"]) {
  on("GET", `/settings/${part}`, (c) => c.data.settings[part]);
  on("PUT", `/settings/${part}`, (c) => {
    Object.assign(c.data.settings[part], c.body);
    publish(c.slug, "settings.changed", {});
    return c.data.settings[part];
  });
}
on("GET", "/users", (c) => users.filter((u) => u.isSuperAdmin || u.memberships.some((m) => m.tenantSlug === c.slug)).map(publicUser));
let linkCount = 0;
function makeLink(u) {
  u.linkExpiresAt = iso(Date.now() + 72 * 36e5);
  const token = `${"one-time-link-".repeat(3)}${String(++linkCount).padStart(1, "0")}`.padEnd(43, "x").slice(0, 43);
  return { token, path: `/setup?token=${token}`, expiresAt: u.linkExpiresAt };
}
on("POST", "/users", (c) => {
  const b = c.body;
  if (!/@/.test(b.email ?? "")) invalid("email", "is not an email address");
  if (users.some((u) => u.email === b.email)) throw new Refusal(409, "CONFLICT", "A user with this email exists already.");
  const u = user(b.name, b.email, b.role, { lastSignInAt: null, password: null });
  u.memberships[0].tenantSlug = c.slug;
  users.push(u);
  c.status = 201;
  return { ...publicUser(u), link: makeLink(u) };
});
const userOf = (c) =>
  users.find((u) => u.id === c.params.id) ?? (() => {
    throw notFound("User");
  })();
on("POST", "/users/:id/link", (c) => {
  c.status = 201;
  return makeLink(userOf(c));
});
on("DELETE", "/users/:id/link", (c) => {
  userOf(c).linkExpiresAt = null;
  return null;
});
on("GET", "/platform/admins", () => users.filter((u) => u.isSuperAdmin).map(publicUser), false);
on("POST", "/platform/admins", (c) => {
  const u = user(c.body.name, c.body.email, "viewer", { lastSignInAt: null, password: null, isSuperAdmin: true, memberships: [] });
  users.push(u);
  c.status = 201;
  return { ...publicUser(u), link: makeLink(u) };
}, false);
on("POST", "/platform/admins/:id/link", (c) => {
  c.status = 201;
  return makeLink(userOf(c));
}, false);
on("DELETE", "/platform/admins/:id", (c) => {
  users.splice(users.indexOf(userOf(c)), 1);
  return null;
}, false);
const platformActivity = [
  ["user_signed_in", "user", admin.email],
  ["user_sign_in_failed", "user", "nobody@example.com"],
  ["tenant_suspended", "tenant", "quill"],
  ["tenant_created", "tenant", "norra-energi"],
].map(([action, entityType, entityName], n) => ({
  id: newID(),
  action,
  entityType,
  entityId: newID(),
  entityName,
  actor: { id: n === 1 ? null : users[0].id, name: n === 1 ? "not signed in" : admin.email, address: "10.8.0.5" },
  requestId: `req${n}`,
  details: action === "tenant_suspended" ? { before: { status: "active" }, after: { status: "suspended" } } : {},
  createdAt: iso(Date.now() - (n + 1) * 7.2e6),
}));
on("GET", "/platform/activity", (c) => page(c, platformActivity), false);
on("PATCH", "/users/:id", (c) => {
  const u = userOf(c), { role, password, ...rest } = c.body;
  Object.assign(u, rest);
  if (role) u.memberships[0].role = role;
  if (password) u.password = password;
  return publicUser(u);
});
on("DELETE", "/users/:id", (c) => {
  users.splice(users.indexOf(userOf(c)), 1);
  return null;
});
