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
