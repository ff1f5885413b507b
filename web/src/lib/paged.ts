// A long list read page by page: a small first page at once, more as the reader scrolls; a refresh brings back as many rows as there were.
import { useCallback, useRef, useState } from "react";
import type { ApiError } from "./http";
import { put, type QueryState, refetch, useQuery } from "./query";
import { asApiError } from "./use-action";

export interface Page<T> {
  rows: readonly T[];
  total: number;
  nextCursor: string | null;
}

export type FetchPage<T> = (cursor: string | null, limit: number, signal?: AbortSignal) => Promise<Page<T>>;

export interface Paged<T> {
  query: QueryState<Page<T>>;
  rows: readonly T[];
  total: number;
  /** What kept later rows from coming. */
  moreError: ApiError | undefined;
  need: (last: number) => void;
  loadAll: () => Promise<readonly T[]>;
  retry: () => void;
}

/** The first page is small, so that rows show at once; the others come as the reader scrolls. */
export const firstPageSize = 100;
export const pageSize = 1_000;
const noRows: readonly never[] = [];

export function usePaged<T>(key: string, fetchPage: FetchPage<T>, keyOf: (row: T) => string | number): Paged<T> {
  const wanted = useRef({ key, count: firstPageSize }), loading = useRef(false), [moreError, setMoreError] = useState<ApiError>();
  if (wanted.current.key !== key) wanted.current = { key, count: firstPageSize };
  const fetcher = useRef({ fetchPage, keyOf });
  fetcher.current = { fetchPage, keyOf };
  const query = useQuery(key, async (signal) => {
    let page = await fetcher.current.fetchPage(null, firstPageSize, signal);
    while (page.nextCursor && page.rows.length < wanted.current.count) {
      page = joined(page, await fetcher.current.fetchPage(page.nextCursor, pageSize, signal), fetcher.current.keyOf);
    }
    return page;
  }, { poll: true });
  const latest = useRef<Page<T> | undefined>(undefined);
  latest.current = query.data;
  const loadTo = useCallback(async (count: number): Promise<void> => {
    if (loading.current || !latest.current) return;
    loading.current = true;
    setMoreError(undefined);
    try {
      let page = latest.current;
      while (page.nextCursor && page.rows.length < count && wanted.current.key === key) {
        page = joined(page, await fetcher.current.fetchPage(page.nextCursor, pageSize), fetcher.current.keyOf);
        wanted.current.count = page.rows.length;
        latest.current = page;
        if (wanted.current.key === key) put(key, page);
      }
    } catch (error) {
      setMoreError(asApiError(error));
    } finally {
      loading.current = false;
    }
  }, [key]);
  const loaded = query.data?.rows.length ?? 0;
  const need = useCallback((last: number) => {
    if (last >= loaded) void loadTo(last + 1);
  }, [loaded, loadTo]);
  const loadAll = useCallback(async () => {
    await loadTo(Number.MAX_SAFE_INTEGER);
    return latest.current?.rows ?? noRows;
  }, [loadTo]);
  return { query, rows: query.data?.rows ?? noRows, total: query.data?.total ?? 0, moreError, need, loadAll, retry: () => void refetch(key) };
}

function joined<T>(a: Page<T>, b: Page<T>, keyOf: (row: T) => string | number): Page<T> {
  const known = new Set(a.rows.map(keyOf));
  return { rows: [...a.rows, ...b.rows.filter((r) => !known.has(keyOf(r)))], total: b.total, nextCursor: b.nextCursor };
}
