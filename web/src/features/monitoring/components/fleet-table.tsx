// The map's servers as a table, for those who read better than they look: the same values, sorted by any of them.
import { type ReactElement, useMemo, useState } from "react";
import type { Group, ServerHealth } from "../../../api/model";
import { useLimits } from "../../../api/read-settings";
import { PercentBar } from "../../../components/bars";
import { Ago } from "../../../components/ago";
import type { SortState } from "../../../components/sort-head";
import { EngineMark, healthOrder, HealthStatus } from "../../../components/status";
import { type Column, VirtualTable } from "../../../components/virtual-table";
import { quantity } from "../../../lib/format";
import { Link, navigate } from "../../../lib/router";
import { useNarrow } from "../../../lib/use-narrow";
import type { ColorBy } from "./heat-cells";

const rowHeight = 32;
/** What a narrow screen leaves out. */
const leaving: ReadonlySet<string> = new Set(["group", "connections", "batches", "since"]);
const names = new Intl.Collator("en", { numeric: true });

const sortBy: Readonly<Record<ColorBy, SortState<string>>> = {
  status: { key: "health", order: "asc" },
  cpu: { key: "cpu", order: "desc" },
  memory: { key: "memory", order: "desc" },
  connections: { key: "connections", order: "desc" },
  batches: { key: "batches", order: "desc" },
};

const valueOf: Readonly<Record<string, (s: ServerHealth) => number | string | null>> = {
  health: (s) => healthOrder.indexOf(s.status),
  name: (s) => s.name,
  cpu: (s) => s.cpuPercent,
  memory: (s) => s.memoryPercent,
  connections: (s) => s.connectionCount,
  batches: (s) => s.batchRequestsSec,
  since: (s) => s.changedAt,
};

export function FleetTable({ servers, groups, by }: { servers: readonly ServerHealth[]; groups: readonly Group[]; by: ColorBy }): ReactElement {
  const [chosen, setChosen] = useState<{ by: ColorBy; sort: SortState<string> } | null>(null), limitsOf = useLimits(), narrow = useNarrow();
  const sort = chosen?.by === by ? chosen.sort : sortBy[by];
  const rows = useMemo(() => sorted(servers, sort), [servers, sort.key, sort.order]);
  const columns = useMemo<readonly Column<ServerHealth>[]>(() => {
    const groupName = new Map(groups.map((g) => [g.id, g.name]));
    const of = (s: ServerHealth): string => s.groupIds.map((id) => groupName.get(id) ?? "").filter(Boolean).join(", ");
    const number = (n: number | null): ReactElement => (n === null ? <span className="m3" title="No value collected">–</span> : <>{quantity(n)}</>);
    const all: Column<ServerHealth>[] = [
      { key: "health", head: "Health", width: "104px", sortable: true, render: (s) => <HealthStatus health={s.status} /> },
      {
        key: "name",
        head: "Server",
        width: "minmax(160px, 1.4fr)",
        sortable: true,
        render: (s) => (
          <span className="sv">
            <EngineMark engine={s.engine} />
            <Link className="srv ell" title={s.name} href={`/servers/${s.serverId}`}>{s.name}</Link>
          </span>
        ),
      },
      {
        key: "group",
        head: "Group",
        width: "minmax(90px, 1fr)",
        render: (s) => <span className="ell block m2" title={of(s)}>{of(s) || "–"}</span>,
      },
      {
        key: "cpu",
        head: "CPU",
        width: "96px",
        sortable: true,
        render: (s) => <PercentBar value={s.cpuPercent} limit={limitsOf(s.serverId).cpuPercent} what="CPU" />,
      },
      {
        key: "memory",
        head: "Memory",
        width: "96px",
        sortable: true,
        render: (s) => <PercentBar value={s.memoryPercent} limit={limitsOf(s.serverId).memoryPercent} what="Memory" />,
      },
      { key: "connections", head: "Connections", width: "100px", sortable: true, end: true, render: (s) => number(s.connectionCount) },
      { key: "batches", head: "Requests/s", width: "96px", sortable: true, end: true, render: (s) => number(s.batchRequestsSec) },
      { key: "since", head: "Since", width: "84px", sortable: true, end: true, render: (s) => <Ago at={s.changedAt} form="age" none="–" /> },
    ];
    // Status, name and the chosen value never leave.
    return narrow ? all.filter((c) => !leaving.has(c.key) || c.key === by) : all;
  }, [groups, limitsOf, narrow, by]);
  return (
    <div className="fleettbl">
      <VirtualTable
        label="Servers of the map"
        rows={rows}
        total={rows.length}
        columns={columns}
        rowKey={(s) => s.serverId}
        rowHeight={rowHeight}
        sort={sort}
        onSort={(next) => setChosen({ by, sort: next })}
        onOpen={(s) => navigate(`/servers/${s.serverId}`)}
      />
    </div>
  );
}

/** No value comes last, whichever way the sort goes. */
function sorted(servers: readonly ServerHealth[], { key, order }: SortState<string>): readonly ServerHealth[] {
  const value = valueOf[key] ?? ((s: ServerHealth) => s.name), sign = order === "asc" ? 1 : -1;
  return [...servers].sort((a, b) => {
    const x = value(a), y = value(b);
    if (x === null || y === null) return x === y ? names.compare(a.name, b.name) : x === null ? 1 : -1;
    return (typeof x === "string" ? names.compare(x, String(y)) : x - Number(y)) * sign || names.compare(a.name, b.name);
  });
}
