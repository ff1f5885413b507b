// Groups of the stand-in, by hand and dynamic.
import { membersOf } from "./mock-filter.mjs";
import { newID, tag, textOn } from "./mock-fleet.mjs";
import { counts, invalid, iso, notFound, on, publish, record, refuseStale, Refusal } from "./mock-routes.mjs";

function groupOut(c, { version, ownThresholds, ...g }) {
  const list = c.data.servers.filter((s) => s.groups.some((x) => x.id === g.id));
  return { ...g, dynamic: Boolean(g.filter), filter: g.filter ?? null, textColor: textOn(g.color), updatedAt: g.createdAt, serverCount: list.length, health: counts(list) };
}
/** A dynamic group's members are written to the servers when its filter is: enough for a stand-in. */
function fill(c, g) {
  if (!g.filter) return;
  const inside = new Set(membersOf(c.data.servers, g.filter, invalid));
  for (const s of c.data.servers) {
    s.groups = s.groups.filter((x) => x.id !== g.id);
    if (inside.has(s)) s.groups.push(tag(g));
  }
}
export const groupOf = (c) =>
  c.data.groups.find((g) => g.id === c.params.id) ?? (() => {
    throw notFound("Group");
  })();
on("GET", "/groups", (c) => c.data.groups.map((g) => groupOut(c, g)));
on("POST", "/groups", (c) => {
  if (!c.body.name) invalid("name", "is required");
  if (c.data.groups.some((g) => g.name === c.body.name)) throw new Refusal(409, "CONFLICT", "A group with this name exists already.");
  const g = { id: newID(), description: null, color: null, createdAt: iso(), ...c.body };
  fill(c, g);
  c.data.groups.push(g);
  record(c, "group_created", "group", g, {});
  publish(c.slug, "group.changed", {});
  c.status = 201;
  return groupOut(c, g);
});
const groupTag = (g) => `"g${g.version ?? 1}"`;
on("GET", "/groups/:id", (c) => {
  c.headers.ETag = groupTag(groupOf(c));
  return groupOut(c, groupOf(c));
});
on("PATCH", "/groups/:id", (c) => {
  const g = groupOf(c);
  refuseStale(c, groupTag(g), g);
  if (c.body.name && c.data.groups.some((x) => x !== g && x.name === c.body.name)) {
    throw new Refusal(409, "CONFLICT", "A group with this name exists already.", [{ field: "name", reason: "is taken" }]);
  }
  Object.assign(g, c.body, { version: (g.version ?? 1) + 1 });
  for (const s of c.data.servers) s.groups = s.groups.map((x) => (x.id === g.id ? tag(g) : x));
  fill(c, g);
  record(c, "group_updated", "group", g, { after: c.body });
  publish(c.slug, "group.changed", {});
  return groupOut(c, g);
});
on("DELETE", "/groups/:id", (c) => {
  const g = groupOf(c);
  c.data.groups.splice(c.data.groups.indexOf(g), 1);
  for (const s of c.data.servers) s.groups = s.groups.filter((x) => x.id !== g.id);
  publish(c.slug, "group.changed", {});
  return null;
});
on("POST", "/groups/:id/servers", (c) => {
  const g = groupOf(c);
  for (const s of c.data.servers) if (c.body.serverIds.includes(s.id) && !s.groups.some((x) => x.id === g.id)) s.groups.push(tag(g));
  publish(c.slug, "group.changed", {});
  return groupOut(c, g);
});
on("DELETE", "/groups/:id/servers/:serverId", (c) => {
  const g = groupOf(c), s = c.data.servers.find((x) => x.id === c.params.serverId);
  if (s) s.groups = s.groups.filter((x) => x.id !== g.id);
  publish(c.slug, "group.changed", {});
  return null;
});
