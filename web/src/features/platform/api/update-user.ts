import type { GivenRole, User } from "../../../api/model";
import { call } from "../../../lib/http";

export interface UserChange {
  name?: string;
  role?: GivenRole;
  disabled?: boolean;
  password?: string;
}

export async function updateUser(id: string, body: UserChange): Promise<User> {
  return (await call<User>("PATCH", `/users/${id}`, { body })).data;
}
