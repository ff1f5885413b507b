// The health of each group, counted from the fleet's health, so that it moves with the events.
import { useMemo } from "react";
import type { Health } from "../../../api/model";
import { useFleetHealth } from "../../../api/read-fleet-health";

export type HealthCounts = Record<Health, number>;

export function useGroupHealth(): ReadonlyMap<string, HealthCounts> {
  const servers = useFleetHealth().data;
  return useMemo(() => {
    const counts = new Map<string, HealthCounts>();
    for (const s of servers ?? []) {
      for (const id of s.groupIds) {
        const c = counts.get(id) ?? { healthy: 0, warning: 0, critical: 0, offline: 0, unknown: 0 };
        c[s.status] += 1;
        counts.set(id, c);
      }
    }
    return counts;
  }, [servers]);
}
