import { get } from "../lib/http";
import { healthPollMs, hiddenPollMs } from "../lib/live";
import { mayNotify } from "../lib/preferences";
import { type QueryState, useQuery } from "../lib/query";
import { tenantKey } from "../lib/session";
import type { ServerHealth } from "./model";
import { withPresentValues } from "./present-values";

export const fleetHealthKey = (): string => tenantKey("health");

/**
 * The health of every server in one answer, kept fresh by the event stream or by polling; slowly in a hidden tab that may notify.
 * Values that are not present ones are left out here, so that all screens agree on them.
 */
export function useFleetHealth(): QueryState<ServerHealth[]> {
  return useQuery(fleetHealthKey(), async (signal) => withPresentValues(await get<ServerHealth[]>("/servers/health", { signal }), Date.now()), {
    poll: true,
    pollMs: healthPollMs,
    hiddenPollMs: () => (mayNotify() ? hiddenPollMs() : null),
  });
}
