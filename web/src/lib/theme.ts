// Theme and density on the root element, where the tokens read them. No React here: the page runs it before its first paint.
export type Theme = "light" | "dark" | "system";
export type Density = "comfortable" | "dense";

export interface Preferences {
  theme: Theme;
  density: Density;
  notifications: boolean;
  /** How often screens ask anew; `null` keeps to the tenant's setting. */
  refreshSeconds: number | null;
}

export const preferencesKey = "dbtools.preferences";

export function readPreferences(): Preferences {
  const base: Preferences = { theme: "system", density: "comfortable", notifications: false, refreshSeconds: null };
  try {
    const stored = JSON.parse(localStorage.getItem(preferencesKey) ?? "{}") as Partial<Preferences>;
    if (stored.theme === "light" || stored.theme === "dark") base.theme = stored.theme;
    if (stored.density === "dense") base.density = "dense";
    base.notifications = stored.notifications === true;
    const seconds = stored.refreshSeconds;
    if (typeof seconds === "number" && seconds >= 5 && seconds <= 3_600) base.refreshSeconds = seconds;
  } catch {
    // Unreadable or forbidden storage: the defaults do.
  }
  return base;
}

export function applyPreferences({ theme, density }: Preferences): void {
  const dark = theme === "dark" || (theme === "system" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.dataset.density = density;
}
