// A stacked area chart on a canvas: amounts that add up, the first series lowest.
import { type Axes, contextOf, drawAxes, type Gap, margin, niceStep, type Scale } from "./chart";

/** One time with a value for each series, in the order of the stack; `null` where nothing was collected. */
export interface StackRow {
  at: number;
  values: readonly (number | null)[];
}

export interface StackDrawing extends Axes {
  width: number;
  rows: readonly StackRow[];
  colors: Axes["colors"];
  /** The colour of each series. */
  fills: readonly string[];
  intervalMs: number;
  cross: number | null;
  zoom: Gap | null;
}

export const totalOf = (row: StackRow): number => row.values.reduce<number>((sum, v) => sum + (v ?? 0), 0);

export function stackScale(rows: readonly StackRow[], from: number, to: number): Scale {
  const high = rows.reduce((max, r) => (r.at >= from && r.at <= to ? Math.max(max, totalOf(r)) : max), 0), step = niceStep((high || 4) / 3.6);
  return { from, to, step, top: Math.max(step, Math.ceil((high * 1.02) / step) * step) };
}

/** Rows of many series by their times: a time that one of them has, all have. */
export function stackRows(series: readonly (readonly (readonly [at: number, value: number | null])[])[]): StackRow[] {
  const byTime = new Map<number, (number | null)[]>();
  series.forEach((points, i) => {
    for (const [at, value] of points) {
      const row = byTime.get(at) ?? new Array<number | null>(series.length).fill(null);
      row[i] = value;
      byTime.set(at, row);
    }
  });
  return [...byTime].sort(([a], [b]) => a - b).map(([at, values]) => ({ at, values }));
}

/** Stretches without a hole: an area is never drawn over missing time. */
export function stackRuns(rows: readonly StackRow[], intervalMs: number): StackRow[][] {
  const runs: StackRow[][] = [];
  let run: StackRow[] = [];
  for (const row of rows) {
    const last = run[run.length - 1];
    if (row.values.every((v) => v === null)) continue;
    if (last && row.at - last.at > intervalMs * 1.6) {
      runs.push(run);
      run = [];
    }
    run.push(row);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

export function drawStack(canvas: HTMLCanvasElement, d: StackDrawing): void {
  const c = contextOf(canvas, d.width, d.height);
  if (!c) return;
  const area = { x: margin.left, y: margin.top, width: d.width - margin.left - margin.right, height: d.height - margin.top - margin.bottom };
  const x = (at: number): number => area.x + ((at - d.scale.from) / (d.scale.to - d.scale.from)) * area.width;
  const y = (value: number): number => area.y + area.height - (Math.min(value, d.scale.top) / d.scale.top) * area.height;
  drawAxes(c, d, area, x, y);
  c.save();
  c.beginPath();
  c.rect(area.x, area.y - 2, area.width, area.height + 4);
  c.clip();
  for (const run of stackRuns(d.rows, d.intervalMs)) drawRun(c, run, d, x, y);
  if (d.zoom) {
    c.fillStyle = d.colors.cross;
    c.globalAlpha = 0.16;
    c.fillRect(x(d.zoom.from), area.y, x(d.zoom.to) - x(d.zoom.from), area.height);
    c.globalAlpha = 1;
  }
  c.restore();
  if (d.cross === null || d.cross < d.scale.from || d.cross > d.scale.to) return;
  const px = Math.round(x(d.cross)) + 0.5;
  c.strokeStyle = d.colors.cross;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(px, area.y);
  c.lineTo(px, area.y + area.height);
  c.stroke();
}

function drawRun(
  c: CanvasRenderingContext2D,
  run: readonly StackRow[],
  d: StackDrawing,
  x: (at: number) => number,
  y: (value: number) => number,
): void {
  let below = run.map(() => 0);
  // A single reading is as wide as its interval, so that it can be seen.
  const half = run.length === 1 ? d.intervalMs / 2 : 0, first = run[0]?.at ?? 0, last = run[run.length - 1]?.at ?? 0;
  d.fills.forEach((fill, i) => {
    const above = run.map((row, k) => (below[k] ?? 0) + (row.values[i] ?? 0));
    const trace = (line: readonly number[], forward: boolean): void => {
      for (let n = 0; n < run.length; n++) {
        const k = forward ? n : run.length - 1 - n;
        c.lineTo(x(run[k]?.at ?? 0), y(line[k] ?? 0));
      }
    };
    c.beginPath();
    c.moveTo(x(first - half), y(below[0] ?? 0));
    if (half > 0) c.lineTo(x(first - half), y(above[0] ?? 0));
    trace(above, true);
    if (half > 0) {
      c.lineTo(x(last + half), y(above[0] ?? 0));
      c.lineTo(x(last + half), y(below[0] ?? 0));
    }
    trace(below, false);
    c.closePath();
    c.fillStyle = fill;
    c.fill();
    // A thin edge of the surface keeps neighbours apart.
    c.strokeStyle = d.colors.surface;
    c.lineWidth = 0.75;
    c.stroke();
    below = above;
  });
}
