import type { Health, ServerHealth } from "../../../api/model";
import { healthOrder } from "../../../components/status";

export interface HeatCell {
  key: string;
  tone: Health;
  label: string;
  servers: readonly ServerHealth[];
}

/** Cells of `each` servers; a cell shows the worst of its servers, and names it. */
export function cellsOf(
  list: readonly ServerHealth[],
  each: number,
  toneOf: (s: ServerHealth) => { tone: Health; note: string },
): HeatCell[] {
  const cells: HeatCell[] = [];
  for (let i = 0; i < list.length; i += each) {
    const servers = list.slice(i, i + each), judged = servers.map((server) => ({ server, ...toneOf(server) }));
    const worst = judged.reduce((a, b) => (healthOrder.indexOf(b.tone) < healthOrder.indexOf(a.tone) ? b : a));
    const label = `${worst.server.name}: ${worst.note}`;
    cells.push({
      key: worst.server.serverId === servers[0]?.serverId || each === 1 ? servers[0]?.serverId ?? String(i) : `${i}`,
      tone: worst.tone,
      label: servers.length === 1 ? label : `${servers.length} servers, worst ${label}`,
      servers,
    });
  }
  return cells;
}
