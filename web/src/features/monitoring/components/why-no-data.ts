import type { Server } from "../../../api/model";
import { engineName } from "../../../components/status";
import { dayAndClock } from "../../../lib/format";
import type { MetricRange } from "../api/read-metrics";

/** Why a chart is empty, as far as the page can know. */
export function whyNoData(server: Server, metric: string, range: MetricRange): string {
  if (!server.collection.enabled) return "Collection is off. Start it in the server's menu.";
  if (!server.lastCollectedAt) {
    return server.lastError
      ? `No collection has worked so far: ${server.lastError.message}`
      : "The first collection is due within a minute.";
  }
  const latest = {
    cpu: server.latest.cpuPercent,
    memory: server.latest.memoryPercent,
    connections: server.latest.connectionCount,
    batch_requests_sec: server.latest.batchRequestsSec,
  }[metric];
  if (server.status === "offline") return `The server is offline. The last values came ${dayAndClock(Date.parse(server.lastCollectedAt))}.`;
  if (latest === null && server.engine === "sqlserver") {
    return "SQL Server did not report this value. The connection test shows whether a permission is missing.";
  }
  if (latest === null) return `${engineName(server.engine)} does not report this value over a connection.`;
  return `Nothing was collected in the last ${range.replace("h", " h").replace("d", " d")}.`;
}
