// The blocking tree: the lead blocker on top, who waits below whom they wait for.
import { type ReactElement, useState } from "react";
import { CopyButton } from "../../../components/bits";
import { Dialog } from "../../../components/dialog";
import { Icon } from "../../../components/icon";
import { count, plural } from "../../../lib/format";
import type { CollectorColumn, Row } from "../api/collector-types";
import { type BlockingColumns, type BlockingNode, blockingTree, flatTree } from "./blocking";
import { isNumeric, type ShownColumn, shownColumns } from "./collector-cells";
import { CellView } from "./collector-table";

interface Props {
  columns: readonly CollectorColumn[];
  rows: readonly Row[];
  at: BlockingColumns;
}

/** As many columns as can be read beside the tree; the table below has all. */
const columnCountMax = 7;
/** The columns that say most about a wait, in the order shown. */
const wanted = [
  /wait_type|wait_event|lock_mode/,
  /^wait.*(ms|seconds)$/,
  /resource|lock_target|lock_table|object/,
  /login|user/,
  /program|application/,
  /transaction_(ms|seconds)/,
  /_text$/,
];

export function BlockingTree({ columns, rows, at }: Props): ReactElement {
  const leads = blockingTree(rows, at), nodes = flatTree(leads), [text, setText] = useState<string | null>(null);
  const all = shownColumns(columns), shown = pick(all, at), blocked = leads.reduce((sum, n) => sum + n.blockedCount, 0);
  return (
    <>
      <div className="toolbar tight">
        <span className="m2 t12" role="status">
          {plural(leads.length, "lead blocker")}, {plural(blocked, "session")} blocked
        </span>
      </div>
      <div className="sx" tabIndex={0} role="region" aria-label="Blocking tree table">
        <table className="tbl dense btree" aria-label="Blocking tree">
          <thead>
            <tr>
              <th>Session</th>
              {shown.map((c) => <th key={c.name} className={isNumeric(c) ? "num" : ""} title={c.description}>{c.head}</th>)}
            </tr>
          </thead>
          <tbody>{nodes.map((n) => <TreeRow key={n.id} node={n} columns={shown} onText={setText} />)}</tbody>
        </table>
      </div>
      {text !== null && (
        <Dialog title="Statement" onClose={() => setText(null)} actions={<CopyButton text={text} />}>
          <div className="code" tabIndex={0} role="region" aria-label="Statement">
            <pre className="wrapt">{text}</pre>
          </div>
        </Dialog>
      )}
    </>
  );
}

interface RowProps {
  node: BlockingNode;
  columns: readonly ShownColumn[];
  onText: (text: string) => void;
}

function TreeRow({ node, columns, onText }: RowProps): ReactElement {
  const lead = node.depth === 0;
  return (
    <tr className={lead ? "hl" : ""}>
      <td>
        <span className="tree" data-depth={Math.min(node.depth, 8)}>
          {!lead && <Icon name="arrow-return-right" />}
          <b className="num">{node.id}</b>
          <span className="vh">{lead ? "leads" : `waits at level ${node.depth}`}</span>
          {node.blockedCount > 0 && <span className="badge" data-s={lead ? "critical" : undefined}>Blocks {count(node.blockedCount)}</span>}
          {lead && <LeadBadge node={node} />}
          {node.isCycle && <span className="badge" data-s="critical">Waits in a circle</span>}
        </span>
      </td>
      {columns.map((c) => (
        <td key={c.name} className={isNumeric(c) ? "num" : ""}>
          {node.row
            ? <CellView column={c} cell={c.of(node.row)} onText={onText} />
            : <span className="m3" title="This session is not in the list">–</span>}
        </td>
      ))}
    </tr>
  );
}

function LeadBadge({ node }: { node: BlockingNode }): ReactElement {
  if (!node.row) return <span className="badge" title="It runs nothing now, or stands beyond the collector's limit of rows">Not in the list</span>;
  return node.isIdle ? <span className="badge" data-s="warning">Idle, holds locks</span> : <span className="badge">Lead blocker</span>;
}

function pick(all: readonly ShownColumn[], at: BlockingColumns): ShownColumn[] {
  const rest = all.filter((c, i) => i !== at.session && i !== at.blocker && c.kind !== "plan"), chosen: ShownColumn[] = [];
  for (const pattern of wanted) {
    const hit = rest.find((c) => pattern.test(c.name) && !chosen.includes(c));
    if (hit) chosen.push(hit);
  }
  return chosen.length > 0 ? chosen.slice(0, columnCountMax) : rest.slice(0, columnCountMax);
}
