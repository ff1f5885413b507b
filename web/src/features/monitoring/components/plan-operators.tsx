// The operators of a statement as a table, each indented below the one that takes its rows.
import type { ReactElement } from "react";
import { Icon } from "../../../components/icon";
import { count, plural } from "../../../lib/format";
import { shareText, smallText } from "./plan-facts";
import { levelCountMax, type PlanOperator } from "./plan-tree";

export function PlanOperators({ operators, label }: { operators: readonly PlanOperator[]; label: string }): ReactElement {
  return (
    <div className="sx tblbox" tabIndex={0} role="region" aria-label={`${label} table`}>
      <table className="tbl xd planops" aria-label={label}>
        <thead>
          <tr>
            <th>Operator</th>
            <th className="num" title="What the operator itself costs, without its inputs">Share of cost</th>
            <th className="num" title="Each time that the operator runs">Estimated rows</th>
            <th>Parallel</th>
            <th>Object</th>
          </tr>
        </thead>
        <tbody>{operators.map((o, i) => <OperatorRow key={i} operator={o} />)}</tbody>
      </table>
    </div>
  );
}

function OperatorRow({ operator: o }: { operator: PlanOperator }): ReactElement {
  return (
    <tr>
      <td>
        <span className="planop">
          <Branch operator={o} />
          <span className="vh">{`Level ${count(o.depth + 1)}: `}</span>
          <b>{o.name}</b>
          {o.logical && <span className="m2">{o.logical}</span>}
          {o.hasWarning && <Icon name="exclamation-triangle-fill" className="planwarn" />}
          {o.hasWarning && <span className="vh">has a warning</span>}
          {o.isCostliest && <span className="badge" data-s="info">Costliest</span>}
        </span>
      </td>
      <td className="num">{o.share === null ? <NotThere /> : <Share share={o.share} isMost={o.isCostliest} />}</td>
      <td className="num">{o.rows === null ? <NotThere /> : smallText(o.rows)}</td>
      <td>{o.isParallel ? "Yes" : <span className="m3">No</span>}</td>
      <td>
        {o.object === null
          ? <span className="m3" title="It reads and writes no table itself">–</span>
          : (
            <>
              <span className="ell cell1" title={o.object}>{o.object}</span>
              {o.otherObjectCount > 0 && <span className="m3">{` and ${plural(o.otherObjectCount, "more", "more")}`}</span>}
            </>
          )}
      </td>
    </tr>
  );
}

function NotThere(): ReactElement {
  return <span className="m3" title="Not in the plan">–</span>;
}

function Share({ share, isMost }: { share: number; isMost: boolean }): ReactElement {
  return (
    <span className={`mb share ${isMost ? "most" : ""}`}>
      <i>
        <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
          <rect width={share} height="6" />
        </svg>
      </i>
      <b>{shareText(share)}</b>
    </span>
  );
}

/** A step of the tree, and the height of a row, in pixels. */
const stepWidth = 16, rowHeight = 28;

/** The lines that lead to an operator: one down for each level that goes on below, and a branch to its own. */
function Branch({ operator: { depth, openLevels, isLast } }: { operator: PlanOperator }): ReactElement | null {
  const level = Math.min(depth, levelCountMax), width = level * stepWidth, middle = rowHeight / 2;
  const x = (l: number): number => (l - 1) * stepWidth + 6.5;
  if (level === 0) return null;
  const through = openLevels.map((isOpen, l) => (isOpen && l > 0 && l < level ? `M${x(l)} 0V${rowHeight}` : "")).join("");
  const branch = `M${x(level)} 0V${isLast ? middle : rowHeight}M${x(level)} ${middle + 0.5}H${width - 3}`;
  return (
    <svg className="branch" width={width} height={rowHeight} viewBox={`0 0 ${width} ${rowHeight}`} aria-hidden="true">
      <path d={through + branch} />
    </svg>
  );
}
