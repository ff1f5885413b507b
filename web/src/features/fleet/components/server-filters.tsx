// Search and filters of the server list. They live in the address, so that a view can be kept and sent.
import type { ReactElement } from "react";
import { useGroups } from "../../../api/list-groups";
import { FilterChip } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { MenuButton, type MenuItem } from "../../../components/menu";
import { SearchField } from "../../../components/search-field";
import { healthIcons, healthOrder, healthWords } from "../../../components/status";
import { setSearch, useSearch } from "../../../lib/router";
import type { ServerFilter } from "../api/list-servers";
import { useLabels } from "../api/list-labels";

type FilterName = "health" | "status" | "engine" | "group" | "label";

export interface ActiveFilter {
  name: string;
  param: FilterName | "q";
  text: string;
}

const words: Readonly<Record<string, string>> = {
  online: "Online",
  degraded: "Degraded",
  offline: "Offline",
  unknown: "Unknown",
  sqlserver: "SQL Server",
  postgresql: "PostgreSQL",
  mysql: "MySQL",
};

/** A menu longer than this is cut, and says so: the search field finds the rest. */
const choiceCountMax = 30;

export function useServerFilter(): { filter: Partial<ServerFilter>; active: ActiveFilter[] } {
  const search = useSearch(), groups = useGroups().data ?? [];
  const value = (name: string): string => search.get(name) ?? "";
  const filter: Partial<ServerFilter> = {}, active: ActiveFilter[] = [];
  const add = (param: FilterName | "q", name: string, text: (v: string) => string): void => {
    const v = value(param);
    if (!v) return;
    filter[param] = v;
    active.push({ name, param, text: text(v) });
  };
  add("q", "Text", (v) => `“${v}”`);
  add("health", "Health", (v) => healthWords[healthOrder.find((h) => h === v) ?? "unknown"]);
  add("status", "Status", (v) => words[v] ?? v);
  add("engine", "Engine", (v) => words[v] ?? v);
  add("group", "Group", (v) => groups.find((g) => g.id === v)?.name ?? "chosen group");
  add("label", "Label", (v) => v);
  return { filter, active };
}

export function filterText(active: readonly ActiveFilter[]): string {
  return `${active.map((a) => `${a.name} is ${a.text}`).join(" and ")}.`;
}

export function ServerFilters(
  { filter, active, onClear }: { filter: Partial<ServerFilter>; active: readonly ActiveFilter[]; onClear: () => void },
): ReactElement {
  const groups = useGroups().data ?? [], labels = useLabels().data ?? [];
  const choose = (param: FilterName, value: string): void => setSearch({ [param]: value }, { replace: false });
  const menus: readonly (readonly [param: FilterName, name: string, items: MenuItem[]])[] = [
    ["health", "Health", healthOrder.map((h) => ({ label: healthWords[h], icon: healthIcons[h], onSelect: () => choose("health", h) }))],
    [
      "status",
      "Status",
      ["online", "degraded", "offline", "unknown"].map((s) => ({
        label: words[s] ?? s,
        icon: "plug",
        onSelect: () => choose("status", s),
      })),
    ],
    [
      "engine",
      "Engine",
      ["sqlserver", "postgresql", "mysql"].map((e) => ({ label: words[e] ?? e, icon: "hdd-stack", onSelect: () => choose("engine", e) })),
    ],
    [
      "group",
      "Group",
      groups.slice(0, choiceCountMax).map((g) => ({ label: g.name, icon: "collection", onSelect: () => choose("group", g.id) })),
    ],
    [
      "label",
      "Label",
      labels.slice(0, choiceCountMax).map((l) => ({ label: l.name, icon: "tags", onSelect: () => choose("label", l.name) })),
    ],
  ];
  return (
    <div className="toolbar t0">
      <SearchField
        label="Search servers"
        placeholder="Name, host, group or label"
        value={filter.q ?? ""}
        onValue={(q) => setSearch({ q })}
      />
      {active.filter((a) => a.param !== "q").map((a) => (
        <FilterChip
          key={a.param}
          name={a.name}
          value={a.text}
          onRemove={() => setSearch({ [a.param]: null })}
        />
      ))}
      {menus.filter(([param, , items]) => !filter[param] && items.length > 0).map(([param, name, items]) => (
        <MenuButton key={param} className="btn ghost sm" label={`Filter by ${name.toLowerCase()}`} items={items}>
          <Icon name="plus-lg" />
          {name}
        </MenuButton>
      ))}
      <span className="grow" />
      {active.length > 0 && <button className="btn ghost sm" type="button" onClick={onClear}>Clear</button>}
    </div>
  );
}
