// The shapes of readings, from the API's types; of series by hand until api/openapi.yaml has them.
import type { CollectorStatus, CollectorTable, EngineKind, ServerChange, ServerValue, Waits } from "../../../api/types";

export type { Waits } from "../../../api/types";
/** Whether what is shown was read longer ago than its pace allows. Left out by an older server: not known to be stale. */
interface Staleness {
  isStale?: boolean;
}
export type CollectorSummary = CollectorStatus & Staleness;
export type CollectorDetail = CollectorTable & Staleness;
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

export type WaitType = Waits["top"][number];
export type ComparedServer = ServerValue;

export interface MetricType {
  name: string;
  unit: string;
  description: string;
  kind?: "gauge" | "counter";
  /** Whose metric it is; `null`: of the whole server, as every collection has it. */
  collector?: string | null;
  engines?: readonly EngineKind[];
  labels?: readonly string[];
}
