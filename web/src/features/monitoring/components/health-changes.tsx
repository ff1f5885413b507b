// What has changed in the last hour, newest first.
import type { ReactElement } from "react";
import type { Health, HealthChange } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Icon } from "../../../components/icon";
import { Empty, Failure, Panel, Skeleton, StaleBadge } from "../../../components/panel";
import { HealthDot, healthWords } from "../../../components/status";
import { useNow } from "../../../lib/clock";
import { clock } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link } from "../../../lib/router";
import { tenantKey } from "../../../lib/session";
import { useHealthChanges } from "../api/list-health-changes";
import { changesNote, changesOfLastHour, cutAt, noChangeTitle } from "./health-deltas";

export function HealthChanges({ filter, rowCountMax }: { filter: Health | null; rowCountMax: number }): ReactElement {
  const now = useNow(), query = useHealthChanges();
  const cut = cutAt(query.data ?? [], now), period = cut === null ? "last hour" : `since ${clock(cut)}`;
  const all = changesOfLastHour(query.data ?? [], now).filter((c) => !filter || c.to === filter);
  // A new server's first good reading is no news: it is counted, not listed.
  const recent = all.filter((c) => c.from !== "unknown" || c.to !== "healthy"), firstCount = all.length - recent.length;
  const shown = recent.slice(0, rowCountMax), note = changesNote(recent.length - shown.length, firstCount, cut);
  return (
    <Panel
      title="Health changes"
      sub={filter ? `to ${healthWords[filter].toLowerCase()}, ${period}` : period}
      tools={<StaleBadge query={query} />}
      foot={note ? <span>{note}</span> : undefined}
    >
      {!query.data && query.error && (
        <Failure
          what="Health changes did not load"
          error={query.error}
          retry={() => void refetch(tenantKey("health-changes"))}
        />
      )}
      {!query.data && !query.error && <Skeleton lines={6} />}
      {query.data && shown.length === 0 && (
        <Empty
          icon="activity"
          title={noChangeTitle(filter, firstCount, cut)}
          text="A server that turns healthy, warning, critical or offline shows here."
        />
      )}
      {shown.length > 0 && <ol className="list clist">{shown.map((c) => <Change key={`${c.serverId}${c.at}`} change={c} />)}</ol>}
    </Panel>
  );
}

function Change({ change }: { change: HealthChange }): ReactElement {
  return (
    <li>
      <Ago at={change.at} form="clock" />
      <div className="ell">
        <span className="row g1">
          <Link className="srv ell" href={`/servers/${change.serverId}`}>{change.name}</Link>
          <span className="trans">
            <HealthDot health={change.from} />
            <Icon name="arrow-right" />
            <HealthDot health={change.to} />
          </span>
        </span>
        <span className="d ell block">{change.reasons.join(", ") || `Now ${healthWords[change.to].toLowerCase()}`}</span>
      </div>
    </li>
  );
}
