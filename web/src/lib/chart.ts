// The mathematics and the painting of a time-series chart on a canvas. It reads colours from the tokens that its caller passes.
export interface Sample {
  at: number;
  avg: number;
  min: number;
  max: number;
}

export interface Gap {
  from: number;
  to: number;
}

export interface Scale {
  from: number;
  to: number;
  top: number;
  step: number;
}

export interface Colors {
  line: string;
  grid: string;
  axis: string;
  text: string;
  surface: string;
  hatch: string;
  warning: string;
  critical: string;
  cross: string;
}

/** One more line, without band and area: another label's series, or the same stretch of an earlier day. */
export interface Line {
  samples: readonly Sample[];
  gaps: readonly Gap[];
  color: string;
  dashed: boolean;
}

export interface Drawing {
  width: number;
  height: number;
  samples: readonly Sample[];
  gaps: readonly Gap[];
  /** Drawn below the first series, the last one lowest. */
  others: readonly Line[];
  scale: Scale;
  limits: readonly (readonly [value: number, tone: "warning" | "critical"])[];
  cross: number | null;
  /** The part that is being dragged over, to zoom into. */
  zoom: Gap | null;
  stale: boolean;
  colors: Colors;
  font: string;
  formatY: (value: number) => string;
  formatX: (at: number) => string;
}

export const margin = { left: 42, right: 12, top: 8, bottom: 20 } as const;
const labelPxMin = 62;

/** A round step: 1, 2, 2.5, 5 or 10 times a power of ten. */
export function niceStep(raw: number): number {
  if (!(raw > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw)), n = raw / power;
  return (n <= 1 ? 1 : n <= 2 ? 2 : n <= 2.5 ? 2.5 : n <= 5 ? 5 : 10) * power;
}

/** From 0, with four or five grid lines. */
export function scaleOf(samples: readonly Sample[], from: number, to: number, fixedTop: number | null): Scale {
  if (fixedTop !== null) return { from, to, top: fixedTop, step: fixedTop / 4 };
  let high = 0;
  for (const s of samples) if (s.at >= from && s.at <= to && s.max > high) high = s.max;
  const step = niceStep((high || 4) / 3.6);
  return { from, to, step, top: Math.max(step, Math.ceil((high * 1.02) / step) * step) };
}

/** Where samples are missing, also before the first and after the last. Gaps are shown and never bridged. */
export function gapsOf(samples: readonly Sample[], from: number, to: number, intervalMs: number): Gap[] {
  const gaps: Gap[] = [], slack = intervalMs * 1.6;
  const first = samples[0], last = samples[samples.length - 1];
  if (!first || !last) return [{ from, to }];
  if (first.at - from > slack + intervalMs) gaps.push({ from, to: first.at });
  for (let i = 1; i < samples.length; i++) {
    const a = samples[i - 1]?.at ?? 0, b = samples[i]?.at ?? 0;
    if (b - a > slack) gaps.push({ from: a, to: b });
  }
  if (to - last.at > slack + intervalMs) gaps.push({ from: last.at, to });
  return gaps;
}

const timeStepsMs = [60, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400, 172800, 432000, 604800].map((s) => s * 1000);

const dayMs = 86_400_000;

/** Times for the axis, on round clock times of the reader's zone, also on both sides of a change of its clocks. */
export function timeTicks(from: number, to: number, widthPx: number): number[] {
  const span = to - from, step = timeStepsMs.find((s) => (span / s) * labelPxMin <= widthPx) ?? 604_800_000;
  const days = Math.max(1, step / dayMs), ticks: number[] = [];
  let last = -Infinity;
  for (let day = dayNumber(from); last <= to; day++) {
    for (let wall = 0; wall < dayMs; wall += step) {
      const at = new Date(1970, 0, 1 + day, 0, 0, 0, wall), time = at.getTime();
      // A clock time that the change leaves out is no tick; a day that it begins later has one where it begins.
      if (time <= last || (wall > 0 && wallMs(at) !== wall)) continue;
      last = time;
      if (day % days === 0 && time >= from && time <= to) ticks.push(time);
    }
  }
  return ticks;
}

/** The local day, as many days after 1 January 1970. */
function dayNumber(at: number): number {
  const d = new Date(at);
  return Math.round(Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / dayMs);
}

