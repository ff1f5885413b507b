// How several servers are collected, changed at once: what is not chosen stays as each server has it.
import { type ReactElement, useMemo, useState } from "react";
import type { BulkRequest, EngineKind, MetricName } from "../../../api/model";
import { Segmented } from "../../../components/bits";
import { Dialog } from "../../../components/dialog";
import { SelectField } from "../../../components/field";
import { engineName } from "../../../components/status";
import { duration } from "../../../lib/format";
import type { AskProps } from "./bulk-dialogs";
import { type CatalogueEntry, useCollectorCatalogue } from "../api/list-collector-catalogue";
import { phraseOf } from "./targets";

const intervals = [30, 60, 120, 300, 600, 1_800, 3_600];
const turns = [["keep", "As it is"], ["on", "On"], ["off", "Off"]] as const;
type Turn = (typeof turns)[number][0];

const metricNames: readonly (readonly [MetricName, string])[] = [
  ["cpu_percent", "CPU"],
  ["memory_percent", "Memory"],
  ["connection_count", "Connections"],
  ["batch_requests_sec", "Batch requests"],
  ["disk_io_reads", "Disk reads"],
  ["disk_io_writes", "Disk writes"],
  ["wait_time_ms", "Waits"],
  ["engine_cpu_percent", "CPU of the engine"],
  ["memory_total_bytes", "Memory of the machine"],
  ["memory_used_bytes", "Memory of the engine"],
  ["page_life_expectancy_seconds", "Page life expectancy"],
  ["cache_hit_percent", "Cache hits"],
  ["own_cpu_ms", "DbTools' own CPU"],
];

interface Choice {
  interval: string;
  collection: Turn;
  metrics: Partial<Record<MetricName, Turn>>;
  /** By name: engines that have one of the same name switch it together. */
  collectors: Readonly<Record<string, Turn>>;
}

interface NamedCollector {
  name: string;
  title: string;
  engines: readonly EngineKind[];
  purpose: string;
  isCustom: boolean;
}

/** One entry for each name, by title; those of several engines once. */
export function byName(catalogue: readonly CatalogueEntry[]): NamedCollector[] {
  const named = new Map<string, NamedCollector>();
  for (const { name, title, engine, purpose, isCustom } of catalogue) {
    const known = named.get(name);
    named.set(name, known ? { ...known, engines: [...known.engines, engine] } : { name, title, engines: [engine], purpose, isCustom });
  }
  return [...named.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
}

/** What the choice asks for; `null` when it changes nothing. */
export function requestOf({ interval, collection, metrics, collectors }: Choice): BulkRequest | null {
  const of = (turn: Turn): MetricName[] => metricNames.map(([name]) => name).filter((name) => metrics[name] === turn);
  const [on, off] = [of("on"), of("off")], named = (turn: Turn): string[] => Object.keys(collectors).filter((name) => collectors[name] === turn);
  const [collectorsOn, collectorsOff] = [named("on"), named("off")];
  const body: BulkRequest = {
    ...(interval === "keep" ? {} : { intervalSeconds: interval === "tenant" ? null : Number(interval) }),
    ...(collection === "keep" ? {} : { enabled: collection === "on" }),
    ...(on.length > 0 ? { metricsOn: on } : {}),
    ...(off.length > 0 ? { metricsOff: off } : {}),
    ...(collectorsOn.length > 0 ? { collectorsOn } : {}),
    ...(collectorsOff.length > 0 ? { collectorsOff } : {}),
  };
  return Object.keys(body).length > 0 ? body : null;
}

export function CollectionDialog({ targets, busy, onClose, begin, error }: AskProps): ReactElement {
  const [choice, setChoice] = useState<Choice>({ interval: "keep", collection: "keep", metrics: {}, collectors: {} });
  const request = requestOf(choice), blocked = request ? undefined : "Choose a change first";
  return (
    <Dialog
      title={`Configure collection of ${phraseOf(targets)}`}
      wide
      onClose={onClose}
      onSubmit={() => {
        if (request && !busy) begin("collection-config", request);
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={busy || Boolean(blocked)} title={blocked}>Configure</button>
        </>
      }
    >
      <div className="grid g-11 form">
        <SelectField
          label="Interval"
          value={choice.interval}
          choices={[
            ["keep", "As it is"],
            ["tenant", "The tenant's"],
            ...intervals.map((s) => [String(s), `Every ${duration(s * 1_000)}`] as const),
          ]}
          onValue={(interval) => setChoice({ ...choice, interval })}
          hint="It holds from the next collection on"
        />
        <div className="field">
          <span className="lab">Collection</span>
          <Segmented
            label="Collection"
            value={choice.collection}
            choices={turns}
            onValue={(collection) => setChoice({ ...choice, collection })}
          />
        </div>
      </div>
      <Collectors turns={choice.collectors} onTurns={(collectors) => setChoice({ ...choice, collectors })} />
      <table className="tbl dense plain" aria-label="Metrics">
        <thead>
          <tr>
            <th>Metric</th>
            <th className="end">Collected</th>
          </tr>
        </thead>
        <tbody>
          {metricNames.map(([name, word]) => (
            <tr key={name}>
              <td>{word}</td>
              <td className="end">
                <Segmented
                  label={word}
                  value={choice.metrics[name] ?? "keep"}
                  choices={turns}
                  onValue={(turn) => setChoice({ ...choice, metrics: { ...choice.metrics, [name]: turn } })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {error}
    </Dialog>
  );
}

interface CollectorsProps {
  turns: Readonly<Record<string, Turn>>;
  onTurns: (turns: Readonly<Record<string, Turn>>) => void;
}

/** What is read besides the metrics: a switch for each, with the engines that have it. */
function Collectors({ turns: chosen, onTurns }: CollectorsProps): ReactElement {
  const query = useCollectorCatalogue(), list = useMemo(() => byName(query.data ?? []), [query.data]);
  return (
    <>
      {query.error && !query.data && <p className="m2" role="status">The collectors did not load: {query.error.message}</p>}
      {list.length > 0 && (
        <table className="tbl dense plain" aria-label="Collectors">
          <thead>
            <tr>
              <th>Collector</th>
              <th>Of</th>
              <th className="end">Run</th>
            </tr>
          </thead>
          <tbody>
            {list.map(({ name, title, engines, purpose, isCustom }) => (
              <tr key={name}>
                <td title={purpose}>
                  {title} {isCustom && <span className="badge custom" data-s="unknown" title="Made by this tenant">Custom</span>}
                </td>
                <td className="m2">{engines.map((e) => engineName(e)).join(", ")}</td>
                <td className="end">
                  <Segmented label={title} value={chosen[name] ?? "keep"} choices={turns} onValue={(turn) => onTurns({ ...chosen, [name]: turn })} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
