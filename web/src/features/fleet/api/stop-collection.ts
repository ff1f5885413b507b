import { call } from "../../../lib/http";

export async function stopCollection(id: string): Promise<void> {
  await call("POST", `/servers/${id}/collection/stop`);
}
