// Small pictures of numbers. Sizes that come from data are SVG attributes, never styles.
import { memo, type ReactElement } from "react";
import type { Health } from "../api/model";
import { percent } from "../lib/format";
import { healthOrder, healthWords } from "./status";

export interface WarnCrit {
  warning: number;
  critical: number;
}

/** As health is judged: a value at a limit is still below it. */
export function levelOf(value: number | null, limit: WarnCrit): "" | "warning" | "critical" {
  if (value === null || value <= limit.warning) return "";
  return value > limit.critical ? "critical" : "warning";
}

/** Grey until a limit is crossed. No value is a dash, never 0. */
export const PercentBar = memo(
  function PercentBar({ value, limit, what }: { value: number | null; limit: WarnCrit; what: string }): ReactElement {
    if (value === null) return <span className="m3" title="No value collected">–</span>;
    return (
      <span className={`mb ${levelOf(value, limit)}`}>
        <i>
          <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect width={Math.max(0, Math.min(100, value))} height="6" />
          </svg>
        </i>
        <b title={`${what} ${value} %`}>{percent(value)}</b>
      </span>
    );
  },
);

/** One bar of all servers of a group, the worst first. */
export function StackBar({ counts }: { counts: Readonly<Record<Health, number>> }): ReactElement {
  const total = healthOrder.reduce((sum, h) => sum + counts[h], 0);
  let x = 0;
  const words = healthOrder.filter((h) => counts[h] > 0).map((h) => `${counts[h]} ${healthWords[h].toLowerCase()}`).join(", ");
  return (
    <span className="stack" title={words}>
      <svg viewBox={`0 0 ${Math.max(1, total)} 8`} preserveAspectRatio="none" role="img" aria-label={words || "no servers"}>
        {healthOrder.map((h) => {
          const from = x;
          x += counts[h];
          return counts[h] > 0 ? <rect key={h} className={h} x={from} width={counts[h]} height="8" /> : null;
        })}
      </svg>
    </span>
  );
}

/** The last 24 hours on its own scale; a dashed tail where data ends. It stands beside its number. */
export const Sparkline = memo(function Sparkline({ values, level, label, width = 84, height = 20 }: {
  values: readonly (number | null)[];
  level: "" | "warning" | "critical";
  label: string;
  width?: number;
  height?: number;
}): ReactElement {
  const known = values.filter((v): v is number => v !== null);
  if (known.length === 0) return <span className="m3 t11">No data</span>;
  const low = Math.min(...known), high = Math.max(...known, low + 1);
  const x = (i: number): number => (i / Math.max(1, values.length - 1)) * (width - 4) + 1;
  const y = (v: number): number => height - 2 - ((v - low) / (high - low)) * (height - 5);
  let line = "", pen = false, last = -1;
  values.forEach((v, i) => {
    if (v === null) {
      pen = false;
      return;
    }
    line += `${pen ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
    pen = true;
    last = i;
  });
  const whole = known.length === values.length;
  return (
    <svg className="spark" data-s={level} width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {whole && <path className="a" d={`${line}L${x(values.length - 1).toFixed(1)} ${height}L1 ${height}Z`} />}
      <path d={line} />
      {last === values.length - 1
        ? <circle cx={x(last)} cy={y(values[last] ?? low)} r="1.8" />
        : <path className="gap" d={`M${x(last).toFixed(1)} ${height / 2}H${width - 2}`} />}
    </svg>
  );
});
