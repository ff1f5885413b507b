// What the trial says of each row: counts that filter, and the rows.
import { type ReactElement, useMemo, useState } from "react";
import type { ImportVerdict, ImportVerdicts } from "../../../api/model";
import { Icon } from "../../../components/icon";
import type { IconName } from "../../../components/icon-names";
import { type Column, VirtualTable } from "../../../components/virtual-table";
import { count } from "../../../lib/format";
import { Link } from "../../../lib/router";

type Verdict = ImportVerdict["verdict"];

const words: Readonly<Record<Verdict, readonly [word: string, tone: string, icon: IconName]>> = {
  create: ["Will be added", "healthy", "check-circle-fill"],
  exists: ["Exists already", "offline", "dash-circle-fill"],
  duplicate: ["Twice in the file", "warning", "exclamation-triangle-fill"],
  invalid: ["Invalid", "critical", "x-octagon-fill"],
};
const order: readonly Verdict[] = ["invalid", "duplicate", "exists", "create"];

export function ImportVerdictTable({ verdicts }: { verdicts: ImportVerdicts }): ReactElement {
  const [shape, setShape] = useState<Verdict | null>(null);
  const rows = useMemo(() => verdicts.items.filter((i) => shape === null || i.verdict === shape), [verdicts, shape]);
  return (
    <>
      <div className="rollup" role="group" aria-label="Show rows">
        <button type="button" aria-pressed={shape === null} onClick={() => setShape(null)}>
          <b>{count(verdicts.rows)}</b> rows
        </button>
        {order.map((v) => (
          <button key={v} type="button" data-s={words[v][1]} aria-pressed={shape === v} onClick={() => setShape(shape === v ? null : v)}>
            <Icon name={words[v][2]} />
            <b>{count(verdicts.counts[v])}</b> {words[v][0].toLowerCase()}
          </button>
        ))}
      </div>
      {rows.length > 0
        ? (
          <div className="tblbox verdicts">
            <VirtualTable label="Rows of the file" rows={rows} total={rows.length} columns={columns} rowKey={(i) => String(i.row)} rowHeight={32} />
          </div>
        )
        : <p className="hint">No row is of this kind.</p>}
    </>
  );
}

const columns: readonly Column<ImportVerdict>[] = [
  { key: "row", head: "Row", width: "64px", render: (i) => <span className="num">{count(i.row)}</span> },
  { key: "line", head: "Line", width: "64px", render: (i) => <span className="m3 num">{i.line === null ? "" : count(i.line)}</span> },
  { key: "name", head: "Name", width: "minmax(120px, 1fr)", render: (i) => <span className="ell block" title={i.name}>{i.name || "–"}</span> },
  {
    key: "verdict",
    head: "Verdict",
    width: "140px",
    render: (i) => (
      <span className="status" data-s={words[i.verdict][1]}>
        <Icon name={words[i.verdict][2]} />
        {words[i.verdict][0]}
      </span>
    ),
  },
  { key: "why", head: "Why", width: "minmax(160px, 2fr)", render: (i) => <Why item={i} /> },
];

function Why({ item }: { item: ImportVerdict }): ReactElement | null {
  if (item.verdict === "exists" && item.serverId) {
    return <Link className="ell block" tabIndex={-1} href={`/servers/${item.serverId}`}>A server has this name</Link>;
  }
  if (item.verdict === "duplicate" && item.duplicateOf !== null) return <>Row {count(item.duplicateOf)} has this name</>;
  const text = [...item.errors, ...item.warnings].map((e) => `${e.field} ${e.reason}`).join("; ");
  return text === "" ? null : <span className="ell block" title={text}>{text}</span>;
}
