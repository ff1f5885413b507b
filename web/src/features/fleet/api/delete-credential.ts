import { call } from "../../../lib/http";

/** Refused while servers use it. */
export async function deleteCredential(id: string): Promise<void> {
  await call("DELETE", `/credentials/${id}`);
}
