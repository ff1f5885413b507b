// A table of any length: only the rows on screen are in the page. The grid has the focus; keys walk, select, open and show the menu.
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Icon } from "./icon";
import type { MenuPlace } from "./menu";
import type { SortState } from "./sort-head";

export interface Column<T> {
  key: string;
  head: ReactNode;
  /** A CSS grid track, for example "88px" or "minmax(120px, 1fr)". */
  width: string;
  render: (row: T) => ReactNode;
  sortable?: boolean;
  end?: boolean;
}

interface Props<T> {
  label: string;
  /** What is loaded: a beginning of `total` rows. */
  rows: readonly T[];
  total: number;
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  rowHeight: number;
  sort: SortState<string>;
  onSort: (sort: SortState<string>) => void;
  selected: ReadonlySet<string> | null;
  onSelect: (keys: readonly string[], on: boolean) => void;
  onOpen: (row: T) => void;
  onMenu: (row: T, place: MenuPlace) => void;
  /** Rows up to this one are on screen: load them. */
  onNeed: (last: number) => void;
}

const headHeight = 32, overscan = 8;

export function windowOf(scrollTop: number, height: number, rowHeight: number, count: number): { first: number; last: number } {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  return { first, last: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan) };
}

export function VirtualTable<T>(props: Props<T>): ReactElement {
  const { label, rows, total, columns, rowKey, rowHeight, sort, onSort, selected, onSelect, onOpen, onMenu, onNeed } = props;
  const box = useRef<HTMLDivElement>(null), anchor = useRef(0);
  const [view, setView] = useState({ top: 0, height: 800 }), [active, setActive] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setView((v) => ({ ...v, height: element.clientHeight })));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { first, last } = windowOf(view.top, view.height, rowHeight, total);
  useEffect(() => {
    onNeed(last);
  }, [last, onNeed]);
  useEffect(() => setActive((a) => Math.max(0, Math.min(a, total - 1))), [total]);
  const tracks = columns.map((c) => c.width).join(" ");
  const go = (to: number): void => {
    const n = Math.max(0, Math.min(total - 1, to)), element = box.current, y = n * rowHeight;
    setActive(n);
    if (!element) return;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + rowHeight + headHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = y + rowHeight + headHeight - element.clientHeight;
    }
  };
  const toggle = (index: number, range: boolean): void => {
    const row = rows[index];
    if (!row || !selected) return;
    const on = !selected.has(rowKey(row)),
      from = range ? Math.min(anchor.current, index) : index,
      to = range ? Math.max(anchor.current, index) : index;
    onSelect(rows.slice(from, to + 1).map(rowKey), on);
    anchor.current = index;
  };
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((view.height - headHeight) / rowHeight) - 1), row = rows[active];
    const to =
      { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: total - 1 }[event.key];
    if (to !== undefined) go(to);
    else if (event.key === "Enter" && row !== undefined) onOpen(row);
    else if (event.key === " ") toggle(active, event.shiftKey);
    else if ((event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) && row !== undefined) {
      const at = document.getElementById(`${rowID(label)}-${active}`)?.getBoundingClientRect();
      onMenu(row, { x: (at?.right ?? 0) - 56, y: (at?.top ?? 0) + 4, side: "end" });
    } else return;
    event.preventDefault();
  };
  const shown: ReactElement[] = [];
  for (let i = first; i < last; i++) {
    const row = rows[i], key = row === undefined ? `wait-${i}` : rowKey(row);
    shown.push(
      <VirtualRow
        key={key}
        id={`${rowID(label)}-${i}`}
        index={i}
        row={row}
        columns={columns}
        tracks={tracks}
        height={rowHeight}
        active={i === active}
        chosen={row !== undefined && selected !== null ? selected.has(key) : null}
      />,
    );
  }
  /** Clicks are heard once, on the grid: a row knows its index. */
  const indexOf = (event: MouseEvent): number => {
    const element = event.target instanceof Element ? event.target.closest("[data-index]") : null;
    return element instanceof HTMLElement ? Number(element.dataset.index) : -1;
  };
  const onClick = (event: MouseEvent): void => {
    const index = indexOf(event), row = rows[index], target = event.target instanceof Element ? event.target : null;
    if (row === undefined || !target || event.defaultPrevented) return;
    setActive(index);
    if (target.closest(".check")) toggle(index, event.shiftKey);
    else if (target.closest("[data-menu]")) {
      const at = target.closest("[data-menu]")?.getBoundingClientRect();
      onMenu(row, { x: (at?.left ?? 0) - 4, y: (at?.top ?? 0) - 6, side: "end" });
    } else if (!target.closest("a, button") && String(window.getSelection() ?? "") === "") onOpen(row);
    if (!target.closest("a")) box.current?.focus({ preventScroll: true });
  };
  return (
    <div
      className="vt"
      ref={box}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-multiselectable={selected ? true : undefined}
      aria-activedescendant={active >= first && active < last ? `${rowID(label)}-${active}` : undefined}
      onKeyDown={onKey}
      onClick={onClick}
      onContextMenu={(event) => {
        const row = rows[indexOf(event)];
        if (row === undefined) return;
        event.preventDefault();
        setActive(indexOf(event));
        onMenu(row, { x: event.clientX, y: event.clientY, side: "start" });
      }}
      onScroll={(event) => {
        const top = event.currentTarget.scrollTop;
        setView((v) => ({ ...v, top }));
      }}
    >
      <div className="vt-head" role="rowgroup">
        <div role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
          {columns.map((c) => <Head key={c.key} column={c} sort={sort} onSort={onSort} />)}
        </div>
      </div>
      <div className="vt-body" role="rowgroup" style={{ height: total * rowHeight }}>{shown}</div>
    </div>
  );
}

const rowID = (label: string): string => label.replace(/\W+/g, "-");

function Head<T>(
  { column, sort, onSort }: { column: Column<T>; sort: SortState<string>; onSort: (sort: SortState<string>) => void },
): ReactElement {
  const chosen = sort.key === column.key, ascending = sort.order === "asc";
  return (
    <div
      role="columnheader"
      className={column.end ? "end" : ""}
      aria-sort={column.sortable ? (chosen ? (ascending ? "ascending" : "descending") : "none") : undefined}
    >
      {column.sortable
        ? (
          <button type="button" onClick={() => onSort({ key: column.key, order: chosen && ascending ? "desc" : "asc" })}>
            {column.head}
            {chosen && <Icon name={ascending ? "arrow-up" : "arrow-down"} />}
          </button>
        )
        : column.head}
    </div>
  );
}

interface RowProps<T> {
  id: string;
  index: number;
  row: T | undefined;
  columns: readonly Column<T>[];
  tracks: string;
  height: number;
  active: boolean;
  chosen: boolean | null;
}

function VirtualRow<T>({ id, index, row, columns, tracks, height, active, chosen }: RowProps<T>): ReactElement {
  return (
    <div
      id={id}
      role="row"
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={chosen ?? undefined}
      className={active ? "active" : ""}
      style={{ gridTemplateColumns: tracks, height, transform: `translateY(${index * height}px)` }}
    >
      {columns.map((c) => (
        <div key={c.key} role="gridcell" className={c.end ? "end" : ""}>
          {row === undefined ? <span className="sk c" /> : c.render(row)}
        </div>
      ))}
    </div>
  );
}
