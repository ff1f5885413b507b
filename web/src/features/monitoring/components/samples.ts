import type { Sample } from "../../../lib/chart";
import { spanText } from "../../../lib/units";
import type { SeriesPoint } from "../api/collector-types";

/** The points that have a value; `shiftMs` moves an earlier stretch to where it is compared. */
export function samplesOf(series: { points: readonly SeriesPoint[] }, shiftMs = 0): Sample[] {
  const samples: Sample[] = [];
  for (const [at, avg, min, max] of series.points) {
    if (avg !== null) samples.push({ at: Date.parse(at) + shiftMs, avg, min: min ?? avg, max: max ?? avg });
  }
  return samples;
}

/** "1 point per 5 min" */
export function pointText(seconds: number): string {
  return seconds === 60 ? "min" : seconds === 3_600 ? "h" : seconds === 86_400 ? "day" : spanText(seconds * 1_000);
}
