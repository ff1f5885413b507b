import type { Settings, SettingsChange } from "../../../api/model";
import type { SettingsAndTag } from "../../../api/read-settings";
import { call } from "../../../lib/http";

/** Refused with 412 when someone else saved since `ifMatch` was read. */
export async function saveSettings(body: SettingsChange, ifMatch: string | null): Promise<SettingsAndTag> {
  const { data, etag } = await call<Settings>("PUT", "/settings", { body, ifMatch });
  return { settings: data, etag };
}
