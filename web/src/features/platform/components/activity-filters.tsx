// The filters of the activity log: all of them in the address, so that a view can be sent to a colleague.
import type { ReactElement } from "react";
import { Icon } from "../../../components/icon";
import { SearchField } from "../../../components/search-field";
import { count } from "../../../lib/format";
import { setSearch } from "../../../lib/router";
import type { ActivityFilter, ActivityLog } from "../api/list-activity";
import { actionChoices, actionWord, entityTypes, platformActionChoices } from "./activity-words";

const periods: readonly (readonly [days: string, text: string])[] = [
  ["", "Any time"],
  ["1", "Last 24 h"],
  ["7", "Last 7 days"],
  ["30", "Last 30 days"],
  ["range", "From, to"],
];
const dayMs = 86_400_000;

export const clearedFilters = { q: null, action: null, type: null, days: null, from: null, to: null, actor: null, entity: null, of: null };

const actionsOf = (search: URLSearchParams): readonly string[] => (search.get("action") ?? "").split(",").filter(Boolean);

export const isFiltered = (search: URLSearchParams): boolean => Object.keys(clearedFilters).some((name) => search.get(name));

/** Who came from a thing's own page sees that thing alone, by its id. */
const onlyWord = (search: URLSearchParams): string => `Only ${search.get("of") ?? "one"}`;

/** What the address asks for. Days are the reader's own, whole ones; `to` is the last day that is in. */
export function filterFrom(search: URLSearchParams): Partial<ActivityFilter> {
  const days = Number(search.get("days")), from = dayStart(search.get("from")), to = dayStart(search.get("to"));
  // Rounded to the minute, so that the same view is the same request.
  const recent = days > 0 ? new Date(Math.floor((Date.now() - days * dayMs) / 60_000) * 60_000).toISOString() : "";
  return {
    q: search.get("q") ?? "",
    action: actionsOf(search),
    actor: search.get("actor") ?? "",
    entityType: search.get("type") ?? "",
    entityId: search.get("entity") ?? "",
    from: recent || (from ? from.toISOString() : ""),
    to: to && !recent ? new Date(to.getFullYear(), to.getMonth(), to.getDate() + 1).toISOString() : "",
  };
}

function dayStart(text: string | null): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "");
  return parts ? new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) : null;
}

export function wordsOf(search: URLSearchParams): string {
  const q = search.get("q"), actor = search.get("actor"), from = search.get("from"), to = search.get("to");
  return [
    actionsOf(search).map(actionWord).join(" or "),
    search.get("type"),
    search.get("entity") && onlyWord(search),
    actor && `by ${actor}`,
    q && `“${q}”`,
    periods.find(([days]) => days !== "range" && days === search.get("days") && days)?.[1],
    from && `from ${from}`,
    to && `to ${to}`,
  ].filter(Boolean).join(", ");
}

export function ActivityFilters({ search, log, total }: { search: URLSearchParams; log: ActivityLog; total: number | null }): ReactElement {
  const actions = actionsOf(search), choices = log === "platform" ? platformActionChoices : actionChoices;
  const days = search.get("days") ?? "", ranged = days === "range" || Boolean(search.get("from") || search.get("to"));
  const setActions = (list: readonly string[]): void => setSearch({ action: list.join(",") || null });
  return (
    <div className="toolbar t0">
      <SearchField
        value={search.get("q") ?? ""}
        label="Search entries"
        placeholder="Person, target or detail"
        onValue={(value) => setSearch({ q: value })}
      />
      <select
        className="input short"
        aria-label="Period"
        value={ranged ? "range" : days}
        onChange={(e) => setSearch({ days: e.target.value, from: null, to: null })}
      >
        {periods.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
      {ranged && <DayField label="From" value={search.get("from") ?? ""} onValue={(from) => setSearch({ from, days: "range" })} />}
      {ranged && <DayField label="To" value={search.get("to") ?? ""} onValue={(to) => setSearch({ to, days: "range" })} />}
      <select
        className="input short"
        aria-label="Action"
        value=""
        onChange={(e) => setActions(e.target.value ? [...actions, e.target.value] : [])}
      >
        <option value="">{actions.length === 0 ? "Any action" : "Add an action"}</option>
        {choices.filter((a) => !actions.includes(a)).map((a) => <option key={a} value={a}>{actionWord(a)}</option>)}
      </select>
      {actions.map((a) => (
        <button
          key={a}
          className="btn sm on"
          type="button"
          aria-label={`Without ${actionWord(a)}`}
          onClick={() => setActions(actions.filter((x) => x !== a))}
        >
          {actionWord(a)}
          <Icon name="x-lg" />
        </button>
      ))}
      {search.get("entity") && (
        <button
          className="btn sm on"
          type="button"
          aria-label={`Without ${onlyWord(search)}`}
          onClick={() => setSearch({ entity: null, of: null })}
        >
          <span className="ell">{onlyWord(search)}</span>
          <Icon name="x-lg" />
        </button>
      )}
      {log === "tenant" && (
        <select
          className="input short"
          aria-label="Kind of target"
          value={search.get("type") ?? ""}
          onChange={(e) => setSearch({ type: e.target.value })}
        >
          <option value="">Any target</option>
          {entityTypes.map((t) => <option key={t} value={t}>{t}</option>)}
        </select>
      )}
      <SearchField
        value={search.get("actor") ?? ""}
        label="Who"
        placeholder="Who: name or address"
        onValue={(value) => setSearch({ actor: value })}
      />
      {isFiltered(search) && <button className="btn ghost sm" type="button" onClick={() => setSearch(clearedFilters)}>Clear</button>}
      <span className="grow" />
      {total !== null && <span className="m3 t12" role="status">{total === 1 ? "1 entry" : `${count(total)} entries`}</span>}
    </div>
  );
}

function DayField({ label, value, onValue }: { label: string; value: string; onValue: (value: string | null) => void }): ReactElement {
  return (
    <input
      className="input short"
      type="date"
      aria-label={label}
      title={label}
      value={value}
      onChange={(e) => onValue(e.target.value || null)}
    />
  );
}
