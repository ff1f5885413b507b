import { call } from "../../../lib/http";

export async function signOut(): Promise<void> {
  await call("POST", "/auth/logout", { tenant: null });
}
