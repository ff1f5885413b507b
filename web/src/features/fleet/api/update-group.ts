import type { Group } from "../../../api/model";
import { call } from "../../../lib/http";
import type { GroupInput } from "./create-group";

export async function updateGroup(id: string, body: Partial<GroupInput>, etag: string | null = null): Promise<Group> {
  return (await call<Group>("PATCH", `/groups/${id}`, { body, ifMatch: etag })).data;
}
