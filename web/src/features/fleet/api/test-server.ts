import type { ProbeResult } from "../../../api/model";
import { call } from "../../../lib/http";

/** Tests a server with its stored credentials. */
export async function testServer(id: string): Promise<ProbeResult> {
  return (await call<ProbeResult>("POST", `/servers/${id}/test-connection`)).data;
}
