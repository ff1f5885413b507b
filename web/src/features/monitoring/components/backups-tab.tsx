// Backups and checks: which databases would be lost, in words first.
import { type ReactElement, useCallback, useMemo } from "react";
import type { Server } from "../../../api/model";
import { Icon } from "../../../components/icon";
import { healthIcons } from "../../../components/status";
import { count, plural } from "../../../lib/format";
import { useReplicaBackups } from "../api/list-replica-backups";
import { useCollector } from "../api/read-collector";
import type { Cell, CollectorDetail, CollectorSummary, Row } from "../api/collector-types";
import { type BackupTone, hasGroups, type Judge, judgeOf, toneOrder } from "./backup-verdict";
import { type ShownColumn, shownColumns } from "./collector-cells";
import { CollectorPanel } from "./collector-panel";
import { TopicView } from "./topic-view";

export function BackupsTab({ server }: { server: Server }): ReactElement {
  return (
    <TopicView server={server} topic="backups" what="backups">
      {(collectors) => (
        <div className="col g3c mt3">
          {collectors.map((c) => <Judged key={c.name} server={server} collector={c} />)}
        </div>
      )}
    </TopicView>
  );
}

/** Begins with the place in the order, so that sorting by it puts the worst first. */
const verdictColumn = (judge: Judge): ShownColumn => ({
  name: "verdict",
  head: "In words",
  kind: "text",
  unit: null,
  description: `Wanted: ${judge.wanted}`,
  of: (row) => {
    const v = judge.of(row);
    return `${toneOrder.indexOf(v.tone)} ${v.words}`;
  },
  text: (cell) => String(cell ?? "").slice(2),
});

function columnsOf(detail: CollectorDetail, judge: Judge | null): readonly ShownColumn[] {
  const all = shownColumns(detail.columns);
  return judge ? [...all.slice(0, 1), verdictColumn(judge), ...all.slice(1)] : all;
}

function Judged({ server, collector }: { server: Server; collector: CollectorSummary }): ReactElement {
  const detail = useCollector(server.id, collector.name).data;
  const replicas = useReplicaBackups(detail && hasGroups(detail) ? server.id : null).data;
  const judged = useCallback((read: CollectorDetail) => columnsOf(read, judgeOf(read, replicas ?? [])), [replicas]);
  const judge = useMemo(() => (detail ? judgeOf(detail, replicas ?? []) : null), [detail, replicas]);
  const tones = useMemo(() => (judge && detail ? detail.rows.map((r) => judge.of(r).tone) : []), [judge, detail]);
  return (
    <CollectorPanel
      server={server}
      collector={collector}
      columnsOf={judged}
      usualSort={tones.length > 0 ? { key: "verdict", order: "asc" } : { key: detail?.columns[0]?.name ?? "", order: "asc" }}
      render={renderVerdict}
      tools={judge && tones.length > 0 && <Counts tones={tones} judge={judge} />}
      {...(judge ? { note: `Wanted: ${judge.wanted}.` } : {})}
    />
  );
}

/** Those that are not applicable, or not known, are no part of "all". */
function Counts({ tones, judge }: { tones: readonly BackupTone[]; judge: Judge }): ReactElement {
  const of = (tone: BackupTone): number => tones.filter((t) => t === tone).length;
  const critical = of("critical"), warning = of("warning"), judged = tones.length - of("unknown");
  return (
    <span className={`t12 ${critical > 0 ? "crit" : "m2"}`}>
      {judged === 0
        ? "None to judge"
        : critical + warning === 0
        ? `${judged === 1 ? "The database is" : `All ${count(judged)} databases are`} ${judge.good}`
        : `Of ${plural(judged, "database")} ${count(critical + warning)} ${judge.bad}: ${count(critical)} critical, ${count(warning)} warning`}
    </span>
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
