import { get } from "../lib/http";
import { type QueryState, useQuery } from "../lib/query";
import { tenantKey, useSession } from "../lib/session";
import type { CollectionStatus } from "./types";

/** A database that is away writes no events: it is asked more often than other things, and in trouble still more. */
const calmMs = 30_000;
const troubleMs = 10_000;

/** Whether the servers are being read. Asked for now and again; the event stream says at once when it stops. */
export function useCollectionStatus(): QueryState<CollectionStatus> {
  const { tenant } = useSession();
  return useQuery(
    tenant && tenant.status === "active" ? tenantKey("collection") : null,
    (signal) => get<CollectionStatus>("/collection/status", { signal }),
    { poll: true, pollMs: (status) => (status && status.state !== "running" ? troubleMs : calmMs) },
  );
}
