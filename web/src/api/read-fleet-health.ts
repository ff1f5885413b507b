import { get } from "../lib/http";
import { hiddenPollMs } from "../lib/live";
import { mayNotify } from "../lib/preferences";
import { type QueryState, useQuery } from "../lib/query";
import { tenantKey } from "../lib/session";
import type { ServerHealth } from "./model";

export const fleetHealthKey = (): string => tenantKey("health");

/** The health of every server in one answer, kept fresh by the event stream or by polling; slowly in a hidden tab that may notify. */
export function useFleetHealth(): QueryState<ServerHealth[]> {
  return useQuery(fleetHealthKey(), (signal) => get<ServerHealth[]>("/servers/health", { signal }), {
    poll: true,
    hiddenPollMs: () => (mayNotify() ? hiddenPollMs() : null),
  });
}
