import { call } from "../../../lib/http";
import type { SessionReply } from "../../../api/model";

export async function signIn(email: string, password: string): Promise<SessionReply> {
  return (await call<SessionReply>("POST", "/auth/login", { body: { email, password }, tenant: null })).data;
}
