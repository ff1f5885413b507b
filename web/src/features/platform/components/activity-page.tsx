// The activity log: filters in the address, 50 entries a page, details, CSV. The tenant's, and the installation's own.
import { type ReactElement, useEffect, useState } from "react";
import { Icon } from "../../../components/icon";
import { Empty, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { count, plural } from "../../../lib/format";
import { refetch, useQuery } from "../../../lib/query";
import { Link, setSearch, useSearch } from "../../../lib/router";
import { tenantKey, useSession } from "../../../lib/session";
import { activityCsvAddress, type ActivityLog, activityPageSize, listActivity } from "../api/list-activity";
import { ActivityFilters, clearedFilters, filterFrom, isFiltered, wordsOf } from "./activity-filters";
import { ActivityTable } from "./activity-table";

export function ActivityPage({ log = "tenant" }: { log?: ActivityLog }): ReactElement {
  const search = useSearch(), { tenant } = useSession(), own = log === "platform";
  const filter = filterFrom(search);
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors[cursors.length - 1] ?? null, page = cursors.length + 1;
  const view = JSON.stringify(filter);
  useEffect(() => setCursors([]), [view]);
  const key = own ? `platform/activity/${view}/${cursor ?? ""}` : tenantKey("activity", view, cursor ?? "");
  const query = useQuery(key, (signal) => listActivity(filter, cursor, signal, log), { poll: true });
  const filtered = isFiltered(search);
  const clear = (): void => setSearch(clearedFilters);
  const total = query.data?.total ?? null;
  return (
    <>
      <PageHead
        title="Activity log"
        sub={own ? "Sign-ins, users and tenants of the installation. Kept for 1 year." : "Every change, who made it and from where."}
      >
        <StaleBadge query={query} />
        <a className="btn" href={activityCsvAddress(filter, log, tenant?.slug ?? "")} download>
          <Icon name="download" />
          Export CSV
        </a>
      </PageHead>
      <ActivityFilters search={search} log={log} total={total} />
      <section className="panel vflex tall" aria-label="Entries" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="The activity log did not load" retry={() => void refetch(key)} lines={8}>
          {({ entries, nextCursor }) =>
            entries.length === 0
              ? filtered
                ? (
                  <Empty icon="funnel" title="No entry matches" text={wordsOf(search)}>
                    <button className="btn sm" type="button" onClick={clear}>Clear filters</button>
                  </Empty>
                )
                : (
                  <Empty
                    icon="journal-text"
                    title="Nothing has happened yet"
                    text="Each change to servers, groups, users and settings leaves an entry here."
                  />
                )
              : (
                <>
                  <ActivityTable entries={entries} />
                  {(nextCursor || page > 1) && (
                    <div className="pf push">
                      <span>
                        {count((page - 1) * activityPageSize + 1)} to {count((page - 1) * activityPageSize + entries.length)}
                        {total === null ? "" : ` of ${count(total)}`}
                      </span>
                      <span className="row">
                        <button
                          className="btn sm"
                          type="button"
                          aria-disabled={page === 1}
                          onClick={() => setCursors(cursors.slice(0, -1))}
                        >
                          <Icon name="arrow-left" />Newer
                        </button>
                        <button
                          className="btn sm"
                          type="button"
                          aria-disabled={!nextCursor}
                          onClick={() => nextCursor && setCursors([...cursors, nextCursor])}
                        >
                          Older<Icon name="arrow-right" />
                        </button>
                      </span>
                    </div>
                  )}
                </>
              )}
        </QueryView>
      </section>
    </>
  );
}

/** The recent entries of one server, for its Activity tab. */
export function ServerActivity({ serverId }: { serverId: string }): ReactElement {
  const key = tenantKey("activity", "server", serverId);
  const query = useQuery(key, (signal) => listActivity({ entityId: serverId }, null, signal), { poll: true });
  const total = query.data?.total ?? 0, shown = query.data?.entries.length ?? 0;
  return (
    <section className="panel vflex tall" aria-label="Activity of this server" aria-busy={query.loading && !query.data}>
      <QueryView query={query} what="The activity did not load" retry={() => void refetch(key)}>
        {({ entries }) =>
          entries.length === 0
            ? (
              <Empty
                icon="journal-text"
                title="Nothing has happened yet"
                text="Changes to this server and to its health leave an entry here."
              />
            )
            : <ActivityTable entries={entries} withEntity={false} />}
      </QueryView>
      {total > shown && (
        <div className="pf push">
          <span>The newest {count(shown)} of {plural(total, "entry", "entries")}</span>
          <Link className="btn sm" href={`/activity?entity=${serverId}&of=${encodeURIComponent(query.data?.entries[0]?.entityName ?? "this server")}`}>
            Show all
          </Link>
        </div>
      )}
    </section>
  );
}
