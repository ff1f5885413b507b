// A small script of its own that runs before the first paint, so that a dark page does not flash white.
import { applyPreferences, readPreferences } from "../lib/theme";

const apply = (): void => applyPreferences(readPreferences());
apply();
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
