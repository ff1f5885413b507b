// What onboarding and care of servers need of the stand-in: credentials, views, dynamic groups, login script, suggestions, databases, deployment.
import { membersOf } from "./mock-filter.mjs";
import { newID } from "./mock-fleet.mjs";
import { begin, bulkTitles, bulkWorks } from "./mock-operations.mjs";
import { groupOf } from "./mock-groups.mjs";
import { invalid, iso, notFound, on, page, publish, record, refuseStale, Refusal, serverOf } from "./mock-routes.mjs";

// ---- credentials
const credentialsOf = (c) => (c.data.credentials ??= c.slug === "meridian" ? makeCredentials(c) : []);
/** The SQL Servers of Production EU share a login; the role is not used yet. */
function makeCredentials(c) {
  const shared = credential("Monitoring login EU", "sqlserver", "dbtools_monitor");
  for (const s of c.data.servers) {
    if (/^prd-eu-sql/.test(s.name)) s.credential = { id: shared.id, name: shared.name };
  }
  return [shared, credential("Monitoring role", "postgresql", "dbtools")];
}
const credential = (name, engine, username) => ({
  id: newID(),
  name,
  engine,
  authType: "sql",
  username,
  hasPassword: true,
  rotatedAt: iso(Date.now() - 40 * 864e5),
  createdAt: iso(Date.now() - 200 * 864e5),
  updatedAt: iso(),
  version: 1,
});
const usersOf = (c, k) => c.data.servers.filter((s) => s.credential?.id === k.id);
const credentialOut = (c, { version, ...k }) => ({ ...k, serverCount: usersOf(c, k).length });
const credentialOf = (c) =>
  credentialsOf(c).find((k) => k.id === c.params.id) ?? (() => {
    throw notFound("Credential");
  })();
on("GET", "/credentials", (c) => page(c, credentialsOf(c)).map((k) => credentialOut(c, k)));
on("POST", "/credentials", (c) => {
  if (!c.body.username) invalid("username", "is required");
  if (credentialsOf(c).some((k) => k.name === c.body.name)) {
    throw new Refusal(409, "CONFLICT", "A credential with this name exists already.", [{ field: "name", reason: "is taken" }]);
  }
  const k = { ...credential(c.body.name, c.body.engine ?? "sqlserver", c.body.username), rotatedAt: iso(), createdAt: iso() };
  credentialsOf(c).push(k);
  record(c, "credential_created", "credential", k, {});
  publish(c.slug, "credential.changed", {});
  c.status = 201;
  return credentialOut(c, k);
});
on("GET", "/credentials/:id", (c) => {
  c.headers.ETag = `"k${credentialOf(c).version}"`;
  return credentialOut(c, credentialOf(c));
});
on("PATCH", "/credentials/:id", (c) => {
  const k = credentialOf(c);
  refuseStale(c, `"k${k.version}"`, k);
  Object.assign(k, c.body);
  k.version += 1;
  publish(c.slug, "credential.changed", {});
  return credentialOut(c, k);
});
on("DELETE", "/credentials/:id", (c) => {
  const k = credentialOf(c), used = usersOf(c, k).length;
  if (used > 0) throw new Refusal(409, "CONFLICT", `${used} servers sign in with this credential.`);
  credentialsOf(c).splice(credentialsOf(c).indexOf(k), 1);
  publish(c.slug, "credential.changed", {});
  return null;
});
on("POST", "/credentials/:id/test", (c) => {
  const k = credentialOf(c), wrong = c.body.password === "wrong";
  return begin(
    c,
    "credential-test",
    `Test ${k.name}`,
    usersOf(c, k).map((s) => ({
      name: s.name,
      entityId: s.id,
      work: () => {
        if (wrong && !/014/.test(s.name)) throw new Refusal(401, "AUTH_FAILED", `Login failed for user '${k.username}' (18456).`);
        return { message: "It takes it" };
      },
    })),
  );
});
on("POST", "/credentials/:id/rotate", (c) => {
  const k = credentialOf(c);
  refuseStale(c, `"k${k.version}"`, k);
  Object.assign(k, { username: c.body.username ?? k.username, rotatedAt: iso(), version: k.version + 1 });
  record(c, "credential_rotated", "credential", k, { password: "changed" });
  publish(c.slug, "credential.changed", {});
  return credentialOut(c, k);
});

// ---- views
const noFilter = { status: [], health: [], engine: [], groups: [], labels: [], deployment: [], credentials: [], deleted: false, q: null };
const viewsOf = (c) =>
  (c.data.views ??= c.slug === "meridian"
    ? [view("Needs attention", { health: ["critical", "offline", "warning"] }, "health", true, "rana.aziz@meridian.example", true), view(
      "SQL Server production",
      { engine: ["sqlserver"], q: "prd-" },
      "name",
      true,
      "ines.kowal@meridian.example",
      false,
    )]
    : []);
