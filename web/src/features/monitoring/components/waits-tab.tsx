// What the server's sessions wait for: by category over time, stacked, and the largest types of the whole stretch.
import { type ReactElement, useMemo, useState } from "react";
import type { Server } from "../../../api/model";
import { Icon } from "../../../components/icon";
import { Empty, Failure, Panel, Skeleton, StaleBadge } from "../../../components/panel";
import { axisNumber, timeText } from "../../../components/plot";
import { SortHead, type SortState } from "../../../components/sort-head";
import { nearestRow, StackedChart } from "../../../components/stacked-chart";
import { csvText, fileName } from "../../../lib/csv";
import { count, decimal, quantity, thin } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { setSearch, useSearch } from "../../../lib/router";
import { saveText } from "../../../lib/save-file";
import { type StackRow, stackRows } from "../../../lib/stacked";
import { spanText } from "../../../lib/units";
import { useCollectors } from "../api/list-collectors";
import { useWaits, waitsKey } from "../api/read-waits";
import { isFixed, type TimeWindow, windowFrom, windowKey } from "../api/time-window";
import type { CollectorSummary, Waits, WaitType } from "../api/collector-types";
import { seriesColors } from "./chart-kinds";
import { StaleReading } from "./collector-words";
import { pointText } from "./samples";
import { EngineWaits } from "./engine-waits";
import { TimeWindowBar, zoomTo } from "./time-window-bar";
import { collectorsOf } from "./topics";
import { nothingIn, whyNoRows, whyNotCollected } from "./why-no-data";

export function WaitsTab({ server }: { server: Server }): ReactElement {
  return server.engine === "sqlserver" ? <TypedWaits server={server} /> : <EngineWaits server={server} />;
}

function TypedWaits({ server }: { server: Server }): ReactElement {
  const search = useSearch(), window = windowFrom(search, "6h"), benign = search.get("benign") === "true";
  const collectors = useCollectors(server.id).data ?? [], query = useWaits(server.id, window, benign), waits = query.data;
  const reading = collectorsOf("waits", collectors)[0], retry = (): void => void refetch(waitsKey(server.id, window, benign));
  return (
    <>
      <TimeWindowBar window={window} usual="6h">
        <label className="row">
          <input
            className="switch"
            type="checkbox"
            role="switch"
            checked={benign}
            onChange={(event) => setSearch({ benign: event.target.checked ? "true" : null })}
          />
          <span>Harmless waits too</span>
        </label>
        <span className="grow" />
        <StaleBadge query={query} />
        {reading && !isFixed(window) && <StaleReading collector={reading} />}
        {waits && <span className="m3 t12 hide8">1 point per {pointText(waits.interval)}</span>}
        <button
          className="btn sm"
          type="button"
          aria-disabled={!waits}
          onClick={() => waits && saveText(`${fileName(server.name, "waits", windowKey(window))}.csv`, waitsCsv(waits))}
        >
          <Icon name="download" />CSV
        </button>
      </TimeWindowBar>
      {!waits && (
        <section className="panel vflex tall" aria-label="Waits">
          {query.error ? <Failure what="Waits did not load" error={query.error} retry={retry} /> : <Skeleton lines={9} />}
        </section>
      )}
      {waits && (isEmpty(waits)
        ? (
          <section className="panel vflex tall" aria-label="Waits">
            <Empty icon="clock" title="No waits" text={whyNoWaits(server, window, collectors)} />
          </section>
        )
        : (
          <div className="col g3c">
            <CategoryPanel waits={waits} />
            <TopTypes waits={waits} benign={benign} />
          </div>
        ))}
    </>
  );
}

const isEmpty = (waits: Waits): boolean => waits.top.length === 0 && waits.categories.every((c) => c.points.every((p) => p[1] === null));

function whyNoWaits(server: Server, window: TimeWindow, collectors: readonly CollectorSummary[]): string {
  const never = whyNotCollected(server);
  if (never) return never;
  const own = collectorsOf("waits", collectors).find((c) => c.state !== "not_available");
  if (own && !own.enabled) return `${own.title} is switched off for this server, on the Collectors tab.`;
  if (own?.state === "no_permissions" || own?.state === "failed") return whyNoRows(server, own, "waits").text;
  const missing = server.unavailable.find((u) => /wait/i.test(u));
  if (missing) return `Not available here: ${missing}`;
  return nothingIn(window);
}

interface Category {
  name: string;
  color: string;
  /** Its mean over the stretch. */
  mean: number;
}

/** The largest lowest on the stack: what matters stands on the ground line. The colours follow the names, so that a category keeps its own. */
export function stackOf(waits: Waits): { categories: readonly Category[]; rows: readonly StackRow[] } {
  const list = waits.categories.map((c) => {
    const values = c.points.flatMap((p) => (p[1] === null ? [] : [p[1]]));
    return { ...c, mean: values.reduce((a, b) => a + b, 0) / Math.max(1, values.length) };
  }).sort((a, b) => b.mean - a.mean);
  const colored = list.slice(0, seriesColors.length).map((c) => c.name).sort();
  return {
    // More than there are colours are grey: a colour that two share says nothing.
    categories: list.map(({ name, mean }) => ({ name, mean, color: seriesColors[colored.indexOf(name)] ?? "--fg-3" })),
    rows: stackRows(list.map((c) => c.points.map(([at, v]) => [Date.parse(at), v] as const))),
  };
}

