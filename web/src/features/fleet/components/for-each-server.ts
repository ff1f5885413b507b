import type { Server } from "../../../api/model";
import { ApiError } from "../../../lib/http";
import { asApiError } from "../../../lib/use-action";

/** As many requests as run at the same time. */
const parallelMax = 6;

/** Does the work for each server and goes on after a failure; what failed is said at the end, by name. */
export async function forEachServer(servers: readonly Server[], work: (server: Server) => Promise<void>, done: string): Promise<void> {
  const failed: { name: string; error: ApiError }[] = [], queue = [...servers];
  const run = async (): Promise<void> => {
    for (let server = queue.shift(); server; server = queue.shift()) {
      try {
        await work(server);
      } catch (error) {
        failed.push({ name: server.name, error: asApiError(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelMax, servers.length) }, run));
  const first = failed[0];
  if (!first) return;
  if (servers.length === 1) throw first.error;
  const names = failed.slice(0, 3).map((f) => f.name).join(", ");
  throw new ApiError(
    first.error.status,
    first.error.code,
    `${failed.length} of ${servers.length} were not ${done}: ${names}${
      failed.length > 3 ? ` and ${failed.length - 3} more` : ""
    }. ${first.error.message}`,
    [],
    first.error.requestId,
  );
}
