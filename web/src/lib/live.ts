// The tenant's event stream. Screens ask again when an event says that something changed; without the stream they poll.
import { makeStore } from "./store";

export type LiveMode = "connecting" | "live" | "polling";

export interface Live {
  mode: LiveMode;
  paused: boolean;
  pausedAt: number;
}

export interface LiveEvent {
  topic: string;
  data: Record<string, unknown>;
}

export const liveTopics = [
  "server.created",
  "server.updated",
  "server.deleted",
  "server.health",
  "server.status",
  "servers.collected",
  "servers.changed",
  "server.deployment",
  "operation.changed",
  "group.changed",
  "label.changed",
  "credential.changed",
  "view.changed",
  "collector.changed",
  "settings.changed",
  "user.changed",
  "apiKey.changed",
  "collection.status",
  "collection.lost",
  "tenant.changed",
  "reset",
] as const;

/** While the stream works, polling is only the safety net. */
const safetyPollMs = 120_000;
const reopenDelayMsMin = 2_000;
const reopenDelayMsMax = 30_000;

export const live = makeStore<Live>({ mode: "connecting", paused: false, pausedAt: 0 });
const listeners = new Set<(event: LiveEvent) => void>();
let source: EventSource | undefined;
let reopenTimer: ReturnType<typeof setTimeout> | undefined;
let reopenDelayMs = reopenDelayMsMin;
let refreshMs = 30_000;
let ownRefreshMs: number | null = null;
let missed = false;

export function pollMs(): number {
  return live.get().mode === "live" ? Math.min(safetyPollMs, ownRefreshMs ?? safetyPollMs) : ownRefreshMs ?? refreshMs;
}

/** The health of the fleet is asked for at this pace also while the stream works (PRD 3.9-1): whoever is on call trusts no silence. */
export function healthPollMs(): number {
  return ownRefreshMs ?? refreshMs;
}

/** A hidden tab that may notify asks this seldom: the stream tells most of it, where it works. */
export function hiddenPollMs(): number {
  return live.get().mode === "live" ? 300_000 : Math.max(60_000, refreshMs * 2);
}

/** The tenant's own pace for polling (setting `refreshSeconds`). */
export function setRefreshSeconds(seconds: number): void {
  refreshMs = Math.max(5, seconds) * 1_000;
}

/** The reader's own pace goes before the tenant's; `null` keeps to the tenant's. */
export function setOwnRefreshSeconds(seconds: number | null): void {
  ownRefreshMs = seconds === null ? null : Math.max(5, seconds) * 1_000;
}

export function onLiveEvent(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setPaused(paused: boolean): void {
  live.set({ ...live.get(), paused, pausedAt: paused ? Date.now() : 0 });
}

export function openLive(tenant: string): void {
  closeLive();
  const stream = new EventSource(`/api/v1/events?tenant=${encodeURIComponent(tenant)}`);
  source = stream;
  stream.onopen = () => {
    reopenDelayMs = reopenDelayMsMin;
    setMode("live");
    // Events of the time between may be lost: everything on screen is read anew.
    if (missed) tell({ topic: "reset", data: {} });
    missed = false;
  };
  stream.onerror = () => {
    setMode("polling");
    missed = true;
    // The browser gives up for good after an HTTP error: open again ourselves, later each time.
    if (stream.readyState !== EventSource.CLOSED || source !== stream) return;
    clearTimeout(reopenTimer);
    reopenTimer = setTimeout(() => {
      if (source === stream) openLive(tenant);
    }, reopenDelayMs);
    reopenDelayMs = Math.min(reopenDelayMsMax, reopenDelayMs * 2);
  };
  for (const topic of liveTopics) {
    stream.addEventListener(topic, (event) => {
      tell({ topic, data: parse(event) });
    });
  }
}

export function closeLive(): void {
  clearTimeout(reopenTimer);
  source?.close();
  source = undefined;
  setMode("connecting");
}

function setMode(mode: LiveMode): void {
  if (live.get().mode !== mode) live.set({ ...live.get(), mode });
}

function tell(event: LiveEvent): void {
  for (const listener of [...listeners]) listener(event);
}

function parse(event: Event): Record<string, unknown> {
  if (!(event instanceof MessageEvent) || typeof event.data !== "string") return {};
  try {
    const value: unknown = JSON.parse(event.data);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