const wallMs = (d: Date): number => ((d.getHours() * 60 + d.getMinutes()) * 60 + d.getSeconds()) * 1_000;

/** The sample nearest to a time. */
export function nearest<T extends { at: number }>(samples: readonly T[], at: number): T | null {
  let low = 0, high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const after = samples[low], before = samples[low - 1];
  if (!after || !before) return after ?? before ?? null;
  return at - before.at <= after.at - at ? before : after;
}

/** The canvas in the screen's own pixels, cleared. */
export function contextOf(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const c = canvas.getContext("2d");
  c?.setTransform(ratio, 0, 0, ratio, 0, 0);
  c?.clearRect(0, 0, width, height);
  return c;
}

export function draw(canvas: HTMLCanvasElement, d: Drawing): void {
  const c = contextOf(canvas, d.width, d.height);
  if (!c) return;
  const plotWidth = d.width - margin.left - margin.right, plotHeight = d.height - margin.top - margin.bottom;
  const x = (at: number): number => margin.left + ((at - d.scale.from) / (d.scale.to - d.scale.from)) * plotWidth;
  const y = (value: number): number => margin.top + plotHeight - (Math.min(value, d.scale.top) / d.scale.top) * plotHeight;
  const area = { x: margin.left, y: margin.top, width: plotWidth, height: plotHeight };
  drawAxes(c, d, area, x, y);
  c.save();
  c.beginPath();
  c.rect(area.x, area.y - 2, area.width, area.height + 4);
  c.clip();
  for (const gap of d.gaps) hatch(c, Math.max(area.x, x(gap.from)), Math.min(area.x + area.width, x(gap.to)), area, d.colors.hatch);
  for (const [value, tone] of d.limits) {
    if (value < d.scale.top) dashed(c, area.x, area.x + area.width, Math.round(y(value)) + 0.5, d.colors[tone]);
  }
  for (let i = d.others.length - 1; i >= 0; i--) {
    const line = d.others[i];
    if (line) strokeLine(c, line, x, y);
  }
  drawSeries(c, d, x, y, area);
  if (d.zoom) {
    c.fillStyle = d.colors.line;
    c.globalAlpha = 0.16;
    c.fillRect(x(d.zoom.from), area.y, x(d.zoom.to) - x(d.zoom.from), area.height);
    c.globalAlpha = 1;
  }
  c.restore();
  drawCross(c, d, x, y, area);
}

/** What the axes of any chart need. */
export type Axes = Pick<Drawing, "height" | "scale" | "colors" | "font" | "formatY" | "formatX">;

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}
export type Project = (value: number) => number;

export function drawAxes(c: CanvasRenderingContext2D, d: Axes, area: Area, x: Project, y: Project): void {
  c.font = d.font;
  c.fillStyle = d.colors.text;
  c.lineWidth = 1;
  c.textAlign = "right";
  c.textBaseline = "middle";
  for (let value = 0; value <= d.scale.top + d.scale.step / 1000; value += d.scale.step) {
    const py = Math.round(y(value)) + 0.5;
    c.strokeStyle = value === 0 ? d.colors.axis : d.colors.grid;
    c.beginPath();
    c.moveTo(area.x, py);
    c.lineTo(area.x + area.width, py);
    c.stroke();
    c.fillText(d.formatY(value), area.x - 6, py);
  }
  c.textBaseline = "alphabetic";
  for (const at of timeTicks(d.scale.from, d.scale.to, area.width)) {
    const px = x(at);
    if (px > area.x + area.width - 4) continue;
    c.textAlign = px - area.x < 14 ? "left" : "center";
    c.fillText(d.formatX(at), px, d.height - 5);
  }
}

