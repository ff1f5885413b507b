import type { Health, HealthChange } from "../../../api/model";
import { changeCountMax } from "../api/list-health-changes";

const hourMs = 3_600_000;

export function changesOfLastHour(changes: readonly HealthChange[], now: number): readonly HealthChange[] {
  return changes.filter((c) => now - Date.parse(c.at) < hourMs);
}

/** How many servers more or fewer are in each health than an hour ago; null when the list of changes was cut. */
export function deltasOf(changes: readonly HealthChange[] | undefined, now: number): Readonly<Record<Health, number>> | null {
  if (!changes) return null;
  const recent = changesOfLastHour(changes, now);
  if (recent.length >= changeCountMax) return null;
  const deltas: Record<Health, number> = { healthy: 0, warning: 0, critical: 0, offline: 0, unknown: 0 };
  for (const { from, to } of recent) {
    deltas[from] -= 1;
    deltas[to] += 1;
  }
  return deltas;
}
