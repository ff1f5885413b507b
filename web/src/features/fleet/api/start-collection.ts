import { call } from "../../../lib/http";

export async function startCollection(id: string): Promise<void> {
  await call("POST", `/servers/${id}/collection/start`);
}
