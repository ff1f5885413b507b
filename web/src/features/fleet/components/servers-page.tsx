// The server list: search and filters in the address, sortable, virtual, live, with bulk actions and a menu a row.
import { type ReactElement, useCallback, useMemo, useState } from "react";
import type { Server } from "../../../api/model";
import { useThresholds } from "../../../api/read-settings";
import { Ago } from "../../../components/ago";
import { Dot } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { Menu, type MenuPlace } from "../../../components/menu";
import { Empty, ErrorCode, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import type { SortState } from "../../../components/sort-head";
import { VirtualTable } from "../../../components/virtual-table";
import { count, plural } from "../../../lib/format";
import { preferences, setPreferences } from "../../../lib/preferences";
import { Link, navigate, setSearch, useSearch } from "../../../lib/router";
import { useMay } from "../../../lib/session";
import { useStore } from "../../../lib/store";
import { useNarrow } from "../../../lib/use-narrow";
import { BulkBar } from "./bulk-bar";
import { serverColumns } from "./server-columns";
import { ServerDialogs, type ServerTask } from "./server-dialogs";
import { clearedFilter, filterText, ServerFilters, useServerFilter } from "./server-filters";
import { useServerMenu } from "./server-menu";
import { useServerList } from "./use-server-list";

const sortable = ["name", "host", "status", "health", "version", "createdAt", "cpu", "memory"];

export function ServersPage(): ReactElement {
  const search = useSearch(), mayManage = useMay("manageServers"), narrow = useNarrow(), thresholds = useThresholds();
  const dense = useStore(preferences).density === "dense";
  const { filter, active } = useServerFilter();
  const asked = search.get("sort") ?? "name",
    sort: SortState<string> = { key: sortable.includes(asked) ? asked : "name", order: search.get("order") === "desc" ? "desc" : "asc" };
  const list = useServerList({ ...filter, sort: sort.key, order: sort.order });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set()),
    [menu, setMenu] = useState<{ server: Server; place: MenuPlace } | null>(null);
  const [task, setTask] = useState<ServerTask | null>(null);
  const menuItems = useServerMenu(setTask);
  const select = useCallback((keys: readonly string[], on: boolean) => {
    setSelected((old) => {
      const next = new Set(old);
      for (const key of keys) {
        if (on) next.add(key);
        else next.delete(key);
      }
      return next;
    });
  }, []);
  const chosen = useMemo(() => list.rows.filter((s) => selected.has(s.id)), [list.rows, selected]);
  const allState = chosen.length === 0 ? "none" : chosen.length === list.rows.length ? "all" : "some";
  const columns = useMemo(
    () =>
      serverColumns({
        narrow,
        selectable: mayManage,
        thresholds,
        chosen: selected,
        allState,
        onAll: () => setSelected(allState === "all" ? new Set() : new Set(list.rows.map((s) => s.id))),
      }),
    [narrow, mayManage, thresholds, selected, allState, list.rows],
  );
  const filtered = active.length > 0,
    clear = (): void => setSearch(clearedFilter);
  const open = useCallback((s: Server) => navigate(`/servers/${s.id}`), []);
  const onMenu = useCallback((server: Server, place: MenuPlace) => setMenu({ server, place }), []);
  const closeMenu = useCallback(() => {
    setMenu(null);
    document.querySelector<HTMLElement>(".vt")?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <PageHead
        title="Servers"
        sub={list.query.data
          ? (
            <>
              {filtered ? `${plural(list.total, "server")} found` : plural(list.total, "server")}
              <Dot />Updated <Ago at={list.query.at} />
            </>
          )
          : "All monitored database servers"}
      >
        <StaleBadge query={list.query} />
        {mayManage && (
          <Link className="btn primary" href="/servers/new">
            <Icon name="plus-lg" />Add server
          </Link>
        )}
      </PageHead>
      <ServerFilters filter={filter} active={active} />
      <section className="panel vflex servers" aria-label="Server list" aria-busy={list.query.loading && !list.query.data}>
        <QueryView query={list.query} what="Servers did not load" retry={list.retry} lines={12}>
          {() =>
            list.total === 0
              ? filtered
                ? (
                  <Empty icon="funnel" title="No server matches" text={filterText(active)}>
                    <button className="btn sm" type="button" onClick={clear}>Clear filters</button>
                  </Empty>
                )
                : (
                  <Empty
                    icon="hdd-stack"
                    title="No servers yet"
                    text="Add a SQL Server, PostgreSQL or MySQL server; its health shows here within a minute."
                  >
                    {mayManage && <Link className="btn sm primary" href="/servers/new">Add server</Link>}
                  </Empty>
                )
              : (
                <>
                  <BulkBar
                    chosen={chosen}
                    total={list.total}
                    shown={list.rows.length}
                    dense={dense}
                    mayManage={mayManage}
                    onTask={setTask}
                    onClear={() => setSelected(new Set())}
                    onDensity={() => setPreferences({ density: dense ? "comfortable" : "dense" })}
                    onAll={async () => setSelected(new Set((await list.loadAll()).map((s) => s.id)))}
                  />
                  <VirtualTable
                    label="Servers"
                    rows={list.rows}
                    total={list.total}
                    columns={columns}
                    rowKey={(s) => s.id}
                    rowHeight={dense ? 28 : 32}
                    sort={sort}
                    onSort={({ key, order }) => setSearch({ sort: key, order: order === "desc" ? "desc" : null })}
                    selected={mayManage ? selected : null}
                    onSelect={select}
                    onSelectAll={(on) => setSelected(on ? new Set(list.rows.map((s) => s.id)) : new Set())}
                    onOpen={open}
                    onMenu={onMenu}
                    onNeed={list.need}
                  />
                  {list.moreError && (
                    <div className="pf" role="alert">
                      <span className="crit">Rows after {count(list.rows.length)} did not load.</span>
                      <ErrorCode error={list.moreError} />
                      <button className="btn sm" type="button" onClick={() => list.need(list.rows.length)}>Try again</button>
                    </div>
                  )}
                </>
              )}
        </QueryView>
      </section>
      {menu && <Menu label={`Actions for ${menu.server.name}`} items={menuItems(menu.server)} place={menu.place} onClose={closeMenu} />}
      {task && (
        <ServerDialogs
          task={task}
          onClose={() => setTask(null)}
          onRemoved={() => setSelected(new Set())}
        />
      )}
    </>
  );
}
