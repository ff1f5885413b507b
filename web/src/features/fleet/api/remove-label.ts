import { call } from "../../../lib/http";

export async function removeLabel(id: string, labelId: string): Promise<void> {
  await call("DELETE", `/servers/${id}/labels/${labelId}`);
}
