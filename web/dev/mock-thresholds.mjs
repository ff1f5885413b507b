// Limits of health of servers and groups, the nearest first.
import { groupOf } from "./mock-groups.mjs";
import { invalid, on, publish, record, serverOf } from "./mock-routes.mjs";

const keys = ["cpuPercent", "memoryPercent"];

function limitsOf(c, own, nearer) {
  const said = (key, which) => {
    for (const [from, group, limits] of nearer) if (limits?.[key]) return { value: limits[key][which], from, group };
    return { value: c.data.settings.thresholds[key][which], from: "tenant", group: null };
  };
  return {
    own: { cpuPercent: own?.cpuPercent ?? null, memoryPercent: own?.memoryPercent ?? null },
    effective: Object.fromEntries(keys.map((key) => [key, { warning: said(key, "warning"), critical: said(key, "critical") }])),
  };
}
function ofServer(c) {
  const s = serverOf(c), groups = s.groups.map((g) => c.data.groups.find((x) => x.id === g.id)).filter(Boolean);
  return limitsOf(c, s.ownThresholds, [
    ["server", null, s.ownThresholds],
    ...groups.map((g) => ["group", { id: g.id, name: g.name }, g.ownThresholds]),
  ]);
}
function ofGroup(c) {
  const g = groupOf(c);
  return limitsOf(c, g.ownThresholds, [["group", { id: g.id, name: g.name }, g.ownThresholds]]);
}
on("GET", "/servers/thresholds", (c) =>
  c.data.servers.flatMap((s) => {
    const nearest = [s.ownThresholds, ...s.groups.map((g) => c.data.groups.find((x) => x.id === g.id)?.ownThresholds)];
    const said = (key) => nearest.find((limits) => limits?.[key])?.[key] ?? null;
    const limits = { cpuPercent: said("cpuPercent"), memoryPercent: said("memoryPercent") };
    return limits.cpuPercent || limits.memoryPercent ? [{ serverId: s.id, ...limits }] : [];
  }));
on("GET", "/thresholds", (c) =>
  [["group", c.data.groups], ["server", c.data.servers]].flatMap(([kind, list]) =>
    list.filter((x) => x.ownThresholds).map((x) => ({
      kind,
      id: x.id,
      name: x.name,
      cpuPercent: x.ownThresholds.cpuPercent ?? null,
      memoryPercent: x.ownThresholds.memoryPercent ?? null,
    }))
  ));
on("GET", "/metrics/stats", () => [
  { signal: "metrics", rowsEstimated: 17_798_400, sizeBytes: 4_100_000_000, partitionCount: 33, oldestAt: "2026-10-29T00:00:12.000Z", newestAt: "2026-11-28T15:00:12.000Z" },
  { signal: "chunks", rowsEstimated: 9_100_000, sizeBytes: 2_900_000_000, partitionCount: 33, oldestAt: "2026-10-29T00:00:12.000Z", newestAt: "2026-11-28T15:00:12.000Z" },
]);
for (const [kind, find, answer, topic] of [["server", serverOf, ofServer, "server.updated"], ["group", groupOf, ofGroup, "group.changed"]]) {
  on("GET", `/${kind}s/:id/thresholds`, answer);
  on("PUT", `/${kind}s/:id/thresholds`, (c) => {
    for (const key of keys) {
      const limit = c.body[key];
      if (limit && !(limit.warning > 0 && limit.warning < limit.critical && limit.critical <= 100)) {
        invalid(key, "must be 0 < warning < critical <= 100");
      }
    }
    const thing = find(c);
    thing.ownThresholds = c.body;
    record(c, "config_changed", kind, thing, { what: "thresholds", after: c.body });
    publish(c.slug, topic, {});
    return answer(c);
  });
  on("DELETE", `/${kind}s/:id/thresholds`, (c) => {
    delete find(c).ownThresholds;
    publish(c.slug, topic, {});
    return null;
  });
}
