// The canvas of a chart and what the pointer and the keys do on it: the cross-hair, and a drag that zooms.
import { type KeyboardEvent, type PointerEvent, type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { type Colors, type Gap, margin } from "../lib/chart";
import { clock, day } from "../lib/format";

interface Props {
  label: string;
  height: number;
  from: number;
  to: number;
  intervalMs: number;
  /** First and last time that has a value; `null` with nothing to draw. */
  reach: Gap | null;
  cross: number | null;
  onCross: (at: number | null) => void;
  onZoom: (window: Gap) => void;
  /** The time that the cross-hair takes when the pointer is at `at`. */
  snap: (at: number) => number;
  paint: (canvas: HTMLCanvasElement, box: HTMLElement, zoom: Gap | null) => void;
  empty?: ReactNode;
}

const zoomPxMin = 8;
const dayMs = 86_400_000;

export function Plot(props: Props): ReactElement {
  const { label, height, from, to, intervalMs, reach, cross, onCross, onZoom, snap } = props;
  const box = useRef<HTMLDivElement>(null), canvas = useRef<HTMLCanvasElement>(null), dragFrom = useRef<number | null>(null);
  const [zoom, setZoom] = useState<Gap | null>(null);
  const paint = useRef<() => void>(() => undefined);
  paint.current = () => {
    if (box.current && canvas.current && reach) props.paint(canvas.current, box.current, zoom);
  };
  useEffect(() => paint.current());
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const repaint = (): void => paint.current();
    const size = new ResizeObserver(repaint), theme = new MutationObserver(repaint);
    size.observe(element);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      size.disconnect();
      theme.disconnect();
    };
  }, []);
  const timeAt = (event: PointerEvent<HTMLDivElement>): number => {
    const area = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - area.left - margin.left) / Math.max(1, area.width - margin.left - margin.right);
    return from + Math.max(0, Math.min(1, share)) * (to - from);
  };
  const onMove = (event: PointerEvent<HTMLDivElement>): void => {
    const at = timeAt(event), start = dragFrom.current;
    onCross(snap(at));
    if (start !== null) setZoom(between(start, at));
  };
  const onDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    dragFrom.current = timeAt(event);
    // What the pointer does outside belongs to the drag too.
    event.currentTarget.setPointerCapture?.(event.pointerId);
  };
  const onUp = (event: PointerEvent<HTMLDivElement>): void => {
    const start = dragFrom.current, dragged = between(start ?? 0, timeAt(event));
    const wide = ((dragged.to - dragged.from) / (to - from)) * (box.current?.clientWidth ?? 0) >= zoomPxMin;
    if (start !== null && wide) onZoom(widened(dragged, Math.max(intervalMs * 2, 60_000)));
    endDrag();
    if (!isInside(event)) onCross(null);
  };
  const endDrag = (): void => {
    dragFrom.current = null;
    setZoom(null);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!reach) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key], quarter = (to - from) / 4;
    if (event.key === "Escape") onCross(null);
    else if (event.key === "Home") onCross(reach.from);
    else if (event.key === "End") onCross(reach.to);
    else if (event.key === "+" && quarter >= 60_000) {
      // As the drag does: half the time around the cross-hair.
      const middle = Math.max(from + quarter, Math.min(to - quarter, cross ?? (from + to) / 2));
      onZoom({ from: middle - quarter, to: middle + quarter });
    } else if (step !== undefined) onCross(snap(Math.max(from, Math.min(to, (cross ?? reach.to) + step * intervalMs))));
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      className="plot"
      style={{ height }}
      tabIndex={reach ? 0 : undefined}
      role="group"
      aria-label={label}
      onKeyDown={onKey}
      onPointerMove={onMove}
      onPointerDown={onDown}
      onPointerUp={onUp}
      onPointerCancel={() => {
        onCross(null);
        endDrag();
      }}
      onLostPointerCapture={endDrag}
      onPointerLeave={() => {
        if (dragFrom.current === null) onCross(null);
      }}
    >
      {reach ? <canvas ref={canvas} aria-hidden="true" /> : props.empty}
    </div>
  );
}

const between = (a: number, b: number): Gap => ({ from: Math.min(a, b), to: Math.max(a, b) });

function isInside({ currentTarget, clientX, clientY }: PointerEvent<HTMLDivElement>): boolean {
  const area = currentTarget.getBoundingClientRect();
  return clientX >= area.left && clientX <= area.right && clientY >= area.top && clientY <= area.bottom;
}

function widened({ from, to }: Gap, spanMin: number): Gap {
  const lack = Math.max(0, spanMin - (to - from)) / 2;
  return { from: from - lack, to: to + lack };
}

/** A time as the legend says it. */
export function timeText(at: number): string {
  return Date.now() - at < dayMs ? clock(at) : `${day(at).replace(/ \d+$/, "")} ${clock(at)}`;
}

/** Where a day begins, its date: at midnight, or later where the clocks leave midnight out. */
export function axisTime(at: number, from: number, to: number): string {
  const beginsDay = new Date(at).getDate() !== new Date(at - 1).getDate();
  return beginsDay && to - from > dayMs / 2 ? day(at).replace(/ \d+$/, "") : clock(at);
}

/** The value of a colour's token, as a canvas needs it. */
export const tokenOf = (element: Element, name: string): string => getComputedStyle(element).getPropertyValue(name).trim();

export function chartColors(element: Element, line: string): Colors {
  const style = getComputedStyle(element), read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    line: read(line),
    grid: read("--grid"),
    axis: read("--line-2"),
    text: read("--fg-3"),
    surface: read("--surface"),
    hatch: read("--line-2"),
    warning: read("--warn-solid"),
    critical: read("--crit-solid"),
    cross: read("--fg-2"),
  };
}

/** Large numbers of an axis, short. */
export function axisNumber(value: number): string {
  const short = (n: number): string => String(Math.round(n * 100) / 100);
  if (value >= 1e9) return `${short(value / 1e9)}G`;
  if (value >= 1e6) return `${short(value / 1e6)}M`;
  return value >= 1_000 ? `${short(value / 1_000)}k` : short(value);
}
