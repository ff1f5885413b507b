import { call } from "../lib/http";
import type { Operation } from "./model";

/** Asks it to stop: what is under way ends, the rest is left undone. */
export async function stopOperation(id: string): Promise<Operation> {
  return (await call<Operation>("DELETE", `/operations/${id}`)).data;
}
