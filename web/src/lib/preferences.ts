// What the reader chose on this computer: theme, density, notifications, pace, tenant.
import { setOwnRefreshSeconds } from "./live";
import { makeStore } from "./store";
import { applyPreferences, type Preferences, preferencesKey, readPreferences } from "./theme";

const tenantKey = "dbtools.tenant";

export const preferences = makeStore<Preferences>(readPreferences());
setOwnRefreshSeconds(preferences.get().refreshSeconds);

export function setPreferences(changes: Partial<Preferences>): void {
  preferences.set({ ...preferences.get(), ...changes });
  remember(preferencesKey, JSON.stringify(preferences.get()));
  applyPreferences(preferences.get());
  setOwnRefreshSeconds(preferences.get().refreshSeconds);
}

/** The reader asked for them, and the browser allows them. */
export function mayNotify(): boolean {
  return preferences.get().notifications && typeof Notification !== "undefined" && Notification.permission === "granted";
}

export function rememberedTenant(): string | null {
  try {
    return localStorage.getItem(tenantKey);
  } catch {
    return null;
  }
}

export function rememberTenant(slug: string): void {
  remember(tenantKey, slug);
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private browsing: the choice lasts as long as the page.
  }
}
