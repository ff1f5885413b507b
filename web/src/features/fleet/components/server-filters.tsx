// Search and filters of the server list. They live in the address, so that a view can be kept and sent.
import { type ReactElement, useMemo } from "react";
import { useGroups } from "../../../api/list-groups";
import { type FilterChoice, FilterMenu } from "../../../components/filter-menu";
import { SearchField } from "../../../components/search-field";
import { healthOrder, healthWords } from "../../../components/status";
import { count } from "../../../lib/format";
import { setSearch, useSearch } from "../../../lib/router";
import { type FilterName, filterNames, type ServerFilter } from "../api/list-servers";
import { useLabels } from "../api/list-labels";

export interface ActiveFilter {
  name: string;
  param: FilterName | "q";
  text: string;
}

const fixed: Readonly<Partial<Record<FilterName, readonly FilterChoice[]>>> = {
  health: healthOrder.map((h) => ({ value: h, text: healthWords[h] })),
  status: [["online", "Online"], ["degraded", "Degraded"], ["offline", "Offline"], ["unknown", "Unknown"]].map(toChoice),
  engine: [["sqlserver", "SQL Server"], ["postgresql", "PostgreSQL"], ["mysql", "MySQL"]].map(toChoice),
};

const titles: Readonly<Record<FilterName, string>> = {
  health: "Health",
  status: "Status",
  engine: "Engine",
  group: "Group",
  label: "Label",
};

function toChoice([value = "", text = ""]: readonly string[]): FilterChoice {
  return { value, text };
}

/** The choices of each filter, as far as they are known. */
function useChoices(): Readonly<Record<FilterName, readonly FilterChoice[]>> {
  const groups = useGroups().data, labels = useLabels().data;
  return useMemo(() => ({
    health: fixed.health ?? [],
    status: fixed.status ?? [],
    engine: fixed.engine ?? [],
    group: (groups ?? []).map((g) => ({ value: g.id, text: g.name, note: count(g.serverCount) })),
    label: (labels ?? []).map((l) => ({ value: l.name, text: l.name, note: count(l.serverCount) })),
  }), [groups, labels]);
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
    for (const param of filterNames) {
      const values = search.getAll(param).filter(Boolean);
      if (values.length === 0) continue;
      filter[param] = values;
      const text = values.map((v) => choices[param].find((c) => c.value === v)?.text ?? (param === "group" ? "chosen group" : v)).join(" or ");
      active.push({ name: titles[param], param, text });
    }
    return { filter, active };
  }, [search, choices]);
}

export function filterText(active: readonly ActiveFilter[]): string {
  return `${active.map((a) => `${a.name} is ${a.text}`).join(" and ")}.`;
}

export const clearedFilter: Readonly<Record<string, null>> = Object.fromEntries(["q", ...filterNames].map((name) => [name, null]));

export function ServerFilters({ filter, active }: FilterState): ReactElement {
  const choices = useChoices();
  return (
    <div className="toolbar t0">
      <SearchField
        label="Search servers"
        placeholder="Name, host, group or label"
        value={filter.q ?? ""}
        onValue={(q) => setSearch({ q })}
      />
      {filterNames.map((param) => (
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
