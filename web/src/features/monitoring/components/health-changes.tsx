// What has changed in the last hour, newest first. Changes that came while the page was open also say what the health was before.
import { type ReactElement, useEffect, useState } from "react";
import type { Health, ServerHealth } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Icon } from "../../../components/icon";
import { Empty, Panel } from "../../../components/panel";
import { HealthDot, healthOrder, healthWords } from "../../../components/status";
import { useNow } from "../../../lib/clock";
import { plural } from "../../../lib/format";
import { onLiveEvent } from "../../../lib/live";
import { Link } from "../../../lib/router";

const hourMs = 3_600_000, rowCountMax = 7;

export function HealthChanges({ servers }: { servers: readonly ServerHealth[] }): ReactElement {
  const now = useNow(), before = useFormerHealth();
  const recent = servers.filter((s) => s.changedAt !== null && now - Date.parse(s.changedAt) < hourMs)
    .sort((a, b) => (b.changedAt ?? "").localeCompare(a.changedAt ?? ""));
  const shown = recent.slice(0, rowCountMax);
  return (
    <Panel
      title="Health changes" sub="last hour"
      foot={recent.length > shown.length ? <span>{plural(recent.length - shown.length, "more change")} in this hour</span> : undefined}
    >
      {shown.length === 0 ? <Empty icon="activity" title="No change in the last hour" text="A server that turns healthy, warning, critical or offline shows here." /> : (
        <ol className="list clist">
          {shown.map((s) => {
            const from = before.get(s.serverId);
            return (
              <li key={s.serverId}>
                <Ago at={s.changedAt} form="clock" />
                <div className="ell">
                  <span className="row g1">
                    <Link className="srv ell" href={`/servers/${s.serverId}`}>{s.name}</Link>
                    <span className="trans">{from && from !== s.status && <HealthDot health={from} />}<Icon name="arrow-right" /><HealthDot health={s.status} /></span>
                  </span>
                  <span className="d ell">{s.reasons.join(", ") || `Now ${healthWords[s.status].toLowerCase()}`}</span>
                </div>
              </li>
            );
          })}
        </ol>
      )}
    </Panel>
  );
}

function useFormerHealth(): ReadonlyMap<string, Health> {
  const [former, setFormer] = useState<ReadonlyMap<string, Health>>(new Map());
  useEffect(() => onLiveEvent(({ topic, data }) => {
    if (topic !== "server.health" || typeof data.serverId !== "string") return;
    const id = data.serverId, from = healthOrder.find((h) => h === data.from);
    if (from) setFormer((old) => new Map(old).set(id, from));
  }), []);
  return former;
}