function CategoryPanel({ waits }: { waits: Waits }): ReactElement {
  const { categories, rows } = useMemo(() => stackOf(waits), [waits]), [cross, setCross] = useState<number | null>(null);
  const row = cross === null ? null : nearestRow(rows, cross);
  const values = categories.map((c, i) => (row ? row.values[i] ?? null : c.mean)), total = values.reduce<number>((a, v) => a + (v ?? 0), 0);
  return (
    <Panel title="Wait time by category" sub="milliseconds waited per second, all sessions">
      <div className="stackbox">
        <div className="stackplot">
          <StackedChart
            label={`Waits by category: ${categories.length} categories, ${rows.length} points. The arrow keys read values, + zooms.`}
            series={categories}
            rows={rows}
            from={Date.parse(waits.from)}
            to={Date.parse(waits.to)}
            intervalMs={waits.interval * 1_000}
            formatAxis={(v) => (v === 0 ? "0" : axisNumber(v))}
            cross={cross}
            onCross={setCross}
            onZoom={zoomTo}
            height={240}
          />
        </div>
        <table className="tbl xd plain stackkey" aria-label="Waits by category" aria-live={cross === null ? "off" : "polite"}>
          <thead>
            <tr>
              <th>{row ? timeText(row.at) : "Mean"}</th>
              <th className="num">ms/s</th>
              <th className="num">Share</th>
            </tr>
          </thead>
          <tbody>
            {categories.map((c, i) => (
              <tr key={c.name}>
                <td>
                  <i className={`sw ${c.color.slice(2)}`} aria-hidden="true" />
                  {c.name}
                </td>
                <td className="num">{values[i] === null ? "–" : quantity(values[i] ?? 0)}</td>
                <td className="num">{total > 0 ? `${decimal(((values[i] ?? 0) / total) * 100)}${thin}%` : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

type Column = "type" | "category" | "wait" | "rate" | "signal" | "tasks";

const valueOf: Readonly<Record<Column, (w: WaitType) => string | number | null>> = {
  type: (w) => w.type,
  category: (w) => w.category,
  wait: (w) => w.waitMs,
  rate: (w) => w.msPerSecond,
  signal: (w) => (w.signalMs === null || w.waitMs <= 0 ? null : w.signalMs / w.waitMs),
  tasks: (w) => w.waitingTasks,
};

function TopTypes({ waits, benign }: { waits: Waits; benign: boolean }): ReactElement {
  const [sort, setSort] = useState<SortState<Column>>({ key: "wait", order: "desc" });
  const rows = useMemo(() => {
    const value = valueOf[sort.key], sign = sort.order === "asc" ? 1 : -1;
    return [...waits.top].sort((a, b) => ((value(a) ?? -1) < (value(b) ?? -1) ? -sign : (value(a) ?? -1) > (value(b) ?? -1) ? sign : 0));
  }, [waits, sort]);
  const total = waits.totalMs;  // of all types, not of those that are named
  return (
    <Panel
      title="Top wait types"
      sub="of the whole stretch of time"
      foot={<span>{benign ? "With waits that are harmless by their nature." : "Harmless waits are left out."}</span>}
    >
      <div className="sx" tabIndex={0} role="region" aria-label="Wait types table">
        <table className="tbl xd" aria-label="Top wait types">
          <thead>
            <tr>
              <SortHead label="Type" column="type" sort={sort} onSort={setSort} />
              <SortHead label="Category" column="category" sort={sort} onSort={setSort} />
              <SortHead label="Waited" column="wait" sort={sort} onSort={setSort} numeric />
              <th className="num">Share</th>
              <SortHead label="ms/s" column="rate" sort={sort} onSort={setSort} numeric />
              <SortHead label="For a CPU" column="signal" sort={sort} onSort={setSort} numeric title="The part of the wait that went by until a CPU was free" />
              <SortHead label="Waits" column="tasks" sort={sort} onSort={setSort} numeric />
            </tr>
          </thead>
          <tbody>
            {rows.map((w) => (
              <tr key={w.type}>
                <td className="mono">
                  {w.type}
                  {w.isBenign && <span className="m3">{" harmless"}</span>}
                </td>
                <td>{w.category}</td>
                <td className="num">{spanText(w.waitMs)}</td>
                <td className="num">{total > 0 ? `${decimal((w.waitMs / total) * 100)}${thin}%` : "–"}</td>
                <td className="num">{w.msPerSecond === null ? "–" : quantity(w.msPerSecond)}</td>
                <td className="num">{w.signalMs === null || w.waitMs <= 0 ? "–" : `${decimal((w.signalMs / w.waitMs) * 100)}${thin}%`}</td>
                <td className="num">{w.waitingTasks === null ? "–" : count(w.waitingTasks)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function waitsCsv(waits: Waits): string {
  return csvText(
    ["time", "category", "ms per second"],
    waits.categories.flatMap((c) => c.points.map(([at, value]) => [at, c.name, value])),
  );
}
