import { invalidate } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";

/** After a change to servers: all that shows them is read anew. */
export function refreshServers(): void {
  for (const part of ["servers", "health", "groups", "labels", "activity"]) invalidate(tenantKey(part));
}
