import { type ReactElement, useMemo } from "react";
import { Icon } from "./icon";

export interface SortState<K extends string> {
  key: K;
  order: "asc" | "desc";
}

interface Props<K extends string> {
  label: string;
  column: K;
  sort: SortState<K>;
  onSort: (sort: SortState<K>) => void;
  numeric?: boolean;
  className?: string;
  /** What the column is, on hover. */
  title?: string;
}

/** A table head that sorts: a button with an arrow, and `aria-sort`. */
export function SortHead<K extends string>({ label, column, sort, onSort, numeric = false, className = "", title }: Props<K>): ReactElement {
  const chosen = sort.key === column;
  return (
    <th
      title={title}
      className={`${numeric ? "num" : ""} ${className}`}
      aria-sort={chosen ? (sort.order === "asc" ? "ascending" : "descending") : "none"}
    >
      <button type="button" onClick={() => onSort({ key: column, order: chosen && sort.order === "asc" ? "desc" : "asc" })}>
        {label}
        {chosen && <Icon name={sort.order === "asc" ? "arrow-up" : "arrow-down"} />}
      </button>
    </th>
  );
}

export function useSorted<T, K extends string>(
  rows: readonly T[],
  sort: SortState<K>,
  valueOf: Readonly<Record<K, (row: T) => string | number>>,
): readonly T[] {
  return useMemo(() => {
    const value = valueOf[sort.key], sign = sort.order === "asc" ? 1 : -1;
    return [...rows].sort((a, b) => {
      const x = value(a), y = value(b);
      return (x < y ? -1 : x > y ? 1 : 0) * sign;
    });
  }, [rows, sort, valueOf]);
}
