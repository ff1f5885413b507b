import { call } from "../../../lib/http";

/** Takes the user out of this tenant. */
export async function deleteUser(id: string): Promise<void> {
  await call("DELETE", `/users/${id}`);
}
