// Shared request cache: one fetch in flight per key, old data stays while new data comes, polling, invalidation by prefix.
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { connection, onRecovered } from "./connection";
import { ApiError } from "./http";
import { live, pollMs as livePollMs } from "./live";

export interface QueryState<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  /** When `data` came, in milliseconds; 0 before the first answer. */
  at: number;
}

interface Entry {
  state: QueryState<unknown>;
  watchers: Set<() => void>;
  run: AbortController | undefined;
  again: boolean;
  fetcher: ((signal: AbortSignal) => Promise<unknown>) | undefined;
  /** Since the last answer: how often asking failed, and before when it is not asked by itself again. */
  failures: number;
  /** By the clock that is never set (`performance.now`). */
  retryAt: number;
}

export interface QueryOptions<T> {
  /** Data younger than this is shown without asking again. */
  staleMs?: number;
  /** Asks again by the pace of the live stream: seldom while it works, every 30 s while it does not. */
  poll?: boolean;
  /** A pace of its own, by what is known so far; `null` keeps to that of the live stream. */
  pollMs?: (data: T | undefined) => number | null;
  /** How often a hidden tab asks; left out or `null`, it rests until it is looked at. */
  hiddenPollMs?: () => number | null;
}

const retryMsMin = 2_000;
const retryMsMax = 60_000;
/** Past this number of answers those that nobody has looked at for a while are forgotten: a page may be open for weeks. */
const cacheCountMax = 400;
const forgottenAfterMs = 300_000;
const cache = new Map<string, Entry>();
const initial: QueryState<unknown> = { data: undefined, error: undefined, loading: true, at: 0 };

function entryOf(key: string): Entry {
  let entry = cache.get(key);
  if (!entry) {
    if (cache.size >= cacheCountMax) forgetUnwatched();
    entry = { state: initial, watchers: new Set(), run: undefined, again: false, fetcher: undefined, failures: 0, retryAt: 0 };
    cache.set(key, entry);
  }
  return entry;
}

/** How old an answer is; where the machine's clock was set back since, older than anything. */
function ageMs(entry: Entry): number {
  const age = Date.now() - entry.state.at;
  return age < 0 ? Infinity : age;
}

function forgetUnwatched(): void {
  for (const [key, entry] of [...cache]) if (entry.watchers.size === 0 && !entry.run && ageMs(entry) > forgottenAfterMs) cache.delete(key);
}

function update(entry: Entry, state: QueryState<unknown>): void {
  entry.state = state;
  for (const watcher of [...entry.watchers]) watcher();
}

/**
 * How long polling waits after a failure: longer each time, as long as the server asked for, and after a refusal (a 404 stays one)
 * at least the usual pace.
 */
export function retryMs(fault: ApiError, failures: number, paceMs: number): number {
  const isRefusal = fault.status >= 400 && fault.status < 500 && fault.status !== 429;
  const backoffMs = Math.min(retryMsMax, retryMsMin * 2 ** (failures - 1));
  return Math.max(backoffMs, (fault.retryAfterSeconds ?? 0) * 1_000, isRefusal ? paceMs : 0);
}

/** Parts of keys that nothing asks for meanwhile. */
const held = new Set<string>();

/**
 * Does `work`, which ends what `id` names: until it is done nothing asks about it, for the answer would be a 404 that tells the reader nothing.
 * An event of the same change may come before the answer to it. When `work` fails, what was held back is asked at once.
 */
export async function whileEnding(id: string, work: () => Promise<void>): Promise<void> {
  held.add(id);
  for (const [key, entry] of cache) {
    if (!key.includes(id)) continue;
    entry.run?.abort();
    entry.run = undefined;
    entry.again = false;
  }
  try {
    await work();
    // The page that showed it goes with the next rendering.
    await new Promise((resolve) => setTimeout(resolve));
    held.delete(id);
  } catch (error) {
    held.delete(id);
    for (const [key, entry] of [...cache]) if (key.includes(id) && entry.watchers.size > 0) void refetch(key);
    throw error;
  }
}

