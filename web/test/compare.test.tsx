// What a stretch is compared with stands in the table and in the file, as the dashed line stands in the chart.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { json } from "./dom";

const { createRoot } = await import("react-dom/client");
const { act } = await import("react-dom/test-utils");
const { navigate } = await import("../src/lib/router");
const { put } = await import("../src/lib/query");
const { MetricsTab } = await import("../src/features/monitoring/components/metrics-tab");
const { besideRows } = await import("../src/features/monitoring/components/metrics-table");
const { metricsCsv } = await import("../src/features/monitoring/components/metrics-csv");
const { metricsKey } = await import("../src/features/monitoring/api/read-metrics");
const { seriesKey } = await import("../src/features/monitoring/api/read-series");
const { seriesTop } = await import("../src/features/monitoring/components/series-chart");

let root: ReturnType<typeof createRoot> | undefined;
afterEach(() => act(() => root?.unmount()));
const dayMs = 86_400_000, noon = Date.parse("2026-03-17T12:00:00Z"), iso = (ms: number): string => new Date(ms).toISOString();
const sample = (at: number, avg: number): Parameters<typeof besideRows>[1]["samples"][number] => ({ at, avg, min: avg, max: avg });

test("an earlier value stands at the row nearest to it, and at its own time where there is no row", () => {
  const times = [0, 60, 120, 180].map((s) => ({ at: s * 1_000 })), intervalMs = 60_000;
  // At half a minute between the rows now this side is nearer, now that: no row stays without.
  const samples = [sample(29_000, 1), sample(91_000, 2), sample(150_000, 3), sample(600_000, 4)];
  assert.deepEqual(besideRows(times, { samples, intervalMs }).map((s) => [s.at / 1_000, s.avg]), [[0, 1], [60, 1], [120, 2], [180, 3], [600, 4]]);
  assert.deepEqual(besideRows([], { samples, intervalMs }).length, 4);
});

test("with a comparison the tables have the earlier values beside each metric, by day", async () => {
  const point = (at: number, value: number): unknown => [iso(at), value, value, value];
  globalThis.fetch = (input: RequestInfo | URL): Promise<Response> => {
    const url = new URL(String(input), "http://localhost"), from = Date.parse(url.searchParams.get("from") ?? "");
    if (Number.isNaN(from)) return Promise.resolve(json([], 200));
    const earlier = from < noon - dayMs / 2, add = earlier ? 70 : 0;
    const base = { interval: 60, from: iso(from), to: iso(from + 3_600_000) };
    // Yesterday it was read some seconds later, and a minute longer.
    const points = earlier ? [point(from + 307_000, 11 + add), point(from + 667_000, 12 + add)] : [point(from + 300_000, 11)];
    if (url.pathname.endsWith("/metrics")) {
      return Promise.resolve(json(url.searchParams.getAll("metric").map((metric) => ({ ...base, metric, unit: "percent", points })), 200));
    }
    return Promise.resolve(json([{ ...base, metric: "deadlocks", kind: "gauge", unit: "count", labels: { database: "sales" }, points }], 200));
  };
  navigate(`/servers/s?from=${iso(noon)}&to=${iso(noon + 3_600_000)}&view=table&compare=day&metric=deadlocks`);
  const place = document.getElementById("root");
  if (!place) throw new Error("no root");
  root = createRoot(place);
  const server = { id: "s", name: "S", engine: "sqlserver", status: "online" } as unknown as Parameters<typeof MetricsTab>[0]["server"];
  await act(async () => {
    root?.render(<MetricsTab server={server} />);
    for (let i = 0; i < 12; i++) await new Promise((done) => setTimeout(done, 0));
  });
  const cells = (label: string, part: string): string[][] =>
    [...place.querySelectorAll(`table[aria-label="${label}"] ${part} tr`)].map((r) => [...r.children].slice(1).map((c) => c.textContent?.replace("\u202f", " ") ?? ""));
  assert.deepEqual(cells("Metric values", "thead")[0]?.slice(0, 4), ["CPU, %", "CPU, %, yesterday", "Memory, %", "Memory, %, yesterday"]);
  assert.deepEqual(cells("Metric values", "tbody").map((r) => r.slice(0, 2)), [["–", "82 %"], ["11 %", "81 %"]]);
  assert.deepEqual(cells("Deadlocks", "thead"), [["sales", "sales, yesterday"]]);
  assert.deepEqual(cells("Deadlocks", "tbody"), [["–", "82"], ["11", "81"]]);
});

test("the file has the earlier stretch too, at its own times, and no row twice", () => {
  const week = { range: "7d" } as const, hour = 3_600_000;
  const points = (...hours: number[]): unknown[] => hours.map((h) => [iso(noon + h * hour), h, h, h]);
  put(metricsKey("csv", week, ["cpu"]), [{ metric: "cpu", unit: "percent", points: points(-24, 0) }]);
  put(metricsKey("csv", week, ["cpu"], dayMs), [{ metric: "cpu", unit: "percent", points: points(-48, -24) }]);
  const series = (labels: object, ...hours: number[]): unknown => ({ metric: "reads", unit: "count", labels, points: points(...hours) });
  put(seriesKey("csv", "reads", week, seriesTop), { series: [series({ file: "a" }, 0), series({ file: "b" }, 0)], total: 2 });
  put(seriesKey("csv", "reads", week, seriesTop, dayMs), { series: [series({ file: "a" }, -24, 0)], total: 1 });
  const rows = (shiftMs?: number): string[] =>
    metricsCsv("csv", week, ["cpu"], ["reads"], shiftMs).trim().split("\r\n").slice(1).map((line) => {
      const [time = "", metric, labels] = line.split(",");
      return `${metric} ${labels} ${(Date.parse(time) - noon) / hour}`.replace("  ", " ");
    });
  assert.deepEqual(rows(), ["cpu -24", "cpu 0", "reads a 0", "reads b 0"]);
  assert.deepEqual(rows(dayMs), ["cpu -24", "cpu 0", "reads a 0", "reads b 0", "cpu -48", "reads a -24"]);
});
