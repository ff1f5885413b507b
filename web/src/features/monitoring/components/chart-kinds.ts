export interface ChartKind {
  metric: string;
  title: string;
  unit: string;
  color: string;
  percent: boolean;
  limit: "cpuPercent" | "memoryPercent" | null;
}

export const chartKinds: readonly ChartKind[] = [
  { metric: "cpu", title: "CPU", unit: "% of all cores", color: "--c1", percent: true, limit: "cpuPercent" },
  { metric: "memory", title: "Memory", unit: "% in use", color: "--c4", percent: true, limit: "memoryPercent" },
  { metric: "connections", title: "Connections", unit: "open sessions", color: "--c3", percent: false, limit: null },
  { metric: "batch_requests_sec", title: "Batch requests", unit: "per second", color: "--c7", percent: false, limit: null },
];

/** The names that the four charts above have in the list of metrics. */
export const shownMetrics: ReadonlySet<string> = new Set(["cpu_percent", "memory_percent", "connection_count", "batch_requests_sec"]);

/** Metrics of the whole server, which `/metrics` has; all others are series with labels, which `/series` has. */
export const coreMetrics: ReadonlySet<string> = new Set([
  ...shownMetrics,
  "disk_io_reads",
  "disk_io_writes",
  "wait_time_ms",
  "engine_cpu_percent",
  "memory_total_bytes",
  "memory_used_bytes",
  "page_life_expectancy_seconds",
  "cache_hit_percent",
  "own_cpu_ms",
]);

export const seriesColors = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8"] as const;

const wholeWords: Readonly<Record<string, string>> = { cpu: "CPU", io: "IO", ms: "", bytes: "", percent: "", seconds: "", tempdb: "tempdb" };

/** `file_read_stall_ms` reads "File read stall": the unit stands beside it. */
export function metricTitle(metric: string): string {
  const words = metric.split("_").map((w, i, all) => (i === 0 && all.length === 1 ? w : wholeWords[w] ?? w)).filter(Boolean).join(" ");
  const text = words || metric;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
