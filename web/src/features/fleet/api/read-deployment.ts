import type { DeploymentStatus } from "../../../api/model";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export const deploymentKey = (serverId: string): string => tenantKey("deployment", serverId);

/** While a deployment runs it is asked this often. */
const runningPollMs = 2_000;

export function useDeployment(serverId: string): QueryState<DeploymentStatus> {
  return useQuery(deploymentKey(serverId), (signal) => get<DeploymentStatus>(`/servers/${serverId}/deployment-status`, { signal }), {
    poll: true,
    pollMs: (d) => (d?.state === "deploying" ? runningPollMs : null),
  });
}
