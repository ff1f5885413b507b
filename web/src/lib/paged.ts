// A long list read part by part: a small first part at once, more as the reader scrolls. A refresh reads what is on screen, however much is
// loaded; the parts out of sight are read anew when they come into it.
import { useCallback, useMemo, useRef, useState } from "react";
import type { ApiError } from "./http";
import { peek, put, type QueryState, refetch, useQuery } from "./query";
import { asApiError } from "./use-action";

export interface Page<T> {
  rows: readonly T[];
  total: number;
  nextCursor: string | null;
}

export type FetchPage<T> = (cursor: string | null, limit: number, signal?: AbortSignal) => Promise<Page<T>>;

/** Rows that one answer gave, and the cursor that asks for them again. */
export interface Part<T> {
  cursor: string | null;
  rows: readonly T[];
  /** Something may have changed since it was read. */
  stale: boolean;
}

export interface Loaded<T> {
  parts: readonly Part<T>[];
  total: number;
  nextCursor: string | null;
}

export interface Paged<T> {
  query: QueryState<Loaded<T>>;
  rows: readonly T[];
  total: number;
  /** What kept later rows from coming. */
  moreError: ApiError | undefined;
  /** The rows from `first` to before `last` are on screen. */
  need: (first: number, last: number) => void;
  loadAll: () => Promise<readonly T[]>;
  retry: () => void;
}

/** The first part is small, so that rows show at once; the others come as the reader scrolls. */
export const firstPageSize = 100;
export const pageSize = 1_000;
const firstView = { first: 0, last: 1 };

type KeyOf<T> = (row: T) => string | number;

export function usePaged<T>(key: string, fetchPage: FetchPage<T>, keyOf: KeyOf<T>): Paged<T> {
  const view = useRef({ key, ...firstView }), loading = useRef(false), [moreError, setMoreError] = useState<ApiError>();
  if (view.current.key !== key) view.current = { key, ...firstView };
  const source = useRef({ fetchPage, keyOf });
  source.current = { fetchPage, keyOf };
  /** One part anew, or the next one; laid over what is there by then. */
  const read = useCallback(async (cursor: string | null, signal?: AbortSignal): Promise<Loaded<T>> => {
    const page = await source.current.fetchPage(cursor, cursor === null ? firstPageSize : pageSize, signal);
    return withPart(peek<Loaded<T>>(key), cursor, page, source.current.keyOf);
  }, [key]);
  const query = useQuery<Loaded<T>>(key, async (signal) => {
    const known = peek<Loaded<T>>(key);
    if (!known) return read(null, signal);
    // A part that ends elsewhere than before moves the next one: what is in sight is looked up again after each answer.
    const done = new Set<string | null>();
    let next = known;
    for (;;) {
      const { parts } = next, seen = partsIn(next, view.current.first, view.current.last).map((i) => parts[i]?.cursor ?? null);
      const cursor = seen.find((c) => !done.has(c));
      if (cursor === undefined) break;
      done.add(cursor);
      next = await read(cursor, signal);
      put(key, next);
    }
    return { ...next, parts: next.parts.map((p) => ({ ...p, stale: p.stale || !done.has(p.cursor) })) };
  }, { poll: true });
  const loadTo = useCallback(async (count: number): Promise<void> => {
    if (loading.current) return;
    loading.current = true;
    setMoreError(undefined);
    try {
      for (let known = peek<Loaded<T>>(key); known?.nextCursor && countOf(known) < count && view.current.key === key;) {
        known = await read(known.nextCursor);
        put(key, known);
      }
    } catch (error) {
      setMoreError(asApiError(error));
    } finally {
      loading.current = false;
    }
  }, [key, read]);
  const need = useCallback((first: number, last: number) => {
    const known = peek<Loaded<T>>(key);
    view.current = { key, first, last };
    if (!known) return;
    if (known.nextCursor && last >= countOf(known)) void loadTo(last + 1);
    else if (partsIn(known, first, last).some((i) => known.parts[i]?.stale)) void refetch(key);
  }, [key, loadTo]);
  const loadAll = useCallback(async () => {
    for (const { cursor, stale } of peek<Loaded<T>>(key)?.parts ?? []) if (stale) put(key, await read(cursor));
    await loadTo(Number.MAX_SAFE_INTEGER);
    return rowsOf(peek<Loaded<T>>(key));
  }, [key, read, loadTo]);
  const rows = useMemo(() => rowsOf(query.data), [query.data]);
  return { query, rows, total: query.data?.total ?? 0, moreError, need, loadAll, retry: () => void refetch(key) };
}

const rowsOf = <T>(loaded: Loaded<T> | undefined): readonly T[] => loaded?.parts.flatMap((p) => p.rows) ?? [];
const countOf = <T>(loaded: Loaded<T>): number => loaded.parts.reduce((sum, p) => sum + p.rows.length, 0);

/**
 * The indices of the parts that hold rows from `first` to before `last`. Where rows have left the middle, the end is short: then all that
 * is stale.
 */
export function partsIn<T>({ parts, nextCursor }: Loaded<T>, first: number, last: number): readonly number[] {
  let from = 0;
  const seen = parts.flatMap((p, i) => {
    const to = from + p.rows.length, hit = to > first && from < last;
    from = to;
    return hit ? [i] : [];
  });
  if (last <= from || nextCursor !== null) return seen.length > 0 ? seen : [parts.length - 1];
  return parts.flatMap((p, i) => (p.stale || seen.includes(i) ? [i] : []));
}

/** What is loaded with the answer to `cursor` in it. A row stands once: where it was read last. */
export function withPart<T>(loaded: Loaded<T> | undefined, cursor: string | null, page: Page<T>, keyOf: KeyOf<T>): Loaded<T> {
  const { total, nextCursor } = page, before = loaded?.parts ?? [], at = before.findIndex((p) => p.cursor === cursor);
  const fresh: Part<T> = { cursor, rows: page.rows, stale: false };
  if (at < 0 && cursor !== null && cursor !== loaded?.nextCursor) return loaded ?? { parts: [fresh], total, nextCursor };
  const earlier = at < 0 ? before : before.slice(0, at), later = at < 0 ? [] : before.slice(at + 1);
  const here = new Set(page.rows.map(keyOf));
  const without = (p: Part<T>): Part<T> => ({ ...p, rows: p.rows.filter((r) => !here.has(keyOf(r))) });
  const [next, ...rest] = later;
  if (next === undefined || nextCursor === null) return { parts: [...earlier.map(without), fresh], total, nextCursor };
  // Its end moved: the part behind it begins elsewhere now.
  const moved = next.cursor === nextCursor ? next : { ...next, cursor: nextCursor, stale: true };
  return { parts: [...earlier.map(without), fresh, ...[moved, ...rest].map(without)], total, nextCursor: loaded?.nextCursor ?? null };
}
