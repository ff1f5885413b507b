// What changed in a server's configuration: when, where, from what to what.
import { type ReactElement, useEffect, useState } from "react";
import type { Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Icon } from "../../../components/icon";
import { Empty, QueryView, StaleBadge } from "../../../components/panel";
import { csvText, fileName } from "../../../lib/csv";
import { count, dayAndClock, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { setSearch, useSearch } from "../../../lib/router";
import { saveText } from "../../../lib/save-file";
import { useCollectors } from "../api/list-collectors";
import { changesKey, useChanges } from "../api/list-changes";
import type { Cell, ConfigurationChange } from "../api/collector-types";
import { metricTitle } from "./chart-kinds";
import { whyNotCollected } from "./why-no-data";

const words = { added: "Appeared", removed: "Went away", changed: "Changed" } as const;

export function ChangesTab({ server }: { server: Server }): ReactElement {
  const wanted = useSearch().get("of") ?? "", [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors[cursors.length - 1] ?? null, query = useChanges(server.id, wanted, cursor), collectors = useCollectors(server.id).data ?? [];
  useEffect(() => setCursors([]), [wanted]);
  const watched = collectors.filter((c) => c.keep === "changes");
  const titleOf = (name: string): string => collectors.find((c) => c.name === name)?.title ?? metricTitle(name);
  return (
    <>
      <div className="toolbar">
        {watched.length > 0 && (
          <label className="row">
            <span className="m2">Of</span>
            <select className="input" aria-label="Changes of" value={wanted} onChange={(event) => setSearch({ of: event.target.value })}>
                <option value="">All that is watched</option>
                {watched.map((c) => <option key={c.name} value={c.name}>{c.title}</option>)}
              </select>
          </label>
        )}
        <span className="grow" />
        <StaleBadge query={query} />
        {query.data && query.data.changes.length > 0 && (
          <button
            className="btn sm"
            type="button"
            onClick={() => saveText(`${fileName(server.name, "configuration-changes")}.csv`, changesCsv(query.data?.changes ?? []))}
          >
            <Icon name="download" />CSV
          </button>
        )}
      </div>
      <section className="panel vflex tall" aria-label="Configuration changes" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="The changes did not load" retry={() => void refetch(changesKey(server.id, wanted, cursor))} lines={6}>
          {({ changes, total, nextCursor }) =>
            changes.length === 0
              ? (
                <Empty
                  icon="gear"
                  title="Nothing has changed"
                  text={whyNotCollected(server) ??
                    (watched.length === 0
                      ? "No collector of this server watches for changes."
                      : "A setting that differs from the reading before shows here, with both values.")}
                />
              )
              : (
                <>
                  <ChangeTable changes={changes} titleOf={titleOf} />
                  {(nextCursor || cursors.length > 0) && (
                    <div className="pf push">
                      <span>
                        {plural(changes.length, "change")} of {count(total)}
                        {cursors.length === 0 ? ", the newest" : changes[0] ? `, from ${dayAndClock(Date.parse(changes[0].changedAt))} on back` : ""}
                      </span>
                      <span className="row">
                        <button
                          className="btn sm"
                          type="button"
                          aria-disabled={cursors.length === 0}
                          onClick={() => setCursors(cursors.slice(0, -1))}
                        >
                          <Icon name="arrow-left" />Newer
                        </button>
                        <button
                          className="btn sm"
                          type="button"
                          aria-disabled={!nextCursor}
                          onClick={() => nextCursor && setCursors([...cursors, nextCursor])}
                        >
                          Older<Icon name="arrow-right" />
                        </button>
                      </span>
                    </div>
                  )}
                </>
              )}
        </QueryView>
      </section>
    </>
  );
}

function ChangeTable({ changes, titleOf }: { changes: readonly ConfigurationChange[]; titleOf: (collector: string) => string }): ReactElement {
  return (
    <div className="sx" tabIndex={0} role="region" aria-label="Configuration changes table">
      <table className="tbl dense chg" aria-label="Configuration changes">
        <thead>
          <tr>
            <th>When</th>
            <th>What</th>
            <th>Change</th>
            <th className="hide8">Of</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((c) => (
            <tr key={c.id}>
              <td className="m2">
                <Ago at={c.changedAt} />
              </td>
              <td>
                <span className="srv ell cell1" title={Object.entries(c.labels).map(([k, v]) => `${k}: ${v ?? ""}`).join(", ")}>
                  {Object.values(c.labels).filter(Boolean).join(" / ") || titleOf(c.collector)}
                </span>
              </td>
              <td>
                <ChangeView change={c} />
              </td>
              <td className="hide8 m2">{titleOf(c.collector)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Of a change only what differs; of what came or went, the word and its values. */
export function differences(c: ConfigurationChange): (readonly [column: string, before: Cell, after: Cell])[] {
  const names = [...new Set([...Object.keys(c.before), ...Object.keys(c.after)])];
  return names.flatMap((name) => {
    const before = c.before[name] ?? null, after = c.after[name] ?? null;
    return before === after ? [] : [[name, before, after] as const];
  });
}

function ChangeView({ change }: { change: ConfigurationChange }): ReactElement {
  const parts = differences(change), one = change.change !== "changed";
  return (
    <span className="chgs">
      {one && <span className="badge" data-s={change.change === "removed" ? "warning" : "info"}>{words[change.change]}</span>}
      {parts.map(([name, before, after]) => (
        <span key={name} className="chg1">
          <span className="m3">{metricTitle(name)}</span>
          {!one || before !== null ? <del>{cellWord(before)}</del> : null}
          {!one && <Icon name="arrow-right" />}
          {!one && <span className="vh">became</span>}
          {!one || after !== null ? <ins>{cellWord(after)}</ins> : null}
        </span>
      ))}
    </span>
  );
}

function cellWord(cell: Cell): string {
  if (cell === null) return "not known";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  if (typeof cell === "number") return count(cell);
  return /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(cell) ? dayAndClock(Date.parse(cell)) : cell === "" ? "empty" : cell;
}

function changesCsv(changes: readonly ConfigurationChange[]): string {
  return csvText(
    ["time", "collector", "labels", "change", "column", "before", "after"],
    changes.flatMap((c) => {
      const labels = Object.values(c.labels).filter(Boolean).join(" / ");
      return differences(c).map(([name, before, after]) => [c.changedAt, c.collector, labels, c.change, name, before, after]);
    }),
  );
}
