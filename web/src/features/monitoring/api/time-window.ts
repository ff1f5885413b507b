// Which stretch of time a screen shows: a range that ends now, or a fixed one. It is in the address.
export type MetricRange = "1h" | "6h" | "24h" | "7d" | "30d";

export type TimeWindow = { range: MetricRange } | { from: number; to: number };

export const ranges: readonly (readonly [MetricRange, string])[] = [["1h", "1 h"], ["6h", "6 h"], ["24h", "24 h"], ["7d", "7 d"], ["30d", "30 d"]];

export const rangeMs: Readonly<Record<MetricRange, number>> = {
  "1h": 3_600_000,
  "6h": 21_600_000,
  "24h": 86_400_000,
  "7d": 604_800_000,
  "30d": 2_592_000_000,
};

/** A free range is at least this long, and at most a year: longer than anything is kept. */
export const windowMsMin = 60_000;
const windowMsMax = 366 * 86_400_000;

export function windowFrom(search: URLSearchParams, usual: MetricRange = "24h"): TimeWindow {
  const from = Date.parse(search.get("from") ?? ""), to = Date.parse(search.get("to") ?? "");
  if (to - from >= windowMsMin && to - from <= windowMsMax) return { from, to };
  return { range: ranges.find(([r]) => r === search.get("range"))?.[0] ?? usual };
}

export const isFixed = (window: TimeWindow): window is { from: number; to: number } => "from" in window;
export const spanOf = (window: TimeWindow): number => (isFixed(window) ? window.to - window.from : rangeMs[window.range]);

export const windowKey = (window: TimeWindow): string => (isFixed(window) ? `${window.from}-${window.to}` : window.range);

export interface WindowQuery {
  range?: string;
  from?: string;
  to?: string;
}

/** What the API is asked; `shiftMs` asks for as long a stretch that much earlier. */
export function windowQuery(window: TimeWindow, shiftMs = 0, now = Date.now()): WindowQuery {
  if (!isFixed(window) && shiftMs === 0) return { range: window.range };
  const to = isFixed(window) ? window.to : now, from = to - spanOf(window);
  return { from: isoSeconds(from - shiftMs), to: isoSeconds(to - shiftMs) };
}

const isoSeconds = (ms: number): string => new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
