// Numbers and times as the design wants them: thin spaces before units, a real minus, a 24-hour clock in the reader's zone.
export const thin = "\u202f";
const minuteMs = 60_000, hourMs = 3_600_000, dayMs = 86_400_000;
const two = (n: number): string => String(n).padStart(2, "0");
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function count(n: number): string {
  return n.toLocaleString("en-US").replace("-", "\u2212");
}
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
export function percent(n: number | null): string {
  return n === null ? "\u2013" : `${Math.round(n)}${thin}%`;
}
export function decimal(n: number, digits = 1): string {
  return n.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "\u2212");
}
/** A value for a label: no decimals from 100 on, one below, two below 1. */
export function quantity(n: number): string {
  if (Math.abs(n) >= 100 || Number.isInteger(n)) return count(Math.round(n));
  return decimal(n, Math.abs(n) < 1 ? 2 : 1);
}
export function bytes(n: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = n, unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? count(value) : decimal(value)} ${units[unit] ?? "B"}`;
}
export function clock(at: Date | number, seconds = false): string {
  const d = new Date(at);
  return `${two(d.getHours())}:${two(d.getMinutes())}${seconds ? `:${two(d.getSeconds())}` : ""}`;
}
export function day(at: Date | number): string {
  const d = new Date(at);
  return `${d.getDate()} ${months[d.getMonth()] ?? ""} ${d.getFullYear()}`;
}
export function dayAndClock(at: Date | number, seconds = false): string {
  return `${day(at)} ${clock(at, seconds)}`;
}
/** The exact time in the reader's zone and in UTC, for the title of a `<time>`. */
export function exact(at: Date | number): string {
  const d = new Date(at), utcDay = `${d.getUTCDate()} ${months[d.getUTCMonth()] ?? ""} ${d.getUTCFullYear()}`;
  const utcText = `${utcDay} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} UTC`;
  return d.getTimezoneOffset() === 0 ? utcText : `${dayAndClock(d, true)} ${zoneName(d)}, ${utcText}`;
}
export function zoneName(at: Date = new Date()): string {
  const part = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(at).find((p) => p.type === "timeZoneName");
  return part?.value ?? "local";
}
export function duration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < minuteMs) return `${Math.floor(value / 1000)} s`;
  if (value < hourMs) return `${Math.floor(value / minuteMs)} min`;
  if (value < dayMs) {
    const minutes = Math.floor((value % hourMs) / minuteMs);
    return `${Math.floor(value / hourMs)} h${minutes > 0 ? ` ${minutes} min` : ""}`;
  }
  return `${Math.floor(value / dayMs)} d`;
}
/** "6 s ago" below one day, else the date. */
export function relative(at: number, now: number): string {
  const ms = now - at;
  if (ms < 1_000) return "just now";
  return ms < dayMs ? `${duration(ms)} ago` : dayAndClock(at);
}
export function initials(name: string): string {
  const words = name.replace(/@.*/, "").split(/[\s._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words[1]?.[0] ?? "")).toUpperCase();
}
