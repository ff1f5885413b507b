// Search and filters of the server list. They live in the address, so that a view can be kept and sent.
import { type ReactElement, useMemo } from "react";
import { useGroups } from "../../../api/list-groups";
import { type FilterChoice, FilterMenu } from "../../../components/filter-menu";
import { Icon } from "../../../components/icon";
import { SearchField } from "../../../components/search-field";
import { healthOrder, healthWords } from "../../../components/status";
import { count } from "../../../lib/format";
import { setSearch, useSearch } from "../../../lib/router";
import { type FilterName, filterNames, type ServerFilter } from "../api/list-servers";
import { useCredentials } from "../api/list-credentials";
import { useLabels } from "../api/list-labels";
import { deploymentWords } from "./deployment-badge";

export interface ActiveFilter {
  name: string;
  param: FilterName | "q" | "deleted";
  text: string;
}

const fixed: Readonly<Partial<Record<FilterName, readonly FilterChoice[]>>> = {
  health: healthOrder.map((h) => ({ value: h, text: healthWords[h] })),
  status: [["online", "Online"], ["degraded", "Degraded"], ["offline", "Offline"], ["unknown", "Unknown"]].map(toChoice),
  engine: [["sqlserver", "SQL Server"], ["postgresql", "PostgreSQL"], ["mysql", "MySQL"]].map(toChoice),
  deployment: (["none", "monitored", "drifted", "outdated", "failed", "deploying"] as const).map((d) => ({
    value: d,
    text: deploymentWords[d][0],
  })),
};

const titles: Readonly<Record<FilterName, string>> = {
  health: "Health",
  status: "Status",
  engine: "Engine",
  deployment: "Objects",
  credential: "Credential",
  group: "Group",
  label: "Label",
};

function toChoice([value = "", text = ""]: readonly string[]): FilterChoice {
  return { value, text };
}

/** The choices of each filter, as far as they are known. */
function useChoices(): Readonly<Record<FilterName, readonly FilterChoice[]>> {
  const groups = useGroups().data, labels = useLabels().data, credentials = useCredentials().data;
  return useMemo(() => ({
    health: fixed.health ?? [],
    status: fixed.status ?? [],
    engine: fixed.engine ?? [],
    deployment: fixed.deployment ?? [],
    credential: (credentials ?? []).map((c) => ({ value: c.id, text: c.name, note: count(c.serverCount) })),
    group: (groups ?? []).map((g) => ({ value: g.id, text: g.name, note: count(g.serverCount) })),
    label: (labels ?? []).map((l) => ({ value: l.name, text: l.name, note: count(l.serverCount) })),
  }), [groups, labels, credentials]);
}

export interface FilterState {
  filter: ServerFilter;
  active: readonly ActiveFilter[];
}

export function useServerFilter(): FilterState {
  const search = useSearch(), choices = useChoices();
  return useMemo(() => {
    const filter: ServerFilter = {}, active: ActiveFilter[] = [], q = search.get("q") ?? "";
    if (q) {
      filter.q = q;
      active.push({ name: "Text", param: "q", text: `“${q}”` });
    }
    if (search.get("deleted") === "true") {
      filter.deleted = true;
      active.push({ name: "Removed", param: "deleted", text: "yes" });
    }
    for (const param of filterNames) {
      const values = search.getAll(param).filter(Boolean);
      if (values.length === 0) continue;
      filter[param] = values;
      const text = values.map((v) => choices[param].find((c) => c.value === v)?.text ?? (param === "group" || param === "credential" ? "chosen one" : v))
        .join(param === "label" ? " and " : " or ");
      active.push({ name: titles[param], param, text });
    }
    return { filter, active };
  }, [search, choices]);
}

export function filterText(active: readonly ActiveFilter[]): string {
  const text = active.map((a) => (a.param === "deleted" ? "removed in the last 30 days" : `${a.name} is ${a.text}`)).join(" and ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

export const clearedFilter: Readonly<Record<string, null>> = Object.fromEntries(["q", "deleted", ...filterNames].map((name) => [name, null]));

export function ServerFilters({ filter, active }: FilterState): ReactElement {
  const choices = useChoices();
  return (
    <div className="toolbar t0">
      <SearchField
        label="Search servers"
        placeholder="Name, host, group, label"
        value={filter.q ?? ""}
        onValue={(q) => setSearch({ q })}
      />
      {filter.deleted && (
        <span className="fchip">
          <span className="fchip-b">Removed in the last 30 days</span>
          <button type="button" aria-label="Show the servers that are not removed" onClick={() => setSearch({ deleted: null })}>
            <Icon name="x-lg" />
          </button>
        </span>
      )}
      {filterNames.filter((param) => filter[param] !== undefined || (param !== "credential" && choices[param].length > 0)).map((param) => (
        <FilterMenu
          key={param}
          name={titles[param]}
          choices={choices[param]}
          chosen={filter[param] ?? []}
          onChosen={(values) => setSearch({ [param]: values }, { replace: false })}
        />
      ))}
      <span className="grow" />
      {active.length > 0 && (
        <button className="btn ghost sm" type="button" onClick={() => setSearch(clearedFilter)}>Clear</button>
      )}
    </div>
  );
}
