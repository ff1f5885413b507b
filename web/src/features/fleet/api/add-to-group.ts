import { call } from "../../../lib/http";

/** The API takes this many at once. */
export const groupAddCountMax = 1_000;

/** Adding a server that is in the group already changes nothing. */
export async function addToGroup(groupId: string, serverIds: readonly string[]): Promise<void> {
  for (let i = 0; i < serverIds.length; i += groupAddCountMax) {
    await call("POST", `/groups/${groupId}/servers`, { body: { serverIds: serverIds.slice(i, i + groupAddCountMax) } });
  }
}
