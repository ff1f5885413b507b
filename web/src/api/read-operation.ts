import { get } from "../lib/http";
import { type QueryState, useQuery } from "../lib/query";
import { tenantKey } from "../lib/session";
import type { Operation } from "./model";

export const operationKey = (id: string): string => tenantKey("operations", id);

/** While it runs and no event says how it goes, it is asked this often. */
const runningPollMs = 2_000;

export function useOperation(id: string | null): QueryState<Operation> {
  return useQuery(id === null ? null : operationKey(id), (signal) => get<Operation>(`/operations/${id ?? ""}`, { signal }), {
    poll: true,
    pollMs: (o) => (o === undefined || isRunning(o) ? runningPollMs : null),
  });
}

export function isRunning(operation: Operation): boolean {
  return operation.status === "queued" || operation.status === "running" || operation.status === "stopping";
}
