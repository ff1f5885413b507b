// The stand-in answers in the shapes of api/openapi.yaml: what the screens are tested with is what the program sends.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { get as httpGet, request as httpRequest } from "node:http";
import { after, before, test } from "node:test";
import yaml from "js-yaml";

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  oneOf?: Schema[];
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
}
interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>>;
  components: { schemas: Record<string, Schema> };
}
const openapi = yaml.load(readFileSync("../api/openapi.yaml", "utf8")) as Document;

/** What of the value is not as the schema says: the first few, with their places. Formats and limits are not looked at. */
function faultsOf(value: unknown, schema: Schema, place: string): string[] {
  if (schema.$ref) return faultsOf(value, openapi.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, place);
  if (schema.oneOf) return schema.oneOf.some((s) => faultsOf(value, s, place).length === 0) ? [] : [`${place} is none of its kinds`];
  if (schema.enum && !schema.enum.includes(value)) return [`${place}: ${JSON.stringify(value)} is not in the list`];
  if (schema.type && ![schema.type].flat().some((t) => isOf(value, t))) return [`${place}: ${JSON.stringify(value)} is not of ${schema.type}`];
  if (Array.isArray(value)) return value.flatMap((v, i) => faultsOf(v, schema.items ?? {}, `${place}[${i}]`)).slice(0, 5);
  if (typeof value !== "object" || value === null) return [];
  const known = value as Record<string, unknown>, missing = (schema.required ?? []).filter((name) => !(name in known)).map((name) => `${place}.${name} is missing`);
  return [...missing, ...Object.entries(schema.properties ?? {}).flatMap(([name, s]) => (name in known ? faultsOf(known[name], s, `${place}.${name}`) : []))].slice(0, 5);
}
function isOf(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

let mock: ChildProcess, url = "", cookie = "";
const ask = (path: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    httpGet(`${url}/api/v1${path}`, { headers: { Cookie: cookie, "X-Tenant-Slug": "meridian" } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part)).on("end", () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${path}: ${answer.statusCode} ${text}`));
      });
    }).on("error", reject);
  });
before(async () => {
  mock = spawn(process.execPath, ["dev/mock-server.mjs", "--port", "0"], { env: { PATH: process.env.PATH }, stdio: ["ignore", "pipe", "inherit"] });
  url = await new Promise<string>((resolve) => mock.stdout?.once("data", (line: Buffer) => resolve(line.toString().split("/ ")[0] ?? "")));
  cookie = await new Promise<string>((resolve, reject) => {
    const body = JSON.stringify({ email: "admin@example.com", password: "correct-horse-battery" });
    const sent = httpRequest(`${url}/api/v1/auth/login`, { method: "POST", headers: { "Content-Type": "application/json" } }, (answer) => {
      answer.resume();
      resolve(answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "");
    });
    sent.on("error", reject);
    sent.end(body);
  });
});
after(() => void mock.kill("SIGKILL"));

async function answered(path: string, route: string): Promise<unknown> {
  const value = await ask(path), schema = openapi.paths[`/api/v1${route}`]?.get?.responses["200"]?.content?.["application/json"]?.schema;
  assert.ok(schema, `${route} is not in api/openapi.yaml`);
  assert.deepEqual(faultsOf(value, schema, route), []);
  return value;
}

test("the stand-in's metrics and collectors are as the API says", async () => {
  const servers = await ask("/servers/health") as { serverId?: string; id?: string; name: string }[], hero = servers.find((s) => s.name === "prd-eu-sql-014");
  assert.ok(hero);
  const id = hero.serverId ?? hero.id ?? "";
  const types = await answered("/metrics/types", "/metrics/types") as Record<string, unknown>[];
  for (const type of types) assert.deepEqual(Object.keys(type).sort(), ["collector", "description", "engines", "kind", "labels", "name", "unit"]);
  await answered("/metrics/collectors", "/metrics/collectors");
  const collectors = await answered(`/servers/${id}/collectors`, "/servers/{serverId}/collectors") as { name: string; isStale: boolean }[];
  for (const c of collectors) {
    assert.equal(typeof c.isStale, "boolean", c.name);
    await answered(`/servers/${id}/collectors/${c.name}`, "/servers/{serverId}/collectors/{collector}");
  }
});
test("a schema that is not kept is found", () => {
  const schema: Schema = { type: "object", required: ["a"], properties: { a: { type: ["integer", "null"] }, b: { type: "array", items: { enum: ["x"] } } } };
  assert.deepEqual(faultsOf({ a: null, b: ["x"] }, schema, "it"), []);
  assert.deepEqual(faultsOf({ b: ["y"] }, schema, "it"), ["it.a is missing", 'it.b[0]: "y" is not in the list']);
  assert.deepEqual(faultsOf({ a: 1.5 }, schema, "it"), ["it.a: 1.5 is not of integer,null"]);
});
