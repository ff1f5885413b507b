import { call } from "../../../lib/http";

export async function deleteGroup(id: string): Promise<void> {
  await call("DELETE", `/groups/${id}`);
}
