import type { Group } from "../../../api/model";
import { call } from "../../../lib/http";

export interface GroupInput {
  name: string;
  description: string | null;
  color: string | null;
  /** With one the group is dynamic: its filter decides who is in it. */
  filter?: string;
}

export async function createGroup(body: GroupInput): Promise<Group> {
  return (await call<Group>("POST", "/groups", { body })).data;
}
