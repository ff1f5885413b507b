// Every collector of a server: what it reads, how its last run went, what DbTools itself costs; one of them with all its rows.
import { type ReactElement, useMemo } from "react";
import type { Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Icon } from "../../../components/icon";
import { Empty, Panel, QueryView, StaleBadge } from "../../../components/panel";
import { count, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { setSearch, useSearch } from "../../../lib/router";
import { spanText } from "../../../lib/units";
import { collectorsKey, useCollectors } from "../api/list-collectors";
import { useMetrics } from "../api/read-metrics";
import type { CollectorSummary } from "../api/collector-types";
import { CollectorPanel } from "./collector-panel";
import { CollectorCondition, isWell, stateOrder } from "./collector-words";
import { samplesOf } from "./samples";
import { cadenceText, whyNotCollected } from "./why-no-data";

export function CollectorsTab({ server }: { server: Server }): ReactElement {
  const query = useCollectors(server.id), chosen = useSearch().get("collector"), never = whyNotCollected(server);
  const one = query.data?.find((c) => c.name === chosen);
  if (one) return <OneCollector server={server} collector={one} />;
  return (
    <div className="col g3c mt3">
      {query.data && query.data.length > 0 && <OwnCost server={server} collectors={query.data} />}
      <Panel title="Collectors" sub={never ?? "what is read, how often, and how it went"} tools={<StaleBadge query={query} />}>
        <QueryView query={query} what="The collectors did not load" retry={() => void refetch(collectorsKey(server.id))} lines={8}>
          {(list) => (list.length === 0
            ? <Empty icon="inbox" title="No collectors" text="This engine has none yet: DbTools reads the four values of the Metrics tab only." />
            : <List collectors={list} />)}
        </QueryView>
      </Panel>
    </div>
  );
}

function List({ collectors }: { collectors: readonly CollectorSummary[] }): ReactElement {
  // What needs a person comes first; a collector otherwise keeps its place.
  const sorted = useMemo(
    () => [...collectors].sort((a, b) =>
      stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || Number(isWell(a)) - Number(isWell(b)) || (a.title < b.title ? -1 : 1)),
    [collectors],
  );
  const well = collectors.filter(isWell).length;
  return (
    <>
      <div className="sx" tabIndex={0} role="region" aria-label="Collectors table">
        <table className="tbl dense" aria-label="Collectors">
          <thead>
            <tr>
              <th>Collector</th>
              <th>State</th>
              <th>Read</th>
              <th className="num">Last run</th>
              <th className="num" title="The round trip that brought all collectors of this pace">Took</th>
              <th className="num">Rows</th>
              <th className="hide8">What it says</th>
            </tr>
          </thead>
          <tbody>{sorted.map((c) => <CollectorRow key={c.name} collector={c} />)}</tbody>
        </table>
      </div>
      <div className="pf push">
        <span>{count(well)} of {plural(collectors.length, "collector")} answer in full</span>
      </div>
    </>
  );
}

function CollectorRow({ collector: c }: { collector: CollectorSummary }): ReactElement {
  const words = c.message ?? (c.state === "no_permissions" ? `Needs ${c.permissions}` : "");
  return (
    <tr>
      <td>
        <button
          className="linkish srv"
          type="button"
          title={c.purpose}
          onClick={() => setSearch({ collector: c.name }, { replace: false })}
        >
          {c.title}
        </button>
        {c.isCustom && <span className="badge custom" data-s="unknown" title="Made by this tenant">Custom</span>}
      </td>
      <td>
        {c.enabled ? <CollectorCondition collector={c} /> : <span className="badge" data-s="unknown">Switched off</span>}
        {c.failuresInARow > 1 && <span className="m3 t11">{` ${count(c.failuresInARow)} times`}</span>}
      </td>
      <td className="m2">{cadenceText(c)}</td>
      <td className="num m2">
        <Ago at={c.attemptedAt} form="ago" none="not yet" />
      </td>
      <td className="num">{c.durationMs === null ? <span className="m3">–</span> : spanText(c.durationMs)}</td>
      <td className="num">{c.rowCount === null ? <span className="m3">–</span> : count(c.rowCount)}</td>
      <td className="hide8 m2">
        <span className="ell cell1" title={words}>{words}</span>
      </td>
    </tr>
  );
}

/** All collectors of a cadence are one batch, one round trip, and have its time as their own; a custom one is a round trip by itself. */
export function costOf(collectors: readonly CollectorSummary[]): { msPerHour: number; runsPerHour: number; knownCount: number } {
  const batches = new Map<string, { ms: number; perHour: number }>();
  let knownCount = 0;
  for (const c of collectors) {
    if (c.durationMs === null || c.intervalSeconds <= 0) continue;
    knownCount += 1;
    const batch = c.isCustom ? `custom/${c.name}` : c.cadence;
    batches.set(batch, { ms: Math.max(batches.get(batch)?.ms ?? 0, c.durationMs), perHour: 3_600 / c.intervalSeconds });
  }
  const all = [...batches.values()];
  return {
    msPerHour: all.reduce((sum, b) => sum + b.ms * b.perHour, 0),
    runsPerHour: all.reduce((sum, b) => sum + b.perHour, 0),
    knownCount,
  };
}

const lastHour = { range: "1h" } as const;

/** Milliseconds of CPU a second as a share of one core; `null`: the engine does not tell what DbTools' own sessions used. */
export function coreShareText(msPerSecond: readonly (number | null)[]): string | null {
  const known = msPerSecond.filter((v): v is number => v !== null);
  if (known.length === 0) return null;
  const share = known.reduce((sum, v) => sum + v, 0) / known.length / 10;
  return `${share < 0.01 ? "less than 0.01" : share.toFixed(2)} % of a core`;
}

function OwnCost({ server, collectors }: { server: Server; collectors: readonly CollectorSummary[] }): ReactElement {
  const cpu = useMetrics(server.id, lastHour, ["own_cpu_ms"], server.engine === "sqlserver" ? 0 : null).data?.[0];
  const cpuText = cpu ? coreShareText(samplesOf(cpu).map((s) => s.avg)) : null;
  const { msPerHour, runsPerHour, knownCount } = costOf(collectors), failing = collectors.filter((c) => c.state === "failed").length;
  const missing = collectors.filter((c) => c.state === "no_permissions").length, share = (msPerHour / 3_600_000) * 100;
  const figures: readonly (readonly [string, string, string])[] = [
    ["DbTools' elapsed time", knownCount === 0 ? "–" : `${spanText(msPerHour / 60)} a minute`, knownCount === 0
      ? "no run so far"
      : cpuText !== null
      ? `round trips; CPU on the server: ${cpuText}`
      : `round trips, ${share < 0.01 ? "less than 0.01" : share.toFixed(2)} % of the time; not CPU`],
    ["Round trips", knownCount === 0 ? "–" : `${count(Math.round(runsPerHour))} an hour`, "one batch for each pace"],
    ["Permission missing", count(missing), missing > 0 ? "the messages say which" : "nothing is missing"],
    ["Failing", count(failing), failing > 0 ? "each failure stays its own" : "none"],
  ];
  return (
    <section className="figures" aria-label="Collection">
      {figures.map(([name, value, note], i) => (
        <div key={name} className={i === 3 && failing > 0 ? "critical" : i === 2 && missing > 0 ? "warning" : ""}>
          <span className="lab">{name}</span>
          <span className="fig">{value}</span>
          <small>{note}</small>
        </div>
      ))}
    </section>
  );
}

/** How to read the rows of a collector, where that does not show. */
const notes: Readonly<Record<string, string>> = {
  index_fragmentation: "Measured once a week in LIMITED mode, one after the other, the largest first, for five seconds at most; Measured at says "
    + "when each was. An empty fragmentation is not known: the time was up, it is too large to measure in that time, or it was locked.",
};

function OneCollector({ server, collector: c }: { server: Server; collector: CollectorSummary }): ReactElement {
  const facts: readonly (readonly [string, string])[] = [
    ["Reads", c.purpose],
    ["Read", cadenceText(c)],
    ["Needs", c.permissions],
    ["Cost", c.cost],
    ["Keeps", { latest: "the newest rows", changes: "the newest rows, and each change", every: "the rows of each run", new: "each run\u2019s new rows" }[c.keep]],
    ...(c.message ? [["Says", c.message] as const] : []),
  ];
  return (
    <div className="col g3c mt3">
      <div className="row">
        <button className="btn sm" type="button" onClick={() => setSearch({ collector: null }, { replace: false })}>
          <Icon name="arrow-left" />All collectors
        </button>
        <CollectorCondition collector={c} />
        <span className="m3 t12">
          last run <Ago at={c.attemptedAt} none="not yet" />
          {c.durationMs !== null && `, its round trip took ${spanText(c.durationMs)}`}
        </span>
      </div>
      <Panel title={`About ${c.title}`}>
        <dl className="kv pb wide1">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <CollectorPanel server={server} collector={c} {...(notes[c.name] ? { note: notes[c.name] } : {})} />
    </div>
  );
}
