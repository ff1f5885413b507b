// Which servers an action is for: some that are named, or all that a filter lets through, loaded or not.
import type { BulkRequest, Server } from "../../../api/model";
import { plural } from "../../../lib/format";
import type { ServerFilter } from "../api/list-servers";

export type Targets =
  | { kind: "some"; servers: readonly Server[] }
  | { kind: "all"; filter: ServerFilter; count: number };

export const someServers = (servers: readonly Server[]): Targets => ({ kind: "some", servers });

export function countOf(targets: Targets): number {
  return targets.kind === "all" ? targets.count : targets.servers.length;
}

export function phraseOf(targets: Targets): string {
  return plural(countOf(targets), "server");
}

/** The only one, if it is one. */
export function oneOf(targets: Targets): Server | undefined {
  return targets.kind === "some" && targets.servers.length === 1 ? targets.servers[0] : undefined;
}

/** How a bulk request names them. With a filter the count is said too: if others match by now, nothing is done. */
export function bodyOf(targets: Targets): BulkRequest {
  if (targets.kind === "some") return { ids: targets.servers.map((s) => s.id) };
  return { filter: requestFilter(targets.filter), expectedCount: targets.count };
}

function requestFilter(filter: ServerFilter): NonNullable<BulkRequest["filter"]> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) body[name] = value;
  return body;
}
