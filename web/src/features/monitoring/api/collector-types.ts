// The shapes of collectors and changes, from the API's types; of series, waits and comparison by hand until api/openapi.yaml has them.
import type { EngineKind, Health } from "../../../api/model";
import type { CollectorStatus, CollectorTable, ServerChange } from "../../../api/types";

export type CollectorSummary = CollectorStatus;
export type CollectorDetail = CollectorTable;
export type CollectorState = CollectorStatus["state"];
export type CollectorColumn = CollectorTable["columns"][number];
export type ColumnKind = CollectorColumn["kind"];
export type Cell = string | number | boolean | null;
export type Row = readonly Cell[];

/** The rows of one run, where each run's rows are kept. */
export interface CollectorRun {
  collectedAt: string;
  rows: readonly Row[];
}

/** Its values are those of cells. */
export type ConfigurationChange = Omit<ServerChange, "labels" | "before" | "after"> & {
  labels: Readonly<Record<string, string | null>>;
  before: Readonly<Record<string, Cell>>;
  after: Readonly<Record<string, Cell>>;
};

export type SeriesPoint = readonly [at: string, avg: number | null, min: number | null, max: number | null];

export interface LabelledSeries {
  metric: string;
  kind: "gauge" | "counter";
  unit: string;
  labels: Readonly<Record<string, string>>;
  interval: number;
  from: string;
  to: string;
  points: readonly SeriesPoint[];
}

export interface WaitType {
  type: string;
  category: string;
  isBenign: boolean;
  waitMs: number;
  signalMs: number | null;
  waitingTasks: number | null;
  msPerSecond: number | null;
}

export interface Waits {
  interval: number;
  from: string;
  to: string;
  categories: readonly { name: string; points: readonly (readonly [at: string, msPerSecond: number | null])[] }[];
  top: readonly WaitType[];
}

export interface ComparedServer {
  serverId: string;
  name: string;
  health: Health;
  engine?: EngineKind;
  value: number | null;
  collectedAt: string | null;
}

export interface MetricType {
  name: string;
  unit: string;
  description: string;
  kind?: "gauge" | "counter";
}
