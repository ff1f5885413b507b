// What a test asks of the stand-in: slow, failing or changed answers.
import { faults, iso, labelNamed, on, publish, streams } from "./mock-routes.mjs";

on("POST", "/mock", (c) => {
  const b = c.body;
  if ("latencyMs" in b) faults.latencyMs = b.latencyMs;
  if ("failing" in b) {
    faults.failing = b.failing;
    faults.status = b.status ?? 500;
  }
  if (b.dropStreams) { for (const s of streams) s.response.destroy(); }
  if (b.server) {
    const s = c.data.servers.find((x) => x.name === b.server), from = s.health;
    Object.assign(s, { health: b.health, healthReasons: b.reasons ?? [], lastCollectedAt: iso(), changedAt: iso() });
    s.latest.cpuPercent = b.cpuPercent ?? s.latest.cpuPercent;
    c.data.changes.unshift({ serverId: s.id, name: s.name, from, to: b.health, status: s.status, reasons: s.healthReasons, at: iso() });
    publish(c.slug, "server.health", {
      serverId: s.id,
      name: s.name,
      from,
      to: b.health,
      status: s.status,
      reasons: s.healthReasons,
      at: iso(),
    });
    publish(c.slug, "servers.collected", { serverIds: [s.id], at: iso() });
  }
  if (b.collection) {
    c.data.collection = b.collection;
    publish(c.slug, "collection.status", b.collection);
  }
  if (b.labelAll) {
    for (const s of c.data.servers) s.labels.push(labelNamed(c, b.labelAll));
    publish(c.slug, "servers.changed", {});
  }
  return {};
});
