// The straight line through a series (least squares), and when it reaches a limit.
export interface Trend {
  /** Change a day. */
  perDay: number;
  /** The line's value at the last sample. */
  now: number;
  /** 0 to 1: how much of the movement the line explains. */
  fit: number;
  spanDays: number;
  sampleCount: number;
}

const dayMs = 86_400_000;

/** `null` where there are fewer than two samples or no time between them. */
export function trendOf(samples: readonly { at: number; avg: number }[]): Trend | null {
  const first = samples[0], last = samples[samples.length - 1], n = samples.length;
  if (!first || !last || n < 2 || last.at <= first.at) return null;
  let sx = 0, sy = 0;
  for (const s of samples) {
    sx += (s.at - first.at) / dayMs;
    sy += s.avg;
  }
  const mx = sx / n, my = sy / n;
  let sxx = 0, sxy = 0, syy = 0;
  for (const s of samples) {
    const dx = (s.at - first.at) / dayMs - mx, dy = s.avg - my;
    sxx += dx * dx;
    sxy += dx * dy;
    syy += dy * dy;
  }
  const perDay = sxx > 0 ? sxy / sxx : 0, spanDays = (last.at - first.at) / dayMs;
  return { perDay, now: my + perDay * (spanDays - mx), fit: syy > 0 && sxx > 0 ? (sxy * sxy) / (sxx * syy) : 1, spanDays, sampleCount: n };
}

/** Fewer days or samples say nothing about weeks to come. */
export const forecastDaysMin = 3;
export const forecastSampleCountMin = 24;
/** A line that explains less of the movement is no trend. */
const fitMin = 0.3;
/** Farther away than this is no forecast but a number. */
export const forecastDaysMax = 730;

export type Forecast =
  /** When it is used up, and how many days after the newest sample that is. */
  | { kind: "days"; days: number; at: number; trend: Trend }
  | { kind: "far" | "steady" | "unclear"; trend: Trend }
  | { kind: "tooLittle"; spanDays: number; sampleCount: number };

/** When what is free is used up, at the pace of the series; honest about what it cannot know. */
export function forecastOf(free: readonly { at: number; avg: number }[]): Forecast {
  const trend = trendOf(free);
  if (!trend || trend.spanDays < forecastDaysMin || trend.sampleCount < forecastSampleCountMin) {
    return { kind: "tooLittle", spanDays: trend?.spanDays ?? 0, sampleCount: free.length };
  }
  const latest = free[free.length - 1]?.avg ?? trend.now;
  // Less than a thousandth of what is free over the whole span is standing still.
  if (trend.perDay >= 0 || Math.abs(trend.perDay) * trend.spanDays < latest / 1_000) return { kind: "steady", trend };
  if (trend.fit < fitMin) return { kind: "unclear", trend };
  const days = Math.max(0, latest / -trend.perDay);
  const at = (free[free.length - 1]?.at ?? 0) + days * dayMs;
  return days > forecastDaysMax ? { kind: "far", trend } : { kind: "days", days, at, trend };
}
