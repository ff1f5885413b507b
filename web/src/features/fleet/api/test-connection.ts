import type { ProbeResult, ServerInput } from "../../../api/model";
import { call } from "../../../lib/http";

/** Tests what is in the form; nothing is kept. A failed test is an answer, not an error. */
export async function testConnection(body: ServerInput): Promise<ProbeResult> {
  return (await call<ProbeResult>("POST", "/servers/test-connection", { body })).data;
}