/** Asks now. While a request runs, one more is noted: a change that came in between is not missed. */
export async function refetch(key: string): Promise<void> {
  const entry = entryOf(key);
  if (!entry.fetcher || [...held].some((id) => key.includes(id))) return;
  if (entry.run) {
    entry.again = true;
    return;
  }
  const run = new AbortController();
  entry.run = run;
  update(entry, { ...entry.state, loading: true });
  try {
    const data = await entry.fetcher(run.signal);
    if (entry.run === run) {
      entry.failures = 0;
      update(entry, { data, error: undefined, loading: false, at: Date.now() });
    }
  } catch (error) {
    const fault = error instanceof ApiError ? error : new ApiError(0, "PAGE_ERROR", error instanceof Error ? error.message : String(error));
    if (entry.run === run) {
      entry.failures += 1;
      entry.retryAt = performance.now() + retryMs(fault, entry.failures, livePollMs());
      update(entry, { ...entry.state, error: fault, loading: false });
    }
  } finally {
    if (entry.run === run) {
      entry.run = undefined;
      if (entry.again) {
        entry.again = false;
        void refetch(key);
      }
    }
  }
}

/** What failed while the connection is lost waits until it is back; what works goes on. */
function waits(entry: Entry): boolean {
  return connection.get().down && entry.failures > 0;
}

/** What starts with the prefix is asked again when it is on screen, and forgotten when it is not. Younger answers may be spared. */
export function invalidate(prefix: string, olderThanMs = 0): void {
  for (const [key, entry] of [...cache]) {
    if (!key.startsWith(prefix) || ageMs(entry) < olderThanMs || waits(entry)) continue;
    if (entry.watchers.size > 0) void refetch(key);
    else cache.delete(key);
  }
}

/** Puts a value into the cache, for example the answer of a write. */
export function put<T>(key: string, data: T): void {
  const entry = entryOf(key);
  entry.failures = 0;
  update(entry, { data, error: undefined, loading: false, at: Date.now() });
}

/** What is known by now, without asking. */
export function peek<T>(key: string): T | undefined {
  return cache.get(key)?.state.data as T | undefined;
}

export function forgetAll(): void {
  for (const [key, entry] of [...cache]) {
    entry.run?.abort();
    entry.run = undefined;
    if (entry.watchers.size === 0) cache.delete(key);
    else update(entry, initial);
  }
}

function refetchStale(olderThanMs: number): void {
  for (const [key, entry] of cache) if (entry.watchers.size > 0 && ageMs(entry) > olderThanMs) void refetch(key);
}

onRecovered(() => refetchStale(0));
if (typeof document !== "undefined") {
  // A hidden tab does not ask; it catches up in the moment it is looked at again.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !live.get().paused) refetchStale(5_000);
  });
}

/** The state of a request. A `null` key asks nothing and stays empty. */
export function useQuery<T>(key: string | null, fetcher: (signal: AbortSignal) => Promise<T>, options: QueryOptions<T> = {}): QueryState<T> {
  const { staleMs = 2_000, poll = false } = options, pace = useRef(options.pollMs);
  pace.current = options.pollMs;
  const away = useRef(options.hiddenPollMs);
  away.current = options.hiddenPollMs;
  const latest = useRef(fetcher);
  latest.current = fetcher;
  const watch = useCallback((watcher: () => void) => {
    if (key === null) return () => undefined;
    const entry = entryOf(key);
    entry.watchers.add(watcher);
    return () => {
      entry.watchers.delete(watcher);
      if (entry.watchers.size === 0) {
        entry.run?.abort();
        entry.run = undefined;
      }
    };
  }, [key]);
  const state = useSyncExternalStore(watch, () => (key === null ? initial : entryOf(key).state));
  useEffect(() => {
    if (key === null) return undefined;
    const entry = entryOf(key);
    entry.fetcher = (signal) => latest.current(signal);
    if (!entry.run && ageMs(entry) > staleMs) void refetch(key);
    if (!poll) return undefined;
    const timer = setInterval(() => {
      const quiet = live.get().paused || waits(entry);
      const paceMs = document.hidden ? away.current?.() ?? Infinity : pace.current?.((entry.state as QueryState<T>).data) ?? livePollMs();
      const isDue = ageMs(entry) >= paceMs - 500 && (entry.failures === 0 || performance.now() >= entry.retryAt);
      if (!quiet && !entry.run && isDue) void refetch(key);
    }, 1_000);
    return () => clearInterval(timer);
  }, [key, staleMs, poll]);
  return state as QueryState<T>;
}
