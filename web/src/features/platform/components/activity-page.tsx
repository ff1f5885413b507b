// The activity log: filters in the address, 50 entries a page, details, CSV.
import { type ReactElement, useEffect, useState } from "react";
import { Icon } from "../../../components/icon";
import { SearchField } from "../../../components/search-field";
import { Empty, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { count, plural } from "../../../lib/format";
import { refetch, useQuery } from "../../../lib/query";
import { setSearch, useSearch } from "../../../lib/router";
import { tenantKey, useSession } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { type ActivityFilter, activityPageSize, listActivity } from "../api/list-activity";
import { activityCsv, saveFile } from "./activity-csv";
import { ActivityTable } from "./activity-table";
import { actionChoices, actionWord, entityTypes } from "./activity-words";

type Period = "" | "1" | "7" | "30";
const periods: readonly (readonly [Period, string])[] = [["", "Any time"], ["1", "Last 24 h"], ["7", "Last 7 days"], [
  "30",
  "Last 30 days",
]];
const dayMs = 86_400_000;

export function ActivityPage(): ReactElement {
  const search = useSearch(), { tenant } = useSession();
  const q = search.get("q") ?? "",
    action = search.get("action") ?? "",
    entityType = search.get("type") ?? "",
    days = search.get("days") ?? "";
  const filter = filterOf(q, action, entityType, days);
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors[cursors.length - 1] ?? null, page = cursors.length + 1;
  const view = [q, action, entityType, days].join("|");
  useEffect(() => setCursors([]), [view]);
  const key = tenantKey("activity", view, cursor ?? "");
  const query = useQuery(key, (signal) => listActivity(filter, cursor, signal), { poll: true });
  const filtered = Boolean(q || action || entityType || days);
  const clear = (): void => setSearch({ q: null, action: null, type: null, days: null });
  const exporting = useAction(async () => {
    const { text, complete } = await activityCsv(filter);
    saveFile(`activity-${tenant?.slug ?? "tenant"}.csv`, text);
    if (!complete) toast("The export was cut", "It holds the newest 10,000 entries. Narrow the filter for older ones.", "warning");
  });
  const total = query.data?.total ?? null;
  return (
    <>
      <PageHead title="Activity log" sub="Every change, who made it and from where.">
        <StaleBadge query={query} />
        <button className="btn" type="button" aria-disabled={exporting.busy} onClick={() => void exporting.run()}>
          <Icon name="download" />
          {exporting.busy ? "Exporting" : "Export"}
        </button>
      </PageHead>
      <div className="toolbar t0">
        <SearchField value={q} label="Search entries" placeholder="Person, target or detail" onValue={(value) => setSearch({ q: value })} />
        <select className="input short" aria-label="Period" value={days} onChange={(e) => setSearch({ days: e.target.value })}>
          {periods.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
        <select className="input short" aria-label="Action" value={action} onChange={(e) => setSearch({ action: e.target.value })}>
          <option value="">Any action</option>
          {actionChoices.map((a) => <option key={a} value={a}>{actionWord(a)}</option>)}
        </select>
        <select
          className="input short"
          aria-label="Kind of target"
          value={entityType}
          onChange={(e) => setSearch({ type: e.target.value })}
        >
          <option value="">Any target</option>
          {entityTypes.map((t) => <option key={t} value={t}>{t}</option>)}
        </select>
        {filtered && <button className="btn ghost sm" type="button" onClick={clear}>Clear</button>}
        <span className="grow" />
        {total !== null && <span className="m3 t12" role="status">{total === 1 ? "1 entry" : `${count(total)} entries`}</span>}
      </div>
      {exporting.error && <p className="err" role="alert">The export failed: {exporting.error.message} ({exporting.error.code})</p>}
      <section className="panel vflex tall" aria-label="Entries" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="The activity log did not load" retry={() => void refetch(key)} lines={8}>
          {({ entries, nextCursor }) =>
            entries.length === 0
              ? filtered
                ? (
                  <Empty
                    icon="funnel"
                    title="No entry matches"
                    text={[
                      action && actionWord(action),
                      entityType,
                      q && `“${q}”`,
                      periods.find(([d]) => d === days && d)?.[1],
                    ].filter(Boolean).join(", ")}
                  >
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
        </div>
      )}
    </section>
  );
}

function filterOf(q: string, action: string, entityType: string, days: string): Partial<ActivityFilter> {
  const n = Number(days);
  // Rounded to the minute, so that the same view is the same request.
  const from = n > 0 ? new Date(Math.floor((Date.now() - n * dayMs) / 60_000) * 60_000).toISOString() : "";
  return { q, action, entityType, from };
}
