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
  render: (row: T, isChosen: boolean) => ReactNode;
  sortable?: boolean;
  end?: boolean;
}

/** The keys that are chosen; "all" also means the rows that are not loaded. */
export type Chosen = ReadonlySet<string> | "all";

interface Props<T> {
  label: string;
  /** What is loaded: a beginning of `total` rows. */
  rows: readonly T[];
  total: number;
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  rowHeight: number;
  sort?: SortState<string>;
  onSort?: (sort: SortState<string>) => void;
  /** Left out, rows cannot be chosen. */
  selected?: Chosen | null;
  onSelect?: (keys: readonly string[], on: boolean) => void;
  /** Ctrl A and Esc. */
  onSelectAll?: (on: boolean) => void;
  onOpen?: (row: T) => void;
  onMenu?: (row: T, place: MenuPlace) => void;
  /** The rows from `first` to before `last` are on screen: load them. */
  onNeed?: (first: number, last: number) => void;
}

const headHeight = 32, overscan = 4;

export function windowOf(scrollTop: number, height: number, rowHeight: number, count: number): { first: number; last: number } {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  return { first, last: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan) };
}

/** What a range that moves from one end to another newly holds, and what it leaves. */
export function rangeChange(anchor: number, before: number, now: number): { on: readonly number[]; off: readonly number[] } {
  const span = (a: number, b: number): number[] => {
    const from = Math.min(a, b);
    return Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => from + i);
  };
  const kept = new Set(span(anchor, now));
  return { on: [...kept], off: span(anchor, before).filter((i) => !kept.has(i)) };
}

export function VirtualTable<T>(props: Props<T>): ReactElement {
  const { label, rows, total, columns, rowKey, rowHeight, sort, onSort, selected = null, onSelect, onSelectAll } = props;
  const { onOpen, onMenu, onNeed } = props;
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
    onNeed?.(first, last);
  }, [first, last, onNeed]);
  useEffect(() => setActive((a) => Math.max(0, Math.min(a, total - 1))), [total]);
  const tracks = columns.map((c) => c.width).join(" ");
  const go = (to: number): number => {
    const n = Math.max(0, Math.min(total - 1, to)), element = box.current, y = n * rowHeight;
    setActive(n);
    if (!element) return n;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + rowHeight + headHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = y + rowHeight + headHeight - element.clientHeight;
    }
    return n;
  };
  const isChosen = (key: string): boolean => selected === "all" || (selected !== null && selected.has(key));
  const keysAt = (indices: readonly number[]): string[] =>
    indices.flatMap((i) => {
      const row = rows[i];
      return row === undefined ? [] : [rowKey(row)];
    });
  const toggle = (index: number, range: boolean): void => {
    const row = rows[index];
    if (row === undefined || selected === null) return;
    const on = range || !isChosen(rowKey(row));
    onSelect?.(keysAt(range ? rangeChange(anchor.current, index, index).on : [index]), on);
    if (!range) anchor.current = index;
  };
  /** Shift and an arrow: the range from where it began grows and shrinks. */
  const extend = (to: number): void => {
    const now = go(to), { on, off } = rangeChange(anchor.current, active, now);
    onSelect?.(keysAt(on), true);
    if (off.length > 0) onSelect?.(keysAt(off), false);
  };
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((view.height - headHeight) / rowHeight) - 1), row = rows[active];
    const to =
      { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: total - 1 }[event.key];
    if (to !== undefined && event.shiftKey && selected !== null) extend(to);
    else if (to !== undefined) anchor.current = go(to);
    else if (event.key === "Enter" && row !== undefined) onOpen?.(row);
    else if (event.key === " ") toggle(active, event.shiftKey);
    else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey) && onSelectAll) onSelectAll(true);
    else if (event.key === "Escape" && onSelectAll) onSelectAll(false);
    else if ((event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) && row !== undefined && onMenu) {
      const at = document.getElementById(`${rowID(label)}-${active}`)?.getBoundingClientRect();
      onMenu(row, { x: (at?.right ?? 0) - 56, y: (at?.top ?? 0) + 4, side: "end" });
    } else return;
    event.preventDefault();
  };
  const shown = useRows(first, last, (i) => {
    const row = rows[i], key = row === undefined ? `wait-${i}` : rowKey(row);
    return {
      key,
      id: `${rowID(label)}-${i}`,
      index: i,
      row,
      columns,
      tracks,
      height: rowHeight,
      active: i === active,
      chosen: row !== undefined && selected !== null ? isChosen(key) : null,
    };
  });
  /** Clicks are heard once, on the grid: a row knows its index. */
  const indexOf = (event: MouseEvent): number => {
    const element = event.target instanceof Element ? event.target.closest("[data-index]") : null;
    return element instanceof HTMLElement ? Number(element.dataset.index) : -1;
  };
  const onClick = (event: MouseEvent): void => {
    const index = indexOf(event), row = rows[index], target = event.target instanceof Element ? event.target : null;
    if (row === undefined || !target || event.defaultPrevented) return;
    const link = target.closest("a, button"), many = selected !== null && (event.shiftKey || event.ctrlKey || event.metaKey);
    setActive(index);
    if (target.closest(".check") || (many && !link)) toggle(index, event.shiftKey);
    else if (target.closest("[data-menu]")) {
      const at = target.closest("[data-menu]")?.getBoundingClientRect();
      onMenu?.(row, { x: (at?.left ?? 0) - 4, y: (at?.top ?? 0) - 6, side: "end" });
    } else if (!link && String(window.getSelection() ?? "") === "") onOpen?.(row);
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
      aria-multiselectable={selected !== null ? true : undefined}
      aria-activedescendant={active >= first && active < last ? `${rowID(label)}-${active}` : undefined}
      onKeyDown={onKey}
      onClick={onClick}
      // A range with Shift selects rows, not text.
      onMouseDown={(event) => {
        if (event.shiftKey && selected !== null) event.preventDefault();
      }}
      onContextMenu={(event) => {
        const row = rows[indexOf(event)];
        if (row === undefined || !onMenu) return;
        event.preventDefault();
        setActive(indexOf(event));
        onMenu(row, { x: event.clientX, y: event.clientY, side: "start" });
      }}
      onScroll={(event) => {
        // Whole rows only: a scroll by a few pixels renders nothing.
        const top = Math.floor(event.currentTarget.scrollTop / rowHeight) * rowHeight;
        setView((v) => (v.top === top ? v : { ...v, top }));
      }}
    >
      <div className="vt-head" role="rowgroup">
        <div role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
          {columns.map((c) => <Head key={c.key} column={c} sort={sort} onSort={onSort} />)}
        </div>
      </div>
      <div className="vt-body" role="rowgroup" style={{ height: total * rowHeight, paddingBlockStart: first * rowHeight }}>{shown}</div>
    </div>
  );
}

