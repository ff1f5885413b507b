// Paints a field of cells on a canvas: one pass over ten thousand takes a few milliseconds.
import { contextOf } from "./chart";

export interface HeatColors {
  critical: string;
  warning: string;
  offline: string;
  unknown: string;
  healthy: string;
  scale: string;
  outlier: string;
  mark: string;
}

export interface HeatGrid {
  size: number;
  gap: number;
  perRow: number;
}

/** How large a cell is: a small fleet's are larger, and ten thousand fit on a screen. */
export function cellSize(serverCount: number): { size: number; gap: number } {
  if (serverCount <= 60) return { size: 26, gap: 2 };
  if (serverCount <= 200) return { size: 18, gap: 2 };
  if (serverCount <= 1_500) return { size: 13, gap: 2 };
  return serverCount <= 4_000 ? { size: 9, gap: 1 } : { size: 6, gap: 1 };
}

export const gridOf = ({ size, gap }: { size: number; gap: number }, width: number): HeatGrid => ({
  size,
  gap,
  perRow: Math.max(1, Math.floor((width + gap) / (size + gap))),
});

export const placeOf = (i: number, { size, gap, perRow }: HeatGrid): { x: number; y: number } => ({
  x: (i % perRow) * (size + gap),
  y: Math.floor(i / perRow) * (size + gap),
});

export const heightOf = (count: number, { size, gap, perRow }: HeatGrid): number => Math.max(1, Math.ceil(count / perRow)) * (size + gap) - gap;

/** The cell at a point; -1 between cells and beyond the last. */
export function cellAt(x: number, y: number, count: number, { size, gap, perRow }: HeatGrid): number {
  const column = Math.floor(x / (size + gap)), row = Math.floor(y / (size + gap));
  if (x < 0 || y < 0 || column >= perRow) return -1;
  const i = row * perRow + column;
  return i < count ? i : -1;
}

const stepAlphas = [0.16, 0.34, 0.54, 0.76, 1] as const;
/** Below this size a mark is a blot. */
const markSizeMin = 9;

type Paint = "critical" | "warning" | "offline" | "unknown" | "healthy" | "outlier" | 0 | 1 | 2 | 3 | 4;

export function drawHeat(canvas: HTMLCanvasElement, paints: readonly Paint[], grid: HeatGrid, width: number, colors: HeatColors): void {
  const c = contextOf(canvas, width, heightOf(paints.length, grid));
  if (!c) return;
  const { size } = grid, round = size >= 9 ? Math.min(4, size / 6) : 0;
  paints.forEach((paint, i) => {
    const { x, y } = placeOf(i, grid);
    if (paint === "unknown") {
      c.strokeStyle = colors.unknown;
      c.lineWidth = 1;
      c.setLineDash(size >= markSizeMin ? [2, 1.5] : []);
      c.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
      c.setLineDash([]);
      return;
    }
    c.globalAlpha = typeof paint === "number" ? stepAlphas[paint] : 1;
    c.fillStyle = typeof paint === "number" ? colors.scale : colors[paint];
    if (round > 0) {
      square(c, x, y, size, round);
      c.fill();
    } else c.fillRect(x, y, size, size);
    c.globalAlpha = 1;
    if (size >= markSizeMin) mark(c, paint, x, y, size, colors.mark);
  });
}

function square(c: CanvasRenderingContext2D, x: number, y: number, size: number, radius: number): void {
  c.beginPath();
  c.moveTo(x + radius, y);
  c.arcTo(x + size, y, x + size, y + size, radius);
  c.arcTo(x + size, y + size, x, y + size, radius);
  c.arcTo(x, y + size, x, y, radius);
  c.arcTo(x, y, x + size, y, radius);
  c.closePath();
}

/** The sign in a cell, so that colour is never alone: a cross, a bar, a dash, a ring. */
function mark(c: CanvasRenderingContext2D, paint: Paint, x: number, y: number, size: number, color: string): void {
  const at = (share: number): number => share * size;
  c.strokeStyle = color;
  c.lineWidth = Math.max(1.2, size / 8);
  c.lineCap = "round";
  c.beginPath();
  if (paint === "critical") {
    c.moveTo(x + at(0.31), y + at(0.31));
    c.lineTo(x + at(0.69), y + at(0.69));
    c.moveTo(x + at(0.69), y + at(0.31));
    c.lineTo(x + at(0.31), y + at(0.69));
  } else if (paint === "warning") {
    c.moveTo(x + at(0.5), y + at(0.26));
    c.lineTo(x + at(0.5), y + at(0.54));
    c.moveTo(x + at(0.5), y + at(0.75));
    c.lineTo(x + at(0.5), y + at(0.76));
  } else if (paint === "offline") {
    c.moveTo(x + at(0.29), y + at(0.5));
    c.lineTo(x + at(0.71), y + at(0.5));
  } else if (paint === "outlier") c.arc(x + at(0.5), y + at(0.5), at(0.2), 0, Math.PI * 2);
  else return;
  c.stroke();
}
