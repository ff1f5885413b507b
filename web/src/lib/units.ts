// A value with its unit, as a reader wants it: 4.2 GiB, 12 ms, 97 %, 1,042/s. No value is a dash, never 0.
import { bytes, count, decimal, percent, quantity, thin } from "./format";

export const noValue = "\u2013";

/** `unit` is the API's: bytes, milliseconds, percent, operations/s, ... */
export function withUnit(value: number | null, unit: string | null): string {
  if (value === null || !Number.isFinite(value)) return noValue;
  const rate = unit?.endsWith("/s") ?? false, plain = rate ? unit?.slice(0, -2) ?? "" : unit ?? "", tail = rate ? "/s" : "";
  switch (plain) {
    case "percent":
      // A tenth decides near nothing and near all: 0.4 % free, 99.4 % found in the cache.
      return (Math.abs(value) < 10 || value > 90) && !Number.isInteger(value) ? `${decimal(value)}${thin}%${tail}` : `${percent(value)}${tail}`;
    case "bytes":
      return `${bytesText(value)}${tail}`;
    case "kilobytes":
      return `${bytesText(value * 1024)}${tail}`;
    case "pages":
      return rate ? `${quantity(value)}/s` : `${count(Math.round(value))} pages`;
    case "seconds":
      return rate ? `${quantity(value)} s/s` : spanText(value * 1000);
    case "milliseconds":
      return rate ? `${milliseconds(value)}/s` : spanText(value);
    case "microseconds":
      return rate ? `${milliseconds(value / 1000)}/s` : spanText(value / 1000);
    case "ms_per_second":
      return `${milliseconds(value)}/s`;
    case "per_second":
      return `${quantity(value)}/s`;
    default:
      return `${quantity(value)}${tail}`;
  }
}

/** The unit as a head or a caption has it. */
export function unitWord(unit: string | null): string {
  if (!unit) return "";
  const words: Readonly<Record<string, string>> = {
    percent: "%",
    count: "",
    milliseconds: "ms",
    microseconds: "\u00b5s",
    seconds: "s",
    kilobytes: "KiB",
    per_second: "per second",
    ms_per_second: "ms per second",
    "operations/s": "operations per second",
    "count/s": "per second",
    "pages/s": "pages per second",
    "bytes/s": "bytes per second",
    "milliseconds/s": "ms per second",
    "microseconds/s": "\u00b5s per second",
    "seconds/s": "s per second",
  };
  return words[unit] ?? unit;
}

/** The unit of what is drawn of a counter: its rate. */
export function rateUnit(unit: string | null): string {
  return unit === null || unit.endsWith("/s") || unit.endsWith("per_second") ? unit ?? "" : `${unit}/s`;
}

function bytesText(value: number): string {
  return value < 0 ? `\u2212${bytes(-value)}` : bytes(value < 1024 ? Math.round(value) : value);
}

function milliseconds(value: number): string {
  return `${quantity(value)} ms`;
}

/** A length of time, from parts of a millisecond up to days. */
export function spanText(ms: number): string {
  if (ms < 0) return `\u2212${spanText(-ms)}`;
  if (ms < 1) return ms === 0 ? "0 ms" : ms < 0.01 ? `${decimal(ms * 1000, 0)} \u00b5s` : `${decimal(ms, 2)} ms`;
  if (ms < 1_000) return `${ms < 10 && !Number.isInteger(ms) ? decimal(ms) : count(Math.round(ms))} ms`;
  const s = ms / 1_000;
  if (s < 60) return `${s < 10 && !Number.isInteger(s) ? decimal(s) : count(Math.round(s))} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min${Math.round(s % 60) > 0 && minutes < 10 ? ` ${Math.floor(s % 60)} s` : ""}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h${minutes % 60 > 0 ? ` ${minutes % 60} min` : ""}`;
  return `${count(Math.floor(hours / 24))} d${hours % 24 > 0 && hours < 240 ? ` ${hours % 24} h` : ""}`;
}
