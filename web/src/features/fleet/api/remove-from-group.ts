import { call } from "../../../lib/http";

export async function removeFromGroup(groupId: string, serverId: string): Promise<void> {
  await call("DELETE", `/groups/${groupId}/servers/${serverId}`);
}
