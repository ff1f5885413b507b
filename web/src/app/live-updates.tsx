// Turns the tenant's events into fresh data: which event makes which answers old is said here, once.
import { useEffect, useRef, useState } from "react";
import type { Operation } from "../api/model";
import { useFleetHealth } from "../api/read-fleet-health";
import { operationKey } from "../api/read-operation";
import { useSettings } from "../api/read-settings";
import { closeLive, live, type LiveEvent, onLiveEvent, openLive, setRefreshSeconds } from "../lib/live";
import { invalidate, peek, put } from "../lib/query";
import { tenantKey } from "../lib/session";
import { useStore } from "../lib/store";
import { setCriticalCount } from "../lib/title";
import { CriticalWatch } from "./critical-watch";

/** Many events in a row ask once. Readings of a large fleet come all the time, and one answer is megabytes: it is asked less often. */
const settleMs = 400;
const largeFleetCount = 2_000;
const largeFleetPauseMs = 10_000;
/** A server is collected every minute: its charts are not asked more often than this. */
const chartPauseMs = 20_000;
const pauses: ReadonlyMap<string, number> = new Map([["metrics/", chartPauseMs], ["collectors/", 10_000]]);
const readingTopics: ReadonlySet<string> = new Set(["server.health", "server.status", "servers.collected"]);

/** Beginnings of keys. One that stands in `pauses` spares young answers: what a person has just changed is named without its slash, and asked at once. */
export const readsOf: Readonly<Record<string, readonly string[]>> = {
  "server.created": ["servers", "health", "groups", "activity"],
  "server.updated": ["servers", "health", "groups", "limits", "activity"],
  "server.deleted": ["servers", "health", "groups", "activity"],
  "server.health": ["servers/", "health"],
  "server.status": ["servers/", "health"],
  "servers.collected": ["servers/", "health", "metrics/", "collectors/"],
  "servers.changed": ["servers", "health", "groups", "labels", "limits", "activity"],
  "server.deployment": ["servers", "deployment"],
  "operation.changed": ["operations", "operation-"],
  "group.changed": ["groups", "servers", "health", "limits", "activity"],
  "label.changed": ["labels", "servers", "limits", "activity"],
  "collector.changed": ["custom-collectors", "collectors", "collector-catalogue", "metric-types", "activity"],
  // Whether literals show is a setting: it is in the rows and in the plans.
  "settings.changed": ["settings", "health", "collectors", "query-plans", "activity"],
  "collection.status": ["collection", "activity"],
  "collection.lost": ["collection", "activity"],
  "user.changed": ["users", "activity"],
  "apiKey.changed": ["api-keys", "activity"],
  "credential.changed": ["credentials", "servers", "activity"],
  "view.changed": ["views"],
  "reset": [""],
};

export function useLiveUpdates(tenantSlug: string | null): void {
  const health = useFleetHealth();
  const { paused } = useStore(live);
  const settings = useSettings();
  const size = useRef(0);
  const [{ soon, later, watch }] = useState(() => ({ soon: new DueParts(), later: new DueParts(), watch: new CriticalWatch() }));
  size.current = health.data?.length ?? 0;
  useEffect(() => {
    if (!tenantSlug) return undefined;
    openLive(tenantSlug);
    return () => {
      // Another tenant's answers are none of this one's.
      soon.stop();
      later.stop();
      watch.forget();
      closeLive();
    };
  }, [tenantSlug]);
  useEffect(() => {
    if (settings.data) setRefreshSeconds(settings.data.settings.refreshSeconds);
  }, [settings.data]);
  useEffect(() => {
    const hear = (event: LiveEvent): void => {
      // Of the installation, not of the tenant: its pages are few and small.
      if (event.topic === "tenant.changed" || event.topic === "reset") invalidate("platform/");
      const large = size.current > largeFleetCount, readings = large && readingTopics.has(event.topic);
      for (const part of readsOf[event.topic] ?? []) {
        if (readings || (large && part === "health")) later.add(part, largeFleetPauseMs);
        else soon.add(part, 0);
      }
      if (event.topic === "operation.changed") showProgress(event.data);
      // The tab's title counts on, also while the tab is hidden and asks for nothing.
      if (event.topic === "server.health") {
        watch.tell(watch.hear(event.data));
        if (watch.isReady) setCriticalCount(watch.criticalCount);
      }
    };
    const ask = (): void => {
      soon.ask();
      later.ask();
    };
    // What came while the tab was hidden or updates were paused is asked for at once afterwards.
    if (!paused) ask();
    const stop = onLiveEvent(hear);
    document.addEventListener("visibilitychange", ask);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", ask);
    };
  }, [paused, tenantSlug]);
  useEffect(() => {
    if (health.data) watch.tell(watch.learn(health.data));
    else watch.forget();
    setCriticalCount(watch.criticalCount);
  }, [health.data]);
}

/** The event is the operation itself: whoever looks at it need not ask. */
function showProgress(data: LiveEvent["data"]): void {
  const key = operationKey(String(data.id)), known = peek<Operation>(key);
  if (known && typeof data.status === "string" && typeof data.progress === "object") put(key, { ...known, ...data });
}

/** What events made old, asked together after a pause. */
class DueParts {
  private readonly parts = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** By the clock that is never set. */
  private last = -Infinity;

  add(part: string, pauseMs: number): void {
    this.parts.add(part);
    this.timer = this.timer ?? setTimeout(() => this.ask(), Math.max(settleMs, pauseMs - (performance.now() - this.last)));
  }

  ask(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.parts.size === 0 || document.hidden || live.get().paused) return;
    this.last = performance.now();
    for (const part of this.parts) invalidate(tenantKey(part), pauses.get(part) ?? 0);
    this.parts.clear();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.parts.clear();
  }
}