function view(name, filter, sort, shared, owner, mine) {
  const all = { ...noFilter, ...filter };
  return { id: newID(), name, filter: all, sort, order: "asc", columns: [], shared, mine, owner, createdAt: iso(), updatedAt: iso() };
}
const viewOf = (c) =>
  viewsOf(c).find((v) => v.id === c.params.id) ?? (() => {
    throw notFound("View");
  })();
on("GET", "/servers/views", (c) => viewsOf(c));
on("POST", "/servers/views", (c) => {
  if (viewsOf(c).some((v) => v.mine && v.name === c.body.name)) {
    throw new Refusal(409, "CONFLICT", "You have a view with this name.", [{ field: "name", reason: "is taken" }]);
  }
  const v = view(c.body.name, c.body.filter, c.body.sort ?? "name", c.body.shared ?? false, c.user.email, true);
  v.order = c.body.order ?? "asc";
  viewsOf(c).push(v);
  c.status = 201;
  return v;
});
on("PATCH", "/servers/views/:id", (c) => {
  const v = viewOf(c), { filter, ...rest } = c.body;
  Object.assign(v, rest);
  if (filter) v.filter = { ...noFilter, ...filter };
  return v;
});
on("DELETE", "/servers/views/:id", (c) => {
  viewsOf(c).splice(viewsOf(c).indexOf(viewOf(c)), 1);
  return null;
});

// ---- groups
on("GET", "/groups/preview", (c) => {
  const list = membersOf(c.data.servers, c.query.get("filter") ?? "", invalid);
  return { serverCount: list.length, servers: list.slice(0, 20).map(({ id, name }) => ({ id, name })) };
});
on("GET", "/groups/:id/impact", (c) => {
  const g = groupOf(c), list = c.data.servers.filter((s) => s.groups.some((x) => x.id === g.id)), only = list.filter((s) => s.groups.length === 1).length;
  return {
    serverCount: list.length,
    dynamic: Boolean(g.filter),
    onlyHereCount: only,
    views: [],
    summary: list.length === 0
      ? "It holds no servers."
      : `Its ${list.length === 1 ? "1 server stays" : `${list.length} servers stay`}; ${only} of them would then be in no group.`,
  };
});

// ---- before the first test, and what is read of a server
on("GET", "/servers/login-script", (c) => {
  const q = c.query, engine = q.get("engine") ?? "sqlserver", username = q.get("username") ?? "dbtools", made = q.get("generatePassword") === "true";
  const password = made ? "kT7-example-only-9sQ" : "<password>";
  const script = {
    sqlserver: `USE [master];\nCREATE LOGIN [${username}] WITH PASSWORD = N'${password}';\nGRANT VIEW SERVER STATE TO [${username}];\nGRANT VIEW ANY DEFINITION TO [${username}];\n`,
    postgresql: `CREATE ROLE "${username}" LOGIN PASSWORD '${password}';\nGRANT pg_monitor TO "${username}";\n`,
    mysql: `CREATE USER '${username}'@'%' IDENTIFIED BY '${password}';\nGRANT PROCESS, REPLICATION CLIENT ON *.* TO '${username}'@'%';\n`,
  }[engine];
  return {
    engine,
    authType: q.get("authType") ?? "sql",
    username,
    script,
    password: made ? password : null,
    passwordPlaceholder: made ? null : "<password>",
    notes: ["It may read the server's state, and nothing of your data."],
  };
});
on("GET", "/servers/suggestions", (c) => {
  const name = c.query.get("name") ?? "", prefix = /^([a-z]+-[a-z]+)-/.exec(name)?.[1], like = prefix ? c.data.servers.filter((s) => s.name.startsWith(prefix)) : [];
  const group = like[0]?.groups[0];
  return {
    groups: group ? [{ ...group, reason: `${like.length} servers whose names begin with ${prefix} are in it` }] : [],
    labels: prefix ? [{ name: "env: prod", color: "#1459b3", textColor: "#ffffff", exists: false, reason: "prd in the name" }] : [],
  };
});
on("GET", "/servers/:id/databases", (c) => {
  const s = serverOf(c);
  if (s.status === "offline") throw new Refusal(502, "CONNECTION_ERROR", s.lastError.message);
  const names = ["orders", "billing", "catalogue", "reporting", "archive_2025"];
  return {
    readAt: iso(),
    note: s.engine === "mysql" ? "The login may not see the sizes of 1 database." : null,
    databases: [
      ...names.map((name, i) => ({
        name,
        sizeBytes: s.engine === "mysql" && i === 4 ? null : (i + 1) * 7_340_032_000,
        state: i === 4 && s.engine === "sqlserver" ? "restoring" : "online",
        recoveryModel: s.engine === "sqlserver" ? (i === 3 ? "simple" : "full") : null,
        isSystem: false,
      })),
      { name: s.engine === "sqlserver" ? "master" : "template1", sizeBytes: 9_000_000, state: "online", recoveryModel: null, isSystem: true },
    ],
  };
});
on("GET", "/servers/:id/connection-string", (c) => {
  const s = serverOf(c), format = c.query.get("format") ?? "odbc";
  return { format, connectionString: `${format}: Server=tcp:${s.hostname},${s.port};Uid=${s.username};Encrypt=yes` };
});

