// A stand-in for DbTools, for working on the web alone and for the browser tests: the API's shapes, sign-in cookie and CSRF, tenants, live events.
// node dev/mock-server.mjs [--port 8090] [--servers 412] [--web dist]   sign-in: admin@example.com / correct-horse-battery
import { createServer } from "node:http";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { newID } from "./mock-fleet.mjs";
import "./mock-control.mjs";
import "./mock-custom.mjs";
import "./mock-groups.mjs";
import "./mock-keys.mjs";
import "./mock-monitoring.mjs";
import "./mock-operations.mjs";
import "./mock-onboarding.mjs";
import "./mock-thresholds.mjs";
import {
  admin,
  data,
  dataOf,
  faults,
  invalid,
  iso,
  notFound,
  option,
  publicUser,
  publish,
  Refusal,
  routes,
  sessions,
  streams,
  tenants,
  users,
} from "./mock-routes.mjs";

const web = option("web", join(dirname(fileURLToPath(import.meta.url)), "..", "dist"));
const policy =
  "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function matchRoute(method, path) {
  const parts = path.split("/");
  let other = false, best = null;
  for (const [m, pattern, handler, needsTenant] of routes) {
    if (pattern.length !== parts.length) continue;
    const params = {};
    if (!pattern.every((p, i) => p.startsWith(":") ? ((params[p.slice(1)] = decodeURIComponent(parts[i])), true) : p === parts[i])) {
      continue;
    }
    if (m !== method) {
      other = true;
      continue;
    }
    // What is spelled out wins over a parameter, from left to right.
    const rank = pattern.map((p) => (p.startsWith(":") ? "1" : "0")).join("");
    if (!best || rank < best.rank) best = { params, handler, needsTenant, rank };
  }
  if (!best) throw other ? new Refusal(405, "METHOD_NOT_ALLOWED", "This address does not take this method.") : notFound("This address");
  return best;
}
function signIn(response, id, u, remember) {
  const session = { user: u, csrf: newID() }, token = newID() + newID();
  sessions.set(token, session);
  send(response, 200, {
    access_token: "mock",
    token_type: "Bearer",
    expires_in: 1800,
    refresh_token: "mock",
    user: publicUser(u),
    csrfToken: session.csrf,
  }, {
    "Set-Cookie": `dbtools_session=${token}; Path=/; HttpOnly; SameSite=Strict${remember ? "; Max-Age=604800" : ""}`,
    "X-Request-ID": id,
  });
}
function send(response, status, body, headers = {}) {
  const text = body === null ? "" : JSON.stringify(body);
  response.writeHead(body === null ? 204 : status, {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Content-Security-Policy": policy,
    ...headers,
  });
  response.end(text);
}
async function api(request, response, url, id) {
  const path = url.pathname.replace(/^\/api(\/v1)?/, "");
  if (faults.latencyMs && path !== "/mock") await new Promise((r) => setTimeout(r, faults.latencyMs));
  if (faults.failing && path !== "/mock" && new RegExp(faults.failing).test(path)) {
    throw new Refusal(
      faults.status,
      faults.status === 503 ? "UNAVAILABLE" : "INTERNAL_ERROR",
      "The database took longer than 10 s. Nothing was lost.",
    );
  }
  if (path === "/health") return send(response, 200, { status: "healthy" });
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString(), csv = /text\/csv/.test(request.headers["content-type"] ?? "");
  const body = text && !csv ? JSON.parse(text) : {};
  if (path === "/auth/login") {
    const u = users.find((x) => x.email === body.email && x.password === body.password && !x.disabled);
    if (!u) throw new Refusal(401, "UNAUTHENTICATED", "Email or password is wrong.");
    return signIn(response, id, u, body.remember);
  }
  if (path === "/auth/setup") {
    if (body.token !== "one-time-token") throw new Refusal(404, "NOT_FOUND", "This link was used already or has expired.");
    if ((body.password ?? "").length < 12) invalid("password", "needs at least 12 characters");
    users[0].password = body.password;
    return signIn(response, id, users[0], false);
  }
  const cookie = /dbtools_session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1], session = sessions.get(cookie);
  if (!session) throw new Refusal(401, "UNAUTHENTICATED", "Sign in to see this.");
  if (request.method !== "GET" && request.headers["x-csrf-token"] !== session.csrf) {
    throw new Refusal(403, "FORBIDDEN", "The CSRF token is missing or wrong.");
  }
  const c = {
    user: session.user,
    session,
    cookie,
    body,
    text,
    accept: request.headers.accept,
    query: url.searchParams,
    url,
    headers: { "X-Request-ID": id },
    status: 200,
    ifMatch: request.headers["if-match"],
  };
  c.slug = request.headers["x-tenant-slug"] ?? url.searchParams.get("tenant");
  const needTenant = () => {
    if (!c.slug) throw new Refusal(400, "MISSING_TENANT", "Name a tenant in X-Tenant-Slug.");
    const t = tenants.find((x) => x.slug === c.slug && x.status !== "deleted");
    if (!t) throw new Refusal(404, "INVALID_TENANT", "This tenant does not exist.");
    if (t.status === "suspended") {
      throw new Refusal(403, "TENANT_SUSPENDED", `${t.name} is suspended. A platform administrator can activate it.`);
    }
    c.data = dataOf(c.slug);
  };
  if (path === "/events") {
    needTenant();
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(": hello\n\n");
    const stream = { tenant: c.slug, response };
    streams.add(stream);
    request.on("close", () => streams.delete(stream));
    return;
  }
  const route = matchRoute(request.method, path);
  c.params = route.params;
  if (route.needsTenant) needTenant();
  const result = route.handler(c);
  if (result?.csv !== undefined) {
    response.writeHead(200, { "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store" });
    return response.end(result.csv);
  }
  send(response, c.status, result, c.headers);
}
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
};
function file(response, path) {
  let name = join(web, normalize(path));
  if (!name.startsWith(normalize(web)) || !existsSync(name) || statSync(name).isDirectory()) name = join(web, "index.html");
  const asset = path.startsWith("/assets/");
  response.writeHead(200, {
    "Content-Type": types[extname(name)] ?? "application/octet-stream",
    "Content-Security-Policy": policy,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": asset ? "public, max-age=31536000, immutable" : "no-cache",
  });
  response.end(readFileSync(name));
}
const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost"), id = newID();
  const refuse = (e) =>
    send(response, e.status ?? 500, {
      error: { code: e.code ?? "INTERNAL_ERROR", message: e.message, details: e.details ?? [], timestamp: iso(), requestId: id },
    }, { "X-Request-ID": id });
  if (url.pathname.startsWith("/api")) api(request, response, url, id).catch(refuse);
  else file(response, url.pathname);
});
server.listen(
  Number(option("port", "8090")),
  "127.0.0.1",
  () => console.log(`http://127.0.0.1:${server.address().port}/ sign in as ${admin.email}`),
);
const beat = setInterval(() => {
  for (const s of streams) s.response.write(": still here\n\n");
}, 15_000);
const collect = setInterval(() => {
  const d = data.get("meridian");
  for (const s of d.servers) {
    if (s.status === "online") s.lastCollectedAt = s.lastAttemptAt = iso(Date.now() - (parseInt(s.id.slice(-3), 16) % 55) * 1000);
  }
  publish("meridian", "servers.collected", { serverIds: null, at: iso() });
}, 10_000);
process.on("SIGTERM", () => {
  clearInterval(beat);
  clearInterval(collect);
  for (const s of streams) s.response.end();
  server.closeAllConnections();
  server.close();
});
