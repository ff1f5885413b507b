import { call } from "../../../lib/http";

export async function deleteServer(id: string): Promise<void> {
  await call("DELETE", `/servers/${id}`);
}