// ---- monitoring objects
const objects = ["CollectCpu", "CollectMemory", "CollectWaits", "CollectCounters", "CollectFileIo", "CollectSessions"];
const statusOf = (s) =>
  s.status_of ??= {
    serverId: s.id,
    state: s.deployment,
    version: null,
    availableVersion: 1,
    database: null,
    schema: null,
    deployedAt: null,
    checkedAt: null,
    objects: [],
    message: "Nothing is deployed. Readings come by direct queries.",
    errorCode: null,
    permissions: [],
    notes: s.engine === "postgresql" ? ["With pg_stat_statements DbTools could also show the slowest statements."] : [],
    operationId: null,
  };
function deployed(c, s, b, drift = false) {
  if (["master", "model", "msdb", "tempdb"].includes((b.database ?? "").toLowerCase())) invalid("database", "belongs to SQL Server; use DbTools or another of your own");
  const denied = /grant|043/.test(s.hostname + s.name) && !b.credential;
  Object.assign(statusOf(s), denied
    ? {
      state: "failed",
      message: "The login may not create objects in DbTools.",
      errorCode: "NO_PERMISSIONS",
      permissions: [{ name: "CREATE PROCEDURE", granted: false, neededFor: "Deployment", grantStatement: `GRANT CREATE PROCEDURE TO [${s.username}];` }],
    }
    : {
      state: drift ? "drifted" : "monitored",
      version: 1,
      database: b.database ?? (s.engine === "sqlserver" ? "DbTools" : "postgres"),
      schema: s.engine === "sqlserver" ? "DbTools" : "dbtools",
      deployedAt: iso(),
      checkedAt: iso(),
      message: drift ? "1 object was changed since the deployment." : "All objects are there and as deployed.",
      errorCode: null,
      permissions: [],
      objects: objects.map((o, i) => ({ name: `DbTools.${o}`, kind: "procedure", state: drift && i === 2 ? "changed" : "present" })),
    });
  s.deployment = statusOf(s).state;
  publish(c.slug, "server.deployment", { serverId: s.id, state: s.deployment });
  if (denied) throw new Refusal(403, "NO_PERMISSIONS", statusOf(s).message);
  return { message: statusOf(s).message };
}
const undeployed = (c, s) => {
  if (s.deployment === "none") return { skipped: "Nothing was deployed" };
  delete s.status_of;
  s.deployment = "none";
  publish(c.slug, "server.deployment", { serverId: s.id, state: "none" });
};
on("GET", "/servers/:id/deployment-status", (c) => {
  const s = serverOf(c);
  if (s.name === "prd-eu-sql-014" && !c.data.drifted) {
    c.data.drifted = true;
    deployed({ ...c, slug: null }, s, {}, true);
  }
  return statusOf(s);
});
const work = (s, b) => ({ name: s.name, entityId: s.id, work: (c) => deployed(c, s, b) });
on("POST", "/servers/:id/deploy", (c) => {
  const s = serverOf(c);
  if (c.body.dryRun) {
    const script = `-- DbTools monitoring objects, version 1\nUSE [DbTools];\nGO\nCREATE SCHEMA [DbTools];\nGO\n${objects.map((o) => `CREATE OR ALTER PROCEDURE [DbTools].[${o}] AS\nBEGIN\n  SET NOCOUNT ON;\nEND;\nGO\n`).join("")}`;
    return { engine: s.engine, version: 1, database: "DbTools", schema: "DbTools", script, grantScript: `GRANT CREATE PROCEDURE TO [${s.username}];\n` };
  }
  return begin(c, "deploy", `Deploy monitoring objects to ${s.name}`, [work(s, c.body)]);
});
on("POST", "/servers/:id/undeploy", (c) => {
  const s = serverOf(c);
  return begin(c, "undeploy", `Remove monitoring objects from ${s.name}`, [{ name: s.name, entityId: s.id, work: (context) => undeployed(context, s) }]);
});
on("POST", "/groups/:id/deploy", (c) => {
  const g = groupOf(c), list = c.data.servers.filter((s) => s.groups.some((x) => x.id === g.id));
  if (!list.length) throw new Refusal(409, "CONFLICT", "The group holds no servers.");
  return begin(c, "deploy", `Deploy monitoring objects to ${list.length} servers of ${g.name}`, list.map((s) => work(s, c.body)));
});
bulkTitles.deploy = "Deploy monitoring objects to";
bulkTitles.undeploy = "Remove monitoring objects from";
bulkWorks.deploy = (c, s) => deployed(c, s, c.body);
bulkWorks.undeploy = undeployed;
