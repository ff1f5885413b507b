import type { ReplicaBackup } from "../../../api/types";
import { get } from "../../../lib/http";
import { type QueryState, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

export type { ReplicaBackup } from "../../../api/types";

/** What other replicas of the server's availability groups hold of backups. A `null` id asks nothing. */
export function useReplicaBackups(serverId: string | null): QueryState<ReplicaBackup[]> {
  return useQuery(
    serverId === null ? null : tenantKey("replica-backups", serverId),
    (signal) => get<ReplicaBackup[]>(`/servers/${serverId}/replica-backups`, { signal }),
    { poll: true },
  );
}
