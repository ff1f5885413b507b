// Amounts that add up, over time: the areas, and a table beside them that is legend and readable copy at once.
import { type ReactElement, type ReactNode, useMemo } from "react";
import type { Gap } from "../lib/chart";
import { drawStack, type StackRow, stackScale } from "../lib/stacked";
import { axisTime, chartColors, Plot, tokenOf } from "./plot";

export interface StackSeries {
  name: string;
  /** The token of its colour. */
  color: string;
}

interface Props {
  label: string;
  /** The order of the stack: the first is the lowest. */
  series: readonly StackSeries[];
  rows: readonly StackRow[];
  from: number;
  to: number;
  intervalMs: number;
  formatAxis: (value: number) => string;
  cross: number | null;
  onCross: (at: number | null) => void;
  onZoom: (window: Gap) => void;
  height?: number;
  empty?: ReactNode;
}

export function StackedChart(props: Props): ReactElement {
  const { label, series, rows, from, to, intervalMs, cross, onCross, onZoom, height = 220 } = props;
  const scale = useMemo(() => stackScale(rows, from, to), [rows, from, to]), first = rows[0], last = rows[rows.length - 1];
  return (
    <Plot
      label={label}
      height={height}
      from={from}
      to={to}
      intervalMs={intervalMs}
      reach={first && last ? { from: Math.max(from, first.at), to: Math.min(to, last.at) } : null}
      cross={cross}
      onCross={onCross}
      onZoom={onZoom}
      snap={(at) => nearestRow(rows, at)?.at ?? at}
      paint={(canvas, box, zoom) =>
        drawStack(canvas, {
          width: box.clientWidth,
          height,
          rows,
          scale,
          fills: series.map((s) => tokenOf(box, s.color)),
          intervalMs,
          cross,
          zoom,
          colors: chartColors(box, "--c1"),
          font: `11px ${getComputedStyle(box).fontFamily}`,
          formatY: props.formatAxis,
          formatX: (at) => axisTime(at, from, to),
        })}
      empty={props.empty}
    />
  );
}

export function nearestRow(rows: readonly StackRow[], at: number): StackRow | null {
  let best: StackRow | null = null;
  for (const row of rows) if (!best || Math.abs(row.at - at) < Math.abs(best.at - at)) best = row;
  return best;
}
