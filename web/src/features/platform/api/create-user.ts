import type { GivenRole } from "../../../api/model";
import type { AddedUser } from "../../../api/types";
import { call } from "../../../lib/http";

export interface NewUser {
  email: string;
  name: string;
  role: GivenRole;
}

/** Invites: the answer has the one-time link, which is never shown again. */
export async function createUser(body: NewUser): Promise<AddedUser> {
  return (await call<AddedUser>("POST", "/users", { body })).data;
}
