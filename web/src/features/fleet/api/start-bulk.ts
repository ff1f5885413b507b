import type { BulkActionName, BulkRequest, Operation } from "../../../api/model";
import { call } from "../../../lib/http";

/** The API takes this many ids at once; more are named by a filter. */
export const bulkIdCountMax = 10_000;

/** Begins the same change to many servers; the answer is the operation that makes it. */
export async function startBulk(action: BulkActionName, body: BulkRequest): Promise<Operation> {
  return (await call<Operation>("POST", `/servers/bulk/${action}`, { body })).data;
}
