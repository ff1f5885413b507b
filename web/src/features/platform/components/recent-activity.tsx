// The newest few activity entries of one thing, for the page of that thing.
import type { ReactElement } from "react";
import type { Activity } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { QueryView } from "../../../components/panel";
import { get } from "../../../lib/http";
import { refetch, useQuery } from "../../../lib/query";
import { tenantKey } from "../../../lib/session";
import { actionWord } from "./activity-words";

const shownMax = 5;

export function RecentActivity({ entityId }: { entityId: string }): ReactElement {
  const key = tenantKey("activity", "recent", entityId);
  const query = useQuery(key, (signal) => get<Activity[]>("/activity", { query: { entityId, limit: shownMax }, signal }), { poll: true });
  return (
    <QueryView query={query} what="The activity did not load" retry={() => void refetch(key)} lines={3}>
      {(entries) =>
        entries.length === 0
          ? <p className="pb hint">Nothing has happened yet.</p>
          : (
            <ul className="recent">
              {entries.map((e) => (
                <li key={e.id}>
                  <span className="grow">{actionWord(e.action)}</span>
                  <span className="m2 ell">{e.actor.name}</span>
                  <Ago at={e.createdAt} className="m3 nowrap" />
                </li>
              ))}
            </ul>
          )}
    </QueryView>
  );
}
