// The changes of one server's health, newest first, page by page as far back as they are kept.
import { type ReactElement, useState } from "react";
import type { HealthChange, Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Icon } from "../../../components/icon";
import { Empty, Panel, QueryView, StaleBadge } from "../../../components/panel";
import { HealthStatus, healthWords } from "../../../components/status";
import { refetch } from "../../../lib/query";
import { serverHealthChangesKey, useServerHealthChanges } from "../api/list-server-health-changes";
import { whyNotCollected } from "./why-no-data";

export function HealthHistory({ server }: { server: Server }): ReactElement {
  const [cursors, setCursors] = useState<readonly string[]>([]), cursor = cursors[cursors.length - 1] ?? null;
  const query = useServerHealthChanges(server.id, cursor), next = query.data?.nextCursor ?? null;
  return (
    <Panel
      title="Health changes"
      className="mt3"
      busy={query.loading && !query.data}
      tools={<StaleBadge query={query} />}
      foot={(next || cursors.length > 0) && (
        <>
          <span>{cursors.length === 0 ? "The newest" : "Earlier ones"}</span>
          <span className="row">
            <button className="btn sm" type="button" aria-disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
              <Icon name="arrow-left" />Show newer
            </button>
            <button className="btn sm" type="button" aria-disabled={!next} onClick={() => next && setCursors([...cursors, next])}>
              Show older<Icon name="arrow-right" />
            </button>
          </span>
        </>
      )}
    >
      <QueryView query={query} what="Health changes did not load" retry={() => void refetch(serverHealthChangesKey(server.id, cursor))} lines={4}>
        {({ changes }) =>
          changes.length === 0
            ? (
              <Empty
                icon="activity"
                title="Its health has not changed"
                text={whyNotCollected(server) ?? "When it turns healthy, warning, critical or offline, that shows here."}
              />
            )
            : <HistoryTable changes={changes} />}
      </QueryView>
    </Panel>
  );
}

function HistoryTable({ changes }: { changes: readonly HealthChange[] }): ReactElement {
  return (
    <div className="sx" tabIndex={0} role="region" aria-label="Health changes table">
      <table className="tbl dense" aria-label="Health changes">
        <thead>
          <tr>
            <th>When</th>
            <th className="hide8">From</th>
            <th>To</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((c) => (
            <tr key={c.at}>
              <td className="m2">
                <Ago at={c.at} />
              </td>
              <td className="hide8">
                <HealthStatus health={c.from} />
              </td>
              <td>
                <HealthStatus health={c.to} />
              </td>
              <td className="m2">
                <span className="ell cell1" title={c.reasons.join(", ")}>{c.reasons.join(", ") || `Now ${healthWords[c.to].toLowerCase()}`}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
