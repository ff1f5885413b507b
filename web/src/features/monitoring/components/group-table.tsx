// Health by group: a bar of all its servers with the worst first, the counts, and the means.
import { type ReactElement, useMemo } from "react";
import type { Group, Health, ServerHealth } from "../../../api/model";
import { useGroupLimits } from "../../../api/read-settings";
import { PercentBar, StackBar } from "../../../components/bars";
import { Panel } from "../../../components/panel";
import { count } from "../../../lib/format";
import { Link } from "../../../lib/router";

interface GroupRow {
  id: string;
  name: string;
  total: number;
  counts: Record<Health, number>;
  cpu: number | null;
  memory: number | null;
}

export function GroupTable({ servers, groups }: { servers: readonly ServerHealth[]; groups: readonly Group[] }): ReactElement {
  const rows = useMemo(() => rowsOf(servers, groups), [servers, groups]), limitsOf = useGroupLimits();
  const figure = (n: number, tone: string): ReactElement => (
    <td className="num">{n > 0 ? <span className={tone}>{count(n)}</span> : <span className="m3">0</span>}</td>
  );
  return (
    <Panel
      className="mt3"
      title="Groups"
      sub="worst health first in each bar"
      tools={<Link className="btn ghost sm" href="/groups">Manage groups</Link>}
    >
      <div className="sx" tabIndex={0} role="region" aria-label="Groups table">
        <table className="tbl dense plain" aria-label="Health by group">
          <thead>
            <tr>
              <th>Group</th>
              <th className="num">Servers</th>
              <th className="w-stack">Health</th>
              <th className="num">Critical</th>
              <th className="num">Warning</th>
              <th className="num">Offline</th>
              <th className="num">Unknown</th>
              <th className="w-bar">CPU, mean</th>
              <th className="w-bar">Memory, mean</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((g) => (
              <tr key={g.id}>
                <td>
                  <Link className="srv" href={`/servers?group=${g.id}`}>{g.name}</Link>
                </td>
                <td className="num">{count(g.total)}</td>
                <td>
                  <StackBar counts={g.counts} />
                </td>
                {figure(g.counts.critical, "crit")}
                {figure(g.counts.warning, "warn")}
                {figure(g.counts.offline, "off")}
                {figure(g.counts.unknown, "off")}
                <td>
                  <PercentBar value={g.cpu} limit={limitsOf(g.id).cpuPercent} what="Mean CPU" />
                </td>
                <td>
                  <PercentBar value={g.memory} limit={limitsOf(g.id).memoryPercent} what="Mean memory" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

export function rowsOf(servers: readonly ServerHealth[], groups: readonly Group[]): GroupRow[] {
  const lists = new Map<string, ServerHealth[]>(groups.map((g) => [g.id, []]));
  for (const s of servers) for (const id of s.groupIds) lists.get(id)?.push(s);
  return groups.map(({ id, name }) => {
    const list = lists.get(id) ?? [], counts: Record<Health, number> = { healthy: 0, warning: 0, critical: 0, offline: 0, unknown: 0 };
    for (const s of list) counts[s.status] += 1;
    return { id, name, total: list.length, counts, cpu: meanOf(list, (s) => s.cpuPercent), memory: meanOf(list, (s) => s.memoryPercent) };
  });
}

/** The mean of the servers that have a present value; none having one is no value, not 0. */
function meanOf(list: readonly ServerHealth[], value: (s: ServerHealth) => number | null): number | null {
  const known = list.map(value).filter((v): v is number => v !== null);
  return known.length === 0 ? null : Math.round(known.reduce((a, b) => a + b, 0) / known.length);
}
