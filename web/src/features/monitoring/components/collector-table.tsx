// Any collector's rows as a table: units in words, sorted by any column, filtered by any text, saved as CSV.
import { type ReactElement, type ReactNode, useMemo, useState } from "react";
import type { Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { CopyButton } from "../../../components/bits";
import { Dialog } from "../../../components/dialog";
import { Icon } from "../../../components/icon";
import { Empty } from "../../../components/panel";
import { SearchField } from "../../../components/search-field";
import { SortHead, type SortState } from "../../../components/sort-head";
import { fileName } from "../../../lib/csv";
import { count, plural } from "../../../lib/format";
import { saveText } from "../../../lib/save-file";
import type { Cell, Row } from "../api/collector-types";
import { cellText, isNumeric, matchingRows, rowsCsv, type ShownColumn, sortedRows } from "./collector-cells";
import { PlanDialog } from "./plan-dialog";

/** So many rows are drawn at first, and as many more at each press; sorting and filtering go over all. */
const rowCountStep = 200;
/** Without a filter field a small table is quieter. */
const filterRowCountMin = 8;

interface Props {
  label: string;
  server: Pick<Server, "id" | "name">;
  columns: readonly ShownColumn[];
  rows: readonly Row[];
  usualSort?: SortState<string>;
  /** Draws some cells otherwise; `undefined` leaves a cell as it is. */
  render?: (column: ShownColumn, cell: Cell, row: Row) => ReactNode | undefined;
  tools?: ReactNode;
  note?: ReactNode;
}

const firstOf = (columns: readonly ShownColumn[]): SortState<string> => ({ key: columns[0]?.name ?? "", order: "asc" });

export function CollectorTable({ label, server, columns, rows, usualSort, render, tools, note }: Props): ReactElement {
  const [chosen, setChosen] = useState<SortState<string> | null>(null), [filter, setFilter] = useState(""), [steps, setSteps] = useState(1);
  const [opened, setOpened] = useState<Opened | null>(null), sort = chosen ?? usualSort ?? firstOf(columns);
  const found = useMemo(() => {
    const column = columns.find((c) => c.name === sort.key);
    return sortedRows(matchingRows(rows, columns, filter), column, sort.order);
  }, [rows, columns, filter, sort.key, sort.order]);
  const shown = found.slice(0, steps * rowCountStep), rest = found.length - shown.length;
  return (
    <>
      <div className="toolbar tight">
        {(rows.length >= filterRowCountMin || filter !== "") && (
          <SearchField value={filter} label={`Filter ${label}`} placeholder="Filter rows" onValue={setFilter} />
        )}
        <span className="m2 t12" role="status">
          {filter ? `${count(found.length)} of ${plural(rows.length, "row")}` : plural(rows.length, "row")}
        </span>
        {tools}
        <span className="grow" />
        <button
          className="btn sm"
          type="button"
          aria-label={`Save ${label} as CSV`}
          onClick={() => saveText(`${fileName(server.name, label)}.csv`, rowsCsv(columns, found))}
        >
          <Icon name="download" />CSV
        </button>
      </div>
      {found.length === 0
        ? (
          <Empty icon="funnel" title="No row matches" text={`None of ${plural(rows.length, "row")} has "${filter}".`}>
            <button className="btn sm" type="button" onClick={() => setFilter("")}>Clear filter</button>
          </Empty>
        )
        : (
          <div className="sx ctbl" tabIndex={0} role="region" aria-label={`${label} table`}>
            <table className="tbl xd" aria-label={label}>
              <thead>
                <tr>
                  {columns.map((c) => (
                    <SortHead key={c.name} label={c.head} column={c.name} sort={sort} onSort={setChosen} numeric={isNumeric(c)} title={c.description} />
                  ))}
                </tr>
              </thead>
              <Rows columns={columns} rows={shown} render={render} onOpen={setOpened} />
            </table>
          </div>
        )}
      {(rest > 0 || note) && (
        <div className="pf push">
          <span>{rest > 0 ? `The first ${count(shown.length)}; ${plural(rest, "more row")}.` : note}</span>
          {rest > 0 && (
            <button className="btn ghost sm" type="button" onClick={() => setSteps(steps + 1)}>
              Show {count(Math.min(rest, rowCountStep))} more
            </button>
          )}
        </div>
      )}
      {opened?.kind === "text" && <StatementDialog text={opened.text} onClose={() => setOpened(null)} />}
      {opened?.kind === "plan" && <PlanDialog server={server} planId={opened.id} onClose={() => setOpened(null)} />}
    </>
  );
}

/** What a cell's button showed. */
type Opened = { kind: "text"; text: string } | { kind: "plan"; id: string };

interface RowsProps extends Pick<Props, "columns" | "rows"> {
  render: Props["render"] | undefined;
  onOpen: (what: Opened) => void;
}

function Rows({ columns, rows, render, onOpen }: RowsProps): ReactElement {
  const onText = (text: string): void => onOpen({ kind: "text", text }), onPlan = (id: string): void => onOpen({ kind: "plan", id });
  return (
    <tbody>
      {rows.map((row, i) => (
        <tr key={i}>
          {columns.map((c) => (
            <td key={c.name} className={isNumeric(c) ? "num" : ""}>
              {render?.(c, c.of(row), row) ?? <CellView column={c} cell={c.of(row)} onText={onText} onPlan={onPlan} />}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

function StatementDialog({ text, onClose }: { text: string; onClose: () => void }): ReactElement {
  return (
    <Dialog
      title="Statement"
      onClose={onClose}
      actions={
        <>
          <CopyButton text={text} />
          <button className="btn primary" type="button" onClick={onClose}>Close</button>
        </>
      }
    >
      <div className="code" tabIndex={0} role="region" aria-label="Statement">
        <pre className="wrapt">{text}</pre>
      </div>
    </Dialog>
  );
}

/** Longer texts are cut, with the whole on hover. */
const textLengthMax = 60;

interface CellProps {
  column: ShownColumn;
  cell: Cell;
  onText: (text: string) => void;
  /** Without it a plan is only said to be there. */
  onPlan?: (id: string) => void;
}

export function CellView({ column, cell, onText, onPlan }: CellProps): ReactElement {
  if (cell === null || cell === "") return <span className="m3" title={column.none ?? "Not known"}>–</span>;
  if (column.kind === "plan" && onPlan) {
    return (
      <button className="btn sm incell" type="button" title="Show the query plan" onClick={() => onPlan(String(cell))}>
        Plan
      </button>
    );
  }
  if (column.kind === "time") {
    const at = Date.parse(String(cell));
    return Number.isNaN(at) ? <span>{String(cell)}</span> : <Ago at={at} />;
  }
  if (column.kind === "query_text") {
    const text = String(cell);
    return (
      <button className="linkish mono ell sql" type="button" title="Show the whole statement" onClick={() => onText(text)}>
        {oneLine(text)}
      </button>
    );
  }
  const text = cellText(column, cell);
  if (column.kind === "label") return <span className="ell cell1" title={text}>{text}</span>;
  return text.length > textLengthMax ? <span className="ell cell1" title={text}>{text}</span> : <>{text}</>;
}

export const oneLine = (text: string): string => text.replace(/\s+/g, " ").slice(0, 160);
