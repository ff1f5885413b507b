import type { GivenRole, User } from "../../../api/model";
import { call } from "../../../lib/http";

export interface NewUser {
  email: string;
  name: string;
  role: GivenRole;
  password: string;
}

export async function createUser(body: NewUser): Promise<User> {
  return (await call<User>("POST", "/users", { body })).data;
}
