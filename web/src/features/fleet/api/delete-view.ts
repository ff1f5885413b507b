import { call } from "../../../lib/http";

export async function deleteView(id: string): Promise<void> {
  await call("DELETE", `/servers/views/${id}`);
}
