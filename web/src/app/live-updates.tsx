// Turns the tenant's events into fresh data: which event makes which answers old is said here, once.
import { useEffect } from "react";
import { useFleetHealth } from "../api/read-fleet-health";
import { useSettings } from "../api/read-settings";
import { connection } from "../lib/connection";
import { closeLive, live, type LiveEvent, onLiveEvent, openLive, setRefreshSeconds } from "../lib/live";
import { preferences } from "../lib/preferences";
import { invalidate } from "../lib/query";
import { session, tenantKey } from "../lib/session";
import { useStore } from "../lib/store";
import { setCriticalCount } from "../lib/title";

/** Many events in a row ask once. With a large fleet one answer is megabytes, so it is asked less often. */
const settleMs = 400;
const largeFleetCount = 2_000;
const largeFleetPauseMs = 10_000;
/** A server is collected every minute: its charts are not asked more often than this. */
const chartPauseMs = 20_000;

const readsOf: Readonly<Record<string, readonly string[]>> = {
  "server.created": ["servers", "health", "groups", "activity"],
  "server.updated": ["servers", "health", "groups", "activity"],
  "server.deleted": ["servers", "health", "groups", "activity"],
  "server.health": ["servers/", "health"],
  "server.status": ["servers/", "health"],
  "servers.collected": ["servers/", "health", "metrics/"],
  "servers.changed": ["servers", "health", "groups", "labels", "activity"],
  "server.deployment": ["servers", "deployment"],
  "operation.changed": ["operations", "operation-"],
  "group.changed": ["groups", "servers", "health", "activity"],
  "label.changed": ["labels", "servers", "activity"],
  "settings.changed": ["settings", "health", "activity"],
  "user.changed": ["users", "activity"],
  "credential.changed": ["credentials", "servers", "activity"],
  "view.changed": ["views"],
  "reset": [""],
};

export function useLiveUpdates(tenantSlug: string | null): void {
  const health = useFleetHealth();
  const { paused } = useStore(live);
  const settings = useSettings();
  const size = health.data?.length ?? 0;
  useEffect(() => {
    if (!tenantSlug) return undefined;
    openLive(tenantSlug);
    return closeLive;
  }, [tenantSlug]);
  useEffect(() => {
    if (settings.data) setRefreshSeconds(settings.data.refreshSeconds);
  }, [settings.data]);
  useEffect(() => {
    const due = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined, last = 0;
    const ask = (): void => {
      timer = undefined;
      if (document.hidden || live.get().paused || connection.get().down) return;
      last = Date.now();
      for (const part of due) invalidate(tenantKey(part), part === "metrics/" ? chartPauseMs : 0);
      due.clear();
    };
    const hear = (event: LiveEvent): void => {
      // Of the installation, not of the tenant: its pages are few and small.
      if (event.topic === "tenant.changed" || event.topic === "reset") invalidate("platform/");
      for (const part of readsOf[event.topic] ?? []) due.add(part);
      notify(event);
      const pause = size > largeFleetCount ? Math.max(settleMs, largeFleetPauseMs - (Date.now() - last)) : settleMs;
      timer = timer ?? setTimeout(ask, pause);
    };
    // What came while the tab was hidden or updates were paused is asked for at once afterwards.
    if (!paused && due.size > 0) ask();
    const stop = onLiveEvent(hear);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearTimeout(timer);
      stop();
      document.removeEventListener("visibilitychange", ask);
    };
  }, [paused, size, tenantSlug]);
  useEffect(() => {
    setCriticalCount(health.data?.filter((s) => s.status === "critical").length ?? 0);
  }, [health.data]);
}

/** A desktop notification when a server turns critical, if the reader asked for it and the browser allows it. */
function notify({ topic, data }: LiveEvent): void {
  if (topic !== "server.health" || data.to !== "critical" || !preferences.get().notifications) return;
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const reasons = Array.isArray(data.reasons) ? data.reasons.join(", ") : "";
  new Notification(`${String(data.name ?? "A server")} is critical`, {
    body: `${reasons || "Health changed"} · ${session.get()?.tenant?.name ?? ""}`,
    tag: String(data.serverId ?? ""),
  });
}
