// What a cell of the fleet's map says, and in which colour: by health, by a limit that is crossed, or by where its value lies among all.
import type { Health, ServerHealth, Thresholds } from "../../../api/model";
import { levelOf } from "../../../components/bars";
import { healthWords } from "../../../components/status";
import { percent, quantity } from "../../../lib/format";

export type ColorBy = "status" | "cpu" | "memory" | "connections" | "batches";

export const colorChoices: readonly (readonly [ColorBy, string])[] = [
  ["status", "Health"],
  ["cpu", "CPU"],
  ["memory", "Memory"],
  ["connections", "Connections"],
  ["batches", "Requests"],
];
const words: Readonly<Record<ColorBy, string>> = { status: "Health", cpu: "CPU", memory: "Memory", connections: "Connections", batches: "Requests/s" };

/** A status, a step of the scale (0 quiet, 4 strong), or a value far outside of what is usual in this fleet. */
export type Paint = Health | 0 | 1 | 2 | 3 | 4 | "outlier";
export type Step = 0 | 1 | 2 | 3 | 4;

export interface HeatCell {
  server: ServerHealth;
  paint: Paint;
  label: string;
}

/** Upper edges of the four lower steps, and from where a value is an outlier; `null` where there are too few values to say. */
export interface HeatScale {
  edges: readonly number[];
  outlierAbove: number | null;
}

export function valueOf(s: ServerHealth, by: ColorBy): number | null {
  switch (by) {
    case "status":
      return null;
    case "cpu":
      return s.cpuPercent;
    case "memory":
      return s.memoryPercent;
    case "connections":
      return s.connectionCount;
    case "batches":
      return s.batchRequestsSec;
  }
}

export const valueText = (value: number | null, by: ColorBy): string =>
  value === null ? "no value" : by === "cpu" || by === "memory" ? percent(value) : by === "batches" ? `${quantity(value)}/s` : quantity(value);

/** Fewer values have no usual range. */
const outlierCountMin = 8;

export function scaleOf(servers: readonly ServerHealth[], by: ColorBy, thresholds: Thresholds): HeatScale {
  if (by === "status") return { edges: [], outlierAbove: null };
  if (by === "cpu" || by === "memory") {
    const limit = (by === "cpu" ? thresholds.cpuPercent : thresholds.memoryPercent).warning;
    return { edges: [0.2, 0.4, 0.6, 0.8].map((share) => share * limit), outlierAbove: null };
  }
  const values = servers.flatMap((s) => valueOf(s, by) ?? []).sort((a, b) => a - b);
  const at = (share: number): number => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
  // Tukey's far fence: three times the spread of the middle half above it.
  const fence = at(0.75) + 3 * Math.max(at(0.75) - at(0.25), at(0.5) * 0.1);
  return { edges: [0.2, 0.4, 0.6, 0.8].map(at), outlierAbove: values.length >= outlierCountMin ? fence : null };
}

export function cellOf(server: ServerHealth, by: ColorBy, thresholds: Thresholds, scale: HeatScale): HeatCell {
  const { name, status } = server;
  if (by === "status") {
    const why = server.reasons.length > 0 ? `. ${server.reasons.join(", ")}` : "";
    return { server, paint: status, label: `${name}: ${healthWords[status]}${why}` };
  }
  const value = valueOf(server, by), label = `${name}: ${words[by]} ${valueText(value, by)}`;
  if (value === null) return { server, paint: status === "offline" ? "offline" : "unknown", label };
  if (by === "cpu" || by === "memory") {
    const level = levelOf(value, by === "cpu" ? thresholds.cpuPercent : thresholds.memoryPercent);
    if (level) return { server, paint: level, label };
  }
  if (scale.outlierAbove !== null && value > scale.outlierAbove) return { server, paint: "outlier", label: `${label}, far above the others` };
  return { server, paint: stepOf(value, scale.edges), label };
}

function stepOf(value: number, edges: readonly number[]): Step {
  const at = edges.findIndex((edge) => value < edge);
  return (at < 0 ? 4 : at) as Step;
}
