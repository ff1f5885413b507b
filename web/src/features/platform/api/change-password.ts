import { call } from "../../../lib/http";

export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  await call("POST", "/auth/password", { body: { currentPassword, newPassword }, tenant: null });
}