function drawSeries(c: CanvasRenderingContext2D, d: Drawing, x: Project, y: Project, area: Area): void {
  const bottom = area.y + area.height;
  for (const run of runsOf(d.samples, d.gaps)) {
    const first = run[0], last = run[run.length - 1];
    if (!first || !last) continue;
    const trace = (value: (s: Sample) => number): void =>
      run.forEach((s, i) => (i === 0 ? c.moveTo(x(s.at), y(value(s))) : c.lineTo(x(s.at), y(value(s)))));
    c.fillStyle = d.colors.line;
    c.globalAlpha = 0.09;
    c.beginPath();
    trace((s) => s.avg);
    c.lineTo(x(last.at), bottom);
    c.lineTo(x(first.at), bottom);
    c.fill();
    c.globalAlpha = 0.16;
    c.beginPath();
    trace((s) => s.max);
    for (let i = run.length - 1; i >= 0; i--) {
      const s = run[i];
      if (s) c.lineTo(x(s.at), y(s.min));
    }
    c.fill();
    c.globalAlpha = 1;
    c.strokeStyle = d.colors.line;
    c.lineWidth = 1.5;
    c.lineJoin = "round";
    c.beginPath();
    trace((s) => s.avg);
    c.stroke();
    if (run.length === 1) dot(c, x(first.at), y(first.avg), 1.5, d.colors.line, d.colors.line);
  }
}

function strokeLine(c: CanvasRenderingContext2D, line: Line, x: Project, y: Project): void {
  c.strokeStyle = line.color;
  c.lineWidth = 1.5;
  c.lineJoin = "round";
  c.setLineDash(line.dashed ? [5, 3] : []);
  for (const run of runsOf(line.samples, line.gaps)) {
    c.beginPath();
    run.forEach((s, i) => (i === 0 ? c.moveTo(x(s.at), y(s.avg)) : c.lineTo(x(s.at), y(s.avg))));
    c.stroke();
    const only = run.length === 1 ? run[0] : undefined;
    if (only) dot(c, x(only.at), y(only.avg), 1.5, line.color, line.color);
  }
  c.setLineDash([]);
}

function drawCross(c: CanvasRenderingContext2D, d: Drawing, x: Project, y: Project, area: Area): void {
  if (d.cross === null || d.cross < d.scale.from || d.cross > d.scale.to) return;
  const px = Math.round(x(d.cross)) + 0.5;
  c.strokeStyle = d.colors.cross;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(px, area.y);
  c.lineTo(px, area.y + area.height);
  c.stroke();
  for (const line of d.others) {
    const other = sampleAt(line.samples, line.gaps, d.cross);
    if (other) dot(c, px, y(other.avg), 3, line.color, d.colors.surface);
  }
  const s = sampleAt(d.samples, d.gaps, d.cross);
  if (s) dot(c, px, y(s.avg), 3.5, d.colors.line, d.colors.surface);
}

/** The sample that the cross-hair reads; none inside a gap. */
export function sampleAt(samples: readonly Sample[], gaps: readonly Gap[], at: number): Sample | null {
  if (gaps.some((g) => at > g.from && at < g.to)) return null;
  return nearest(samples, at);
}

function runsOf(samples: readonly Sample[], gaps: readonly Gap[]): Sample[][] {
  const ends = new Set(gaps.map((g) => g.from)), runs: Sample[][] = [];
  let run: Sample[] = [];
  for (const s of samples) {
    run.push(s);
    if (ends.has(s.at)) {
      runs.push(run);
      run = [];
    }
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

function hatch(c: CanvasRenderingContext2D, left: number, right: number, area: Area, color: string): void {
  if (right - left < 1) return;
  c.save();
  c.beginPath();
  c.rect(left, area.y, right - left, area.height);
  c.clip();
  c.strokeStyle = color;
  c.lineWidth = 1.5;
  c.beginPath();
  // Lines on one grid of the whole chart, so that neighbouring gaps look like one cloth.
  const bottom = area.y + area.height;
  for (let px = Math.floor((left - area.height) / 8) * 8; px < right; px += 8) {
    c.moveTo(px, bottom);
    c.lineTo(px + area.height, area.y);
  }
  c.stroke();
  c.restore();
}

function dashed(c: CanvasRenderingContext2D, from: number, to: number, py: number, color: string): void {
  c.save();
  c.setLineDash([3, 3]);
  c.strokeStyle = color;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(from, py);
  c.lineTo(to, py);
  c.stroke();
  c.restore();
}

function dot(c: CanvasRenderingContext2D, px: number, py: number, radius: number, fill: string, edge: string): void {
  c.beginPath();
  c.arc(px, py, radius, 0, Math.PI * 2);
  c.fillStyle = fill;
  c.fill();
  c.strokeStyle = edge;
  c.lineWidth = 1.5;
  c.stroke();
}
