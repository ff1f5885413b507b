import type { Server } from "../../../api/model";
import { engineName } from "../../../components/status";
import { dayAndClock } from "../../../lib/format";
import { isFixed, ranges, type TimeWindow } from "../api/time-window";
import type { CollectorSummary } from "../api/collector-types";

/** Why nothing at all was collected from a server; `null` when it is collected. */
export function whyNotCollected(server: Server): string | null {
  if (!server.collection.enabled) return "Collection is off. Start it in the server's menu.";
  if (!server.lastCollectedAt) {
    return server.lastError
      ? `No collection has worked so far: ${server.lastError.message}`
      : "The first collection is due within a minute.";
  }
  return null;
}

/** Why a chart is empty, as far as the page can know. */
export function whyNoData(server: Server, metric: string, window: TimeWindow): string {
  const never = whyNotCollected(server);
  if (never) return never;
  const latest = {
    cpu: server.latest.cpuPercent,
    memory: server.latest.memoryPercent,
    connections: server.latest.connectionCount,
    batch_requests_sec: server.latest.batchRequestsSec,
  }[metric];
  if (server.status === "offline") {
    return `The server is offline. The last values came ${dayAndClock(Date.parse(server.lastCollectedAt ?? ""))}.`;
  }
  if (latest === null && server.engine === "sqlserver") {
    return "SQL Server did not report this value. The connection test shows whether a permission is missing.";
  }
  if (latest === null) return `${engineName(server.engine)} does not report this value over a connection.`;
  return nothingIn(window);
}

export function nothingIn(window: TimeWindow): string {
  return isFixed(window)
    ? "Nothing was collected in this stretch of time, or it is older than what is kept."
    : `Nothing was collected in the last ${ranges.find(([r]) => r === window.range)?.[1] ?? window.range}.`;
}

/** Why a collector has no rows: its own state comes first, for it knows best. `undefined`: the engine has no such collector. */
export function whyNoRows(server: Server, collector: CollectorSummary | undefined, what: string): { title: string; text: string } {
  const engine = engineName(server.engine);
  if (!collector) return { title: `${engine} does not tell this`, text: `There is no collector for ${what} on ${engine}.` };
  const never = whyNotCollected(server);
  if (collector.state === "no_permissions") {
    return { title: "The login may not read this", text: collector.message ?? `It needs: ${collector.permissions}` };
  }
  if (collector.state === "not_available") {
    return { title: "Not available on this server", text: collector.message ?? `This version or edition of ${engine} does not tell it.` };
  }
  if (collector.state === "failed") return { title: "The last reading failed", text: collector.message ?? "The server gave no reason." };
  if (never) return { title: "Nothing collected yet", text: never };
  if (collector.state === "pending" || !collector.collectedAt) {
    return { title: "Nothing collected yet", text: `The first reading is due: ${collector.title} is read ${cadenceText(collector)}.` };
  }
  return { title: "Nothing at the last reading", text: `${collector.title} had no rows: there was nothing of the kind on the server.` };
}

export function cadenceText({ cadence, intervalSeconds }: Pick<CollectorSummary, "cadence" | "intervalSeconds">): string {
  if (cadence === "week") return "once a week";
  if (cadence === "day") return "once a day";
  if (cadence === "hour") return "every hour";
  if (intervalSeconds < 60) return `every ${intervalSeconds} s`;
  return intervalSeconds === 60 ? "every minute" : `every ${Math.round(intervalSeconds / 60)} min`;
}
