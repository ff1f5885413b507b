import type { Operation } from "../../../api/model";
import { call } from "../../../lib/http";

/** Tries a secret on all servers that use the profile, as an operation; nothing is stored. */
export async function testCredential(id: string, body: { username?: string; password?: string }): Promise<Operation> {
  return (await call<Operation>("POST", `/credentials/${id}/test`, { body })).data;
}
