// The server list: search and filters in the address, sortable, virtual, live, with bulk actions and a menu a row.
import { type ReactElement, useCallback, useEffect, useMemo, useState } from "react";
import type { Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Dot } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { Menu, MenuButton, type MenuPlace } from "../../../components/menu";
import { Empty, ErrorCode, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import type { SortState } from "../../../components/sort-head";
import { type Chosen, VirtualTable } from "../../../components/virtual-table";
import { count, plural } from "../../../lib/format";
import { preferences, setPreferences } from "../../../lib/preferences";
import { Link, navigate, setSearch, useSearch } from "../../../lib/router";
import { useMay, useSession } from "../../../lib/session";
import { useStore } from "../../../lib/store";
import { saveText } from "../../../lib/save-file";
import { toast } from "../../../lib/toasts";
import { asApiError } from "../../../lib/use-action";
import { useNarrow, useWide } from "../../../lib/use-narrow";
import { exportServers } from "../api/export-servers";
import { BulkBar } from "./bulk-bar";
import { serverColumns } from "./server-columns";
import { ServerDialogs, type ServerTask } from "./server-dialogs";
import { clearedFilter, filterText, ServerFilters, useServerFilter } from "./server-filters";
import { useServerMenu } from "./server-menu";
import { countOf, someServers, type Targets } from "./targets";
import { ViewTabs } from "./view-tabs";
import { useServerList } from "./use-server-list";

const nothing: Chosen = new Set<string>();
const sortable = ["name", "host", "status", "health", "version", "createdAt", "cpu", "memory"];

export function ServersPage(): ReactElement {
  const search = useSearch(), mayManage = useMay("manageServers"), narrow = useNarrow(), wide = useWide();
  const dense = useStore(preferences).density === "dense";
  const { filter, active } = useServerFilter();
  const asked = search.get("sort") ?? "name",
    sort: SortState<string> = { key: sortable.includes(asked) ? asked : "name", order: search.get("order") === "desc" ? "desc" : "asc" };
  const list = useServerList({ ...filter, sort: sort.key, order: sort.order });
  const [selected, setSelected] = useState<Chosen>(nothing), { tenant } = useSession(),
    [menu, setMenu] = useState<{ server: Server; place: MenuPlace } | null>(null);
  const [task, setTask] = useState<ServerTask | null>(null);
  const menuItems = useServerMenu(setTask);
  const view = JSON.stringify(filter), rows = list.rows;
  // "All that match" belongs to the filter that it was said for.
  useEffect(() => setSelected((old) => (old === "all" ? nothing : old)), [view]);
  const { loadAll } = list;
  const select = useCallback((keys: readonly string[], on: boolean) => {
    const change = (old: ReadonlySet<string>): ReadonlySet<string> => {
      const next = new Set(old);
      for (const key of keys) {
        if (on) next.add(key);
        else next.delete(key);
      }
      return next;
    };
    setSelected((old) => {
      if (old !== "all") return change(old);
      if (on) return old;
      // All but one: now each has to be named, so all must be known.
      void loadAll().then((all) => setSelected(change(new Set(all.map((s) => s.id)))));
      return old;
    });
  }, [loadAll]);
  const targets = useMemo((): Targets | null => {
    if (selected === "all") return list.total > 0 ? { kind: "all", filter, count: list.total } : null;
    const servers = rows.filter((s) => selected.has(s.id));
    return servers.length > 0 ? someServers(servers) : null;
  }, [rows, selected, filter, list.total]);
  // A bulk request takes the filters that it knows; with another one, each server is named.
  const chooseAll = (): void => {
    if (!filter.credential && !filter.deleted) return setSelected("all");
    void loadAll().then((all) => setSelected(new Set(all.map((s) => s.id))));
  };
  const chosenCount = targets ? countOf(targets) : 0, allState = chosenCount === 0 ? "none" : chosenCount === list.total ? "all" : "some";
  const columns = useMemo(
    () =>
      serverColumns({
        narrow,
        selectable: mayManage,
        wide,
        wanted: filter.label ?? [],
        allState,
        onAll: () => (allState === "all" ? setSelected(nothing) : chooseAll()),
      }),
    [narrow, wide, mayManage, allState, view, loadAll],
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
          <>
            <MenuButton
              label="More for servers"
              items={[
                { label: "Removed servers", icon: "trash3", onSelect: () => navigate("/servers?deleted=true") },
                { label: "Credentials", icon: "key", onSelect: () => navigate("/credentials") },
              ]}
            >
              <Icon name="three-dots" />
            </MenuButton>
            <Link className="btn" href="/servers/import">
              <Icon name="upload" />Import
            </Link>
            <Link className="btn primary" href="/servers/new">
              <Icon name="plus-lg" />Add server
            </Link>
          </>
        )}
      </PageHead>
      <ViewTabs state={{ filter, sort: sort.key, order: sort.order }} active={filtered} />
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
                    targets={targets}
                    total={list.total}
                    shown={rows.length}
                    filtered={filtered}
                    dense={dense}
                    mayManage={mayManage}
                    deleted={filter.deleted === true}
                    onTask={setTask}
                    onClear={() => setSelected(nothing)}
                    onDensity={() => setPreferences({ density: dense ? "comfortable" : "dense" })}
                    onAll={chooseAll}
                    onExport={async () => {
                      try {
                        saveText(`servers-${tenant?.slug ?? "tenant"}.csv`, await exportServers({ ...filter, sort: sort.key, order: sort.order }));
                      } catch (error) {
                        const { message, code, requestId } = asApiError(error);
                        toast("The list was not exported", `${message} (${code} ${requestId})`, "critical");
                      }
                    }}
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
                    onSelectAll={(on) => (on ? chooseAll() : setSelected(nothing))}
                    onOpen={open}
                    onMenu={onMenu}
                    onNeed={list.need}
                  />
                  {list.moreError && (
                    <div className="pf" role="alert">
                      <span className="crit">Rows after {count(list.rows.length)} did not load.</span>
                      <ErrorCode error={list.moreError} />
                      <button className="btn sm" type="button" onClick={() => list.need(list.rows.length, list.rows.length + 1)}>Try again</button>
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
          onRemoved={() => setSelected(nothing)}
        />
      )}
    </>
  );
}
