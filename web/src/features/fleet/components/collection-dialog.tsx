// How several servers are collected, changed at once: what is not chosen stays as each server has it.
import { type ReactElement, useState } from "react";
import type { BulkRequest, MetricName } from "../../../api/model";
import { Segmented } from "../../../components/bits";
import { Dialog } from "../../../components/dialog";
import { SelectField } from "../../../components/field";
import { duration } from "../../../lib/format";
import type { AskProps } from "./bulk-dialogs";
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
}

/** What the choice asks for; `null` when it changes nothing. */
export function requestOf({ interval, collection, metrics }: Choice): BulkRequest | null {
  const of = (turn: Turn): MetricName[] => metricNames.map(([name]) => name).filter((name) => metrics[name] === turn);
  const [on, off] = [of("on"), of("off")];
  const body: BulkRequest = {
    ...(interval === "keep" ? {} : { intervalSeconds: interval === "tenant" ? null : Number(interval) }),
    ...(collection === "keep" ? {} : { enabled: collection === "on" }),
    ...(on.length > 0 ? { metricsOn: on } : {}),
    ...(off.length > 0 ? { metricsOff: off } : {}),
  };
  return Object.keys(body).length > 0 ? body : null;
}

export function CollectionDialog({ targets, busy, onClose, begin, error }: AskProps): ReactElement {
  const [choice, setChoice] = useState<Choice>({ interval: "keep", collection: "keep", metrics: {} });
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
