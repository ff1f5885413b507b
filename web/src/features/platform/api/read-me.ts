import type { SessionReply } from "../../../api/model";
import { get } from "../../../lib/http";

export function readMe(): Promise<SessionReply> {
  return get<SessionReply>("/auth/me", { tenant: null });
}
