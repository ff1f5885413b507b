// One metric over the fleet: the servers with the most (or the least) of it, beside each other.
import { type ReactElement, useState } from "react";
import { useGroups } from "../../../api/list-groups";
import { Ago } from "../../../components/ago";
import { Segmented } from "../../../components/bits";
import { Combo } from "../../../components/combo";
import { Icon } from "../../../components/icon";
import { Empty, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { HealthStatus } from "../../../components/status";
import { csvText, fileName } from "../../../lib/csv";
import { plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link, setSearch, useSearch } from "../../../lib/router";
import { saveText } from "../../../lib/save-file";
import { rateUnit, unitWord, withUnit } from "../../../lib/units";
import { compareKey, type Comparison, useComparison } from "../api/compare-metric";
import { useMetricTypes } from "../api/list-metric-types";
import type { ComparedServer, MetricType } from "../api/collector-types";
import { coreMetrics, metricTitle } from "./chart-kinds";

const tops = ["10", "20", "50", "100"] as const;
type Top = (typeof tops)[number];
const usualMetric = "cpu_percent";

export function ComparePage(): ReactElement {
  const search = useSearch(), types = useMetricTypes(), groups = useGroups().data ?? [];
  const metric = search.get("metric") ?? usualMetric, type = types.data?.find((t) => t.name === metric);
  const top: Top = tops.find((t) => t === search.get("top")) ?? "20", order = search.get("order") === "asc" ? "asc" : "desc";
  const wanted: Comparison = { metric, top: Number(top), order, group: search.get("group") ?? "" }, isComparable = coreMetrics.has(metric);
  const query = useComparison(isComparable ? wanted : null);
  const unit = unitOf(type), rows = query.data?.servers ?? [], total = query.data?.total ?? null, known = rows.filter((r) => r.value !== null);
  return (
    <>
      <PageHead
        title="Compare servers"
        sub={query.data
          ? `${metricTitle(metric)}${unit ? `, ${unitWord(unit)}` : ""}: the ${order === "desc" ? "largest" : "smallest"} ${known.length}${
            total !== null && total > rows.length ? ` of ${plural(total, "server")}` : ""
          }`
          : "One metric over the fleet"}
      >
        <StaleBadge query={query} />
        <button
          className="btn"
          type="button"
          aria-disabled={rows.length === 0}
          onClick={() => rows.length > 0 && saveText(`${fileName("compare", metric)}.csv`, comparisonCsv(metric, unit, rows))}
        >
          <Icon name="download" />Export CSV
        </button>
      </PageHead>
      <div className="toolbar">
        <MetricChoice types={types.data ?? []} metric={metric} />
        <Segmented
          label="Order"
          value={order}
          choices={[["desc", "Largest"], ["asc", "Smallest"]]}
          onValue={(value) => setSearch({ order: value === "desc" ? null : value })}
        />
        <Segmented label="How many" value={top} choices={tops.map((t) => [t, t] as const)} onValue={(value) => setSearch({ top: value })} />
        {groups.length > 0 && (
          <select className="input short" aria-label="Of the group" value={wanted.group} onChange={(event) => setSearch({ group: event.target.value })}>
              <option value="">All groups</option>
              {groups.map((g) => <option key={g.id} value={g.id}>{g.name}</option>)}
            </select>
        )}
      </div>
      <section className="panel vflex tall" aria-label="Comparison" aria-busy={isComparable && query.loading && !query.data}>
        {!isComparable && (
          <Empty
            icon="bar-chart-line"
            title={`${metricTitle(metric)} cannot be compared`}
            text={`A server has many values of it, or none of its own. These can be: ${[...coreMetrics].map(metricTitle).join(", ")}.`}
          />
        )}
        {isComparable && <QueryView query={query} what="The comparison did not load" retry={() => void refetch(compareKey(wanted))} lines={10}>
          {() => known.length === 0
            ? (
              <Empty
                icon="bar-chart-line"
                title="No server has a value"
                text={`${metricTitle(metric)} was not collected ${wanted.group ? "in this group" : "from any server"} so far.`}
              />
            )
            : <ComparisonTable rows={rows} unit={unit} />}
        </QueryView>}
      </section>
    </>
  );
}

/** A core metric is a rate already; of a counter its rate is compared. */
const unitOf = (type: MetricType | undefined): string | null =>
  type === undefined ? null : type.kind === "counter" && !coreMetrics.has(type.name) ? rateUnit(type.unit) : type.unit;

function MetricChoice({ types, metric }: { types: readonly MetricType[]; metric: string }): ReactElement {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <div className="metricpick">
      <Combo
        label="Metric"
        bare
        placeholder="Metric"
        typed={typed ?? metricTitle(metric)}
        onTyped={setTyped}
        // What has labels has many values a server: only the whole server's are compared.
        choices={types.filter((t) => coreMetrics.has(t.name)).map((t) => ({ value: t.name, text: metricTitle(t.name), note: unitWord(t.unit) }))}
        onPick={(value) => {
          setTyped(null);
          setSearch({ metric: value });
        }}
        onBlur={() => setTyped(null)}
      />
    </div>
  );
}

function ComparisonTable({ rows, unit }: { rows: readonly ComparedServer[]; unit: string | null }): ReactElement {
  const most = Math.max(...rows.map((r) => Math.abs(r.value ?? 0)), unit === "percent" ? 100 : 0) || 1;
  return (
    <div className="sx" tabIndex={0} role="region" aria-label="Comparison table">
      <table className="tbl dense" aria-label="Comparison">
        <thead>
          <tr>
            <th className="num">#</th>
            <th>Server</th>
            <th>Health</th>
            <th className="w-cmp">
              <span className="vh">Share of the largest</span>
            </th>
            <th className="num">Value</th>
            <th className="end">Collected</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={r.serverId}>
              <td className="num m3">{i + 1}</td>
              <td>
                <Link className="srv ell cell1" title={r.name} href={`/servers/${r.serverId}?tab=metrics`}>{r.name}</Link>
              </td>
              <td>
                <HealthStatus health={r.health} />
              </td>
              <td>
                <svg className="cmpbar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={r.value === null ? 0 : Math.max(0, Math.min(100, (Math.abs(r.value) / most) * 100))} height="8" />
                </svg>
              </td>
              <td className="num">{r.value === null ? <span className="m3" title="No value collected">–</span> : withUnit(r.value, unit)}</td>
              <td className="end m3">
                <Ago at={r.collectedAt} form="age" none="–" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function comparisonCsv(metric: string, unit: string | null, rows: readonly ComparedServer[]): string {
  const head = ["server", "health", `${metric}${unit ? ` (${unit})` : ""}`, "collected"];
  return csvText(head, rows.map((r) => [r.name, r.health, r.value, r.collectedAt]));
}
