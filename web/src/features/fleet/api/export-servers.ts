import { call } from "../../../lib/http";
import type { ServerQuery } from "./list-servers";

/** A large fleet takes its time. */
const exportTimeoutMs = 600_000;

/** All that the filters let through, as CSV that the import takes again; without passwords. */
export async function exportServers(query: ServerQuery): Promise<string> {
  return (await call<string>("GET", "/servers", { query: { ...query }, accept: "text/csv", timeoutMs: exportTimeoutMs })).data;
}
