// API keys in the mock server: listed, made (the key is in the answer, once), deleted.
import { newID } from "./mock-fleet.mjs";
import { admin, invalid, iso, notFound, on, Refusal } from "./mock-routes.mjs";

const keys = [
  { name: "Grafana", role: "viewer", hint: "dbt_q7Zt1a", days: 200, used: 6e4 },
  { name: "Terraform of the platform team", role: "tenant_admin", hint: "dbt_Lk9_3f", days: null, used: 9e6 },
  { name: "Old exporter", role: "viewer", hint: "dbt_0aBcDe", days: -3, used: null },
].map(({ days, used, ...k }) => ({
  id: newID(),
  ...k,
  createdBy: admin.email,
  createdAt: iso(Date.now() - 3e9),
  expiresAt: days === null ? null : iso(Date.now() + days * 864e5),
  lastUsedAt: used === null ? null : iso(Date.now() - used),
}));

on("GET", "/api-keys", () => keys);
on("POST", "/api-keys", (c) => {
  const b = c.body;
  if (!b.name) invalid("name", "is required");
  if (keys.some((k) => k.name.toLowerCase() === b.name.toLowerCase())) {
    throw new Refusal(409, "CONFLICT", "An API key of this name exists already", [{ field: "name", reason: "exists already" }]);
  }
  const key = `dbt_${"shown-once-".repeat(4)}`.padEnd(47, "x").slice(0, 47);
  const made = {
    id: newID(),
    name: b.name,
    role: b.role ?? "viewer",
    hint: key.slice(0, 10),
    createdBy: admin.email,
    createdAt: iso(Date.now()),
    expiresAt: b.expiresAt ?? null,
    lastUsedAt: null,
  };
  keys.push(made);
  c.status = 201;
  return { ...made, key };
});
on("DELETE", "/api-keys/:id", (c) => {
  const at = keys.findIndex((k) => k.id === c.params.id);
  if (at < 0) throw notFound("API key");
  keys.splice(at, 1);
  return null;
});
