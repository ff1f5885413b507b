import type { SessionReply } from "../../../api/model";
import { call } from "../../../lib/http";

/** Uses up the one-time link that the first start printed. */
export async function setFirstPassword(token: string, password: string): Promise<SessionReply | undefined> {
  return (await call<SessionReply | undefined>("POST", "/auth/setup", { body: { token, password }, tenant: null })).data;
}
