// Entries of the activity log; a row opens to what changed, before and after.
import { Fragment, type ReactElement, useState } from "react";
import type { Activity } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Segmented } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { initials, plural } from "../../../lib/format";
import { Link } from "../../../lib/router";
import { actionWord, detailRows } from "./activity-words";

export function ActivityTable({ entries, withEntity = true }: { entries: readonly Activity[]; withEntity?: boolean }): ReactElement {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <div className="sx" tabIndex={0} role="region" aria-label="Activity entries">
      <table className="tbl dense act" aria-label="Activity">
        <thead>
          <tr>
            <th className="w-x">
              <span className="vh">Details</span>
            </th>
            <th aria-sort="descending">Time</th>
            <th>Who</th>
            <th>Did</th>
            {withEntity && <th>To</th>}
            {withEntity && <th className="hide8">Kind</th>}
            <th className="hide8">From</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Fragment key={entry.id}>
              <Row
                entry={entry}
                open={open === entry.id}
                withEntity={withEntity}
                onToggle={() => setOpen(open === entry.id ? null : entry.id)}
              />
              {open === entry.id && (
                <tr className="detail">
                  <td colSpan={withEntity ? 7 : 5}>
                    <Details entry={entry} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(
  { entry, open, withEntity, onToggle }: { entry: Activity; open: boolean; withEntity: boolean; onToggle: () => void },
): ReactElement {
  const system = entry.actor.id === null;
  const target = entry.entityName ?? entry.entityType;
  return (
    <tr className={open ? "open" : ""}>
      <td>
        <button
          className="btn ghost xs icon"
          type="button"
          aria-expanded={open}
          aria-label={`Details of ${actionWord(entry.action)}, ${target}`}
          onClick={onToggle}
        >
          <Icon name={open ? "chevron-down" : "chevron-right"} />
        </button>
      </td>
      <td>
        <Ago at={entry.createdAt} form="full" />
      </td>
      <td>
        <span className="row">
          <span className={`avatar xs ${system ? "sys" : ""}`} aria-hidden="true">
            {system ? <Icon name="gear" /> : initials(entry.actor.name)}
          </span>
          <span className="ell who-n">{system && entry.actor.name === "system" ? "DbTools" : entry.actor.name}</span>
        </span>
      </td>
      <td>{actionWord(entry.action)}</td>
      {withEntity && (
        <td className="ell" title={target}>
          {entry.entityType === "server" && entry.entityId && entry.action !== "server_deleted"
            ? <Link className="srv" href={`/servers/${entry.entityId}`}>{target}</Link>
            : <span className="srv">{target}</span>}
        </td>
      )}
      {withEntity && <td className="m2 hide8">{entry.entityType}</td>}
      <td className="m2 hide8">{entry.actor.address ?? (system ? "DbTools itself" : "–")}</td>
    </tr>
  );
}

function Details({ entry }: { entry: Activity }): ReactElement {
  const [form, setForm] = useState<"table" | "json">("table");
  const { diff, rows } = detailRows(entry.details), changed = rows.filter((r) => r.before !== r.after).length;
  return (
    <div className="dtl">
      <div className="row sb w">
        <span className="t12 m2">
          {rows.length === 0
            ? "No further details"
            : diff
            ? `${changed} of ${rows.length} settings changed`
            : plural(rows.length, "detail")}
        </span>
        <span className="row">
          {entry.requestId && <span className="mono t11 m3">req {entry.requestId}</span>}
          {rows.length > 0 && (
            <Segmented
              label="Layout"
              value={form}
              choices={[["table", diff ? "Side by side" : "Table"], ["json", "JSON"]]}
              onValue={setForm}
            />
          )}
        </span>
      </div>
      {rows.length > 0 && form === "json" && (
        <div className="code" tabIndex={0} role="region" aria-label="Details as JSON">
          <pre>{JSON.stringify(entry.details, null, 2)}</pre>
        </div>
      )}
      {rows.length > 0 && form === "table" && (
        <table className="diff mono" aria-label={diff ? "Before and after" : "Details"}>
          <thead>
            <tr>
              <th>{diff ? "Setting" : "Detail"}</th>
              {diff && <th>Before</th>}
              <th>{diff ? "After" : "Value"}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => {
              const same = r.before === r.after;
              return (
                <tr key={r.name} className={diff && same ? "same" : ""}>
                  <td>{r.name}</td>
                  {diff && (
                    <td className={same ? "" : "del"}>
                      {!same && r.before !== null && <span aria-hidden="true">{"− "}</span>}
                      {r.before ?? "–"}
                    </td>
                  )}
                  <td className={diff && !same ? "add" : ""}>
                    {diff && !same && r.after !== null && <span aria-hidden="true">{"+ "}</span>}
                    {r.after ?? "–"}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </div>
  );
}