const rowID = (label: string): string => label.replace(/\W+/g, "-");

interface HeadProps<T> {
  column: Column<T>;
  sort: SortState<string> | undefined;
  onSort: ((sort: SortState<string>) => void) | undefined;
}

function Head<T>({ column, sort, onSort }: HeadProps<T>): ReactElement {
  const chosen = sort?.key === column.key, ascending = sort?.order !== "desc", sortable = column.sortable && onSort;
  return (
    <div
      role="columnheader"
      className={column.end ? "end" : ""}
      aria-sort={sortable ? (chosen ? (ascending ? "ascending" : "descending") : "none") : undefined}
    >
      {sortable
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

/** The rows on screen. One that has not changed is the same element as before, so that scrolling renders only what comes in. */
function useRows<T>(first: number, last: number, propsAt: (index: number) => RowProps<T> & { key: string }): readonly ReactElement[] {
  const made = useRef(new Map<string, { props: RowProps<T>; element: ReactElement }>());
  const next = new Map<string, { props: RowProps<T>; element: ReactElement }>();
  for (let i = first; i < last; i++) {
    const { key, ...props } = propsAt(i), old = made.current.get(key);
    next.set(key, old && sameProps(old.props, props) ? old : { props, element: <VirtualRow key={key} {...props} /> });
  }
  made.current = next;
  return [...next.values()].map((m) => m.element);
}

function sameProps<T>(a: RowProps<T>, b: RowProps<T>): boolean {
  return a.row === b.row && a.columns === b.columns && a.index === b.index && a.active === b.active && a.chosen === b.chosen &&
    a.height === b.height;
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
      style={{ gridTemplateColumns: tracks, height }}
    >
      {columns.map((c) => (
        <div key={c.key} role="gridcell" className={c.end ? "end" : ""}>
          {row === undefined ? <span className="sk c" /> : c.render(row, chosen === true)}
        </div>
      ))}
    </div>
  );
}
