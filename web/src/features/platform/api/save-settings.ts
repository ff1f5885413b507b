import type { Settings, SettingsChange } from "../../../api/model";
import { call } from "../../../lib/http";

export async function saveSettings(body: SettingsChange): Promise<Settings> {
  return (await call<Settings>("PUT", "/settings", { body })).data;
}
