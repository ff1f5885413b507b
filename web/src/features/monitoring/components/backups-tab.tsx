// Backups: which databases would be lost, in words first.
import { type ReactElement, useCallback, useMemo } from "react";
import type { Server } from "../../../api/model";
import { Icon } from "../../../components/icon";
import { healthIcons } from "../../../components/status";
import { count, plural } from "../../../lib/format";
import { useCollector } from "../api/read-collector";
import type { Cell, CollectorDetail, CollectorSummary, Row } from "../api/collector-types";
import { type BackupColumns, backupColumns, fullHoursMax, logHoursMax, toneOrder, verdictOf } from "./backup-verdict";
import { type ShownColumn, shownColumns } from "./collector-cells";
import { CollectorPanel } from "./collector-panel";
import { TopicView } from "./topic-view";

export function BackupsTab({ server }: { server: Server }): ReactElement {
  return (
    <TopicView server={server} topic="backups" what="backups">
      {(collectors) => (
        <div className="col g3c mt3">
          {collectors.map((c) => <Backups key={c.name} server={server} collector={c} />)}
        </div>
      )}
    </TopicView>
  );
}

const wanted = `a full or differential backup within ${fullHoursMax / 24} days, ` +
  `a log backup within ${logHoursMax} h where the recovery model is full`;

/** Begins with the place in the order, so that sorting by it puts the worst first. */
const verdictColumn = (at: BackupColumns, now: number): ShownColumn => ({
  name: "verdict",
  head: "In words",
  kind: "text",
  unit: null,
  description: `Wanted: ${wanted}`,
  of: (row) => {
    const v = verdictOf(row, at, now);
    return `${toneOrder.indexOf(v.tone)} ${v.words}`;
  },
  text: (cell) => String(cell ?? "").slice(2),
});

function Backups({ server, collector }: { server: Server; collector: CollectorSummary }): ReactElement {
  const query = useCollector(server.id, collector.name), detail = query.data, now = Date.now();
  const columnsOf = useCallback((d: CollectorDetail): readonly ShownColumn[] => {
    const at = backupColumns(d.columns), all = shownColumns(d.columns);
    return at ? [...all.slice(0, 1), verdictColumn(at, Date.now()), ...all.slice(1)] : all;
  }, []);
  const counts = useMemo(() => {
    const at = detail ? backupColumns(detail.columns) : null;
    return at && detail ? detail.rows.map((r) => verdictOf(r, at, now).tone) : [];
  }, [detail]);
  const bad = counts.filter((t) => t === "critical").length, old = counts.filter((t) => t === "warning").length;
  return (
    <CollectorPanel
      server={server}
      collector={collector}
      columnsOf={columnsOf}
      usualSort={counts.length > 0 ? { key: "verdict", order: "asc" } : { key: detail?.columns[0]?.name ?? "", order: "asc" }}
      render={renderVerdict}
      tools={counts.length > 0 && (
        <span className={`t12 ${bad > 0 ? "crit" : "m2"}`}>
          {bad + old === 0
            ? `All ${plural(counts.length, "database")} are backed up`
            : `${count(bad)} of ${plural(counts.length, "database")} would lose more than ${fullHoursMax / 24} days; ${
              count(old)
            } with an old log backup`}
        </span>
      )}
      note={`Wanted: ${wanted}.`}
    />
  );
}

function renderVerdict(column: ShownColumn, cell: Cell, _row: Row): ReactElement | undefined {
  if (column.name !== "verdict" || typeof cell !== "string") return undefined;
  const tone = toneOrder[Number(cell[0])] ?? "unknown";
  return (
    <span className="status" data-s={tone}>
      <Icon name={healthIcons[tone]} />
      {cell.slice(2)}
    </span>
  );
}
