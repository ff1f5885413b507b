// Which of a server's last values are its present ones. One rule for the map, the tables, their order and their means.
import type { Health, Reachability, Server, ServerHealth } from "./model";

/** After so long without values the API calls a server offline, unless it answers that a right is missing. */
const presentMsMax = 300_000;

type Judged = Pick<ServerHealth, "cpuPercent" | "memoryPercent">;

/** Offline, switched off and never read have none. */
function arePresent(health: Health, reachability: Reachability, values: Judged, collectedAt: string | null, now: number): boolean {
  if (health === "offline" || reachability === "offline" || reachability === "unknown") return false;
  if (health !== "unknown") return true;
  // It answers, and a right is missing. CPU and memory of a reading are judged: beside an unknown health they are of before. Without both the
  // others may be fresh.
  return values.cpuPercent === null && values.memoryPercent === null && now - Date.parse(collectedAt ?? "") <= presentMsMax;
}

export function hasPresentValues(s: Server, now: number): boolean {
  return arePresent(s.health, s.status, s.latest, s.lastCollectedAt, now);
}

const none = { cpuPercent: null, memoryPercent: null, connectionCount: null, batchRequestsSec: null } as const;

/** The servers without the values that are not present ones. */
export function withPresentValues(servers: readonly ServerHealth[], now: number): ServerHealth[] {
  return servers.map((s) => (arePresent(s.status, s.reachability, s, s.lastCollectedAt, now) ? s : { ...s, ...none }));
}
