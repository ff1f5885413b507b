// Servers that need a person, the worst first, then those that have been so the longest.
import type { ReactElement } from "react";
import type { ServerHealth } from "../../../api/model";
import { type LimitsOf, useLimits } from "../../../api/read-settings";
import { Ago } from "../../../components/ago";
import { levelOf, PercentBar, Sparkline } from "../../../components/bars";
import { EngineMark, HealthDot, healthOrder } from "../../../components/status";
import { plural } from "../../../lib/format";
import { Link } from "../../../lib/router";
import { useCpuOfDay } from "../api/read-metrics";

const rowCountMax = 9;

export function AttentionTable({ servers }: { servers: readonly ServerHealth[] }): ReactElement {
  const rows = [...servers].sort(byNeed), shown = rows.slice(0, rowCountMax), limitsOf = useLimits();
  return (
    <>
      <div className="sx" tabIndex={0} role="region" aria-label="Servers that need attention">
        <table className="tbl dense plain" aria-label="Servers that need attention">
          <thead>
            <tr>
              <th>
                <span className="vh">Health</span>
              </th>
              <th>Server</th>
              <th>Why</th>
              <th className="hide8">CPU, 24 h</th>
              <th className="w-bar">CPU</th>
              <th className="w-bar">Memory</th>
              <th className="end">Since</th>
              <th className="end">Seen</th>
            </tr>
          </thead>
          <tbody>{shown.map((s) => <AttentionRow key={s.serverId} server={s} limitsOf={limitsOf} />)}</tbody>
        </table>
      </div>
      {rows.length > shown.length && (
        <div className="pf push">
          <span>{plural(rows.length - shown.length, "more server")}</span>
          <Link href="/servers?sort=health">{rows.length - shown.length} more</Link>
        </div>
      )}
    </>
  );
}

function AttentionRow({ server, limitsOf }: { server: ServerHealth; limitsOf: LimitsOf }): ReactElement {
  const { cpuPercent, memoryPercent } = limitsOf(server.serverId);
  return (
    <tr>
      <td>
        <HealthDot health={server.status} />
      </td>
      <td>
        <span className="sv">
          <EngineMark engine={server.engine} />
          <Link className="srv" href={`/servers/${server.serverId}`}>{server.name}</Link>
        </span>
      </td>
      <td className="m2 why" title={server.reasons.join(", ")}>{server.reasons.join(", ") || "–"}</td>
      <td className="hide8">
        <CpuSpark server={server} level={levelOf(server.cpuPercent, cpuPercent)} />
      </td>
      <td>
        <PercentBar value={server.cpuPercent} limit={cpuPercent} what="CPU" />
      </td>
      <td>
        <PercentBar value={server.memoryPercent} limit={memoryPercent} what="Memory" />
      </td>
      <td className="end m3">
        <Ago at={server.changedAt} form="age" none="–" />
      </td>
      <td className={`end ${server.status === "offline" ? "crit" : "m3"}`}>
        <Ago at={server.lastCollectedAt} form="age" />
      </td>
    </tr>
  );
}

function CpuSpark({ server, level }: { server: ServerHealth; level: "" | "warning" | "critical" }): ReactElement {
  const query = useCpuOfDay(server.serverId);
  const series = query.data?.[0];
  if (!series) return <span className="m3 t11">{query.error ? "–" : ""}</span>;
  return <Sparkline values={resample(series)} level={level} label={`CPU of ${server.name}, last 24 hours`} />;
}

const sparkPointCount = 48;

/** 48 values over the whole range; an interval without a point is a gap. */
export function resample(
  series: { from: string; to: string; points: readonly (readonly [string, number | null, number | null, number | null])[] },
): (number | null)[] {
  const from = Date.parse(series.from), span = Math.max(1, Date.parse(series.to) - from);
  const sums = new Array<number>(sparkPointCount).fill(0), counts = new Array<number>(sparkPointCount).fill(0);
  for (const [at, avg] of series.points) {
    if (avg === null) continue;
    const i = Math.max(0, Math.min(sparkPointCount - 1, Math.floor(((Date.parse(at) - from) / span) * sparkPointCount)));
    sums[i] = (sums[i] ?? 0) + avg;
    counts[i] = (counts[i] ?? 0) + 1;
  }
  return sums.map((sum, i) => ((counts[i] ?? 0) > 0 ? sum / (counts[i] ?? 1) : null));
}

function byNeed(a: ServerHealth, b: ServerHealth): number {
  const worse = healthOrder.indexOf(a.status) - healthOrder.indexOf(b.status);
  return worse || (a.changedAt ?? "9").localeCompare(b.changedAt ?? "9") || a.name.localeCompare(b.name);
}
