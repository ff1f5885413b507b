// Two people edited one thing: field by field what it was, what the other saved, and what is in the form here.
import type { ReactElement } from "react";
import { Callout } from "../../../components/bits";
import type { ApiError, FieldFault } from "../../../lib/http";
import type { Conflict } from "./conflict";

interface Props {
  /** "this server": what both edited. */
  what: string;
  rows: readonly Conflict[];
  /** The refusal: it says who and when. */
  refused: ApiError | undefined;
  /** Fields that the refusal names and the form does not have. */
  besides?: readonly FieldFault[];
  /** Of the fields that both changed, those that stay as they are here. */
  keep: ReadonlySet<string>;
  onKeep: (fields: ReadonlySet<string>) => void;
}

/** "by ada@example.com at 2026-…": the answer's own words. */
function whoOf(refused: ApiError | undefined): string {
  const found = / by (\S+) at (\S+?Z)\b/.exec(refused?.message ?? "");
  if (!found) return "Someone else";
  return found[1] ?? "Someone else";
}

export function ConflictView({ what, rows, refused, besides = [], keep, onKeep }: Props): ReactElement {
  const clashes = rows.filter((r) => r.clash);
  const all = (on: boolean): void => onKeep(new Set(on ? clashes.map((r) => r.field) : []));
  return (
    <>
      <Callout
        tone="warning"
        icon="exclamation-triangle-fill"
        title={`${whoOf(refused)} saved ${what} while you edited it. Nothing is overwritten yet.`}
      >
        {clashes.length > 0
          ? `You both changed ${clashes.length === 1 ? "1 field" : `${clashes.length} fields`}: choose which stays. The other changes go together.`
          : "You changed different fields: both sets of changes go together."}
      </Callout>
      {clashes.length > 1 && (
        <div className="row">
          <button className="btn sm" type="button" onClick={() => all(true)}>Keep all of mine</button>
          <button className="btn sm" type="button" onClick={() => all(false)}>Take all of theirs</button>
        </div>
      )}
      {rows.length > 0 && (
        <div className="tblbox sx" tabIndex={0} role="region" aria-label="Differences">
          <table className="tbl dense conflict" aria-label="Differences">
            <thead>
              <tr>
                <th>Field</th>
                <th>Was</th>
                <th>Theirs, saved</th>
                <th>Mine</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((r) => (
                <Row
                  key={r.field}
                  row={r}
                  kept={keep.has(r.field)}
                  onKeep={(on) => {
                    const next = new Set(keep);
                    if (on) next.add(r.field);
                    else next.delete(r.field);
                    onKeep(next);
                  }}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {besides.length > 0 && (
        <p className="hint">Changed besides, and not touched by this form: {besides.map((b) => `${wordsOf(b.field)} ${b.reason}`).join("; ")}.</p>
      )}
    </>
  );
}

/** `intervalSeconds` as "interval seconds". */
const wordsOf = (field: string): string => field.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/ Ids?$/, "s").toLowerCase();

function Row({ row, kept, onKeep }: { row: Conflict; kept: boolean; onKeep: (on: boolean) => void }): ReactElement {
  const choice = (value: string, mine: boolean, word: string): ReactElement => (
    <label className="row">
      <input
        className="check"
        type="radio"
        name={`conflict-${row.field}`}
        checked={kept === mine}
        onChange={() => onKeep(mine)}
        aria-label={`${word} ${row.name}: ${value}`}
      />
      <span className="mono wrap">{value}</span>
    </label>
  );
  const plain = (value: string, changed: boolean): ReactElement => (
    <span className={`mono wrap ${changed ? "" : "m3"}`}>{value}{changed && <span className="vh">, changed</span>}</span>
  );
  return (
    <tr>
      <th scope="row">{row.name}</th>
      <td className="m2 mono wrapc">{row.was}</td>
      <td className={row.theirs === row.was ? "" : "add"}>
        {row.clash ? choice(row.theirs, false, "Take their") : plain(row.theirs, row.theirs !== row.was)}
      </td>
      <td className={row.mine === row.was ? "" : "add"}>
        {row.clash ? choice(row.mine, true, "Keep my") : plain(row.mine, row.mine !== row.was)}
      </td>
    </tr>
  );
}
