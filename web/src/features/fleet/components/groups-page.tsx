// Groups of servers: list with their health, create, edit, delete. A row leads to the group's own page.
import { type ReactElement, useState } from "react";
import { groupCountMax, groupsKey, useGroups } from "../../../api/list-groups";
import type { Group } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Dot } from "../../../components/bits";
import { StackBar } from "../../../components/bars";
import { Icon } from "../../../components/icon";
import { MenuButton, type MenuItem } from "../../../components/menu";
import { Empty, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { SortHead, type SortState, useSorted } from "../../../components/sort-head";
import { count, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link, navigate } from "../../../lib/router";
import { useMay } from "../../../lib/session";
import { DeleteGroupDialog, GroupDialog } from "./group-dialogs";
import { type HealthCounts, useGroupHealth } from "./group-health";
import { DynamicMark, GroupMark } from "./group-mark";
import { GroupMembersDialog } from "./group-members-dialog";

type Open = { what: "new" } | { what: "edit" | "delete" | "members"; group: Group } | null;
type Column = "name" | "servers" | "created";

const valueOf: Readonly<Record<Column, (g: Group) => string | number>> = {
  name: (g) => g.name.toLowerCase(),
  servers: (g) => g.serverCount,
  created: (g) => g.createdAt,
};
const noGroups: readonly Group[] = [];

export function GroupsPage(): ReactElement {
  const query = useGroups(), mayManage = useMay("manageServers"), [open, setOpen] = useState<Open>(null);
  const [sort, setSort] = useState<SortState<Column>>({ key: "name", order: "asc" });
  const rows = useSorted(query.data ?? noGroups, sort, valueOf), close = (): void => setOpen(null), counts = useGroupHealth();
  return (
    <>
      <PageHead
        title="Groups"
        sub={query.data
          ? (
            <>
              {plural(rows.length, "group")}
              <Dot />Updated <Ago at={query.at} />
            </>
          )
          : "Servers that belong together"}
      >
        <StaleBadge query={query} />
        {mayManage && (
          <button className="btn primary" type="button" onClick={() => setOpen({ what: "new" })}>
            <Icon name="plus-lg" />New group
          </button>
        )}
      </PageHead>
      <section className="panel vflex tall" aria-label="Groups" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="Groups did not load" retry={() => void refetch(groupsKey())} lines={6}>
          {() =>
            rows.length === 0
              ? (
                <Empty
                  icon="collection"
                  title="No groups yet"
                  text="A group holds servers that are looked at, and later changed, together. A server can be in several."
                >
                  {mayManage && (
                    <button className="btn sm primary" type="button" onClick={() => setOpen({ what: "new" })}>
                      New group
                    </button>
                  )}
                </Empty>
              )
              : (
                <div className="sx" tabIndex={0} role="region" aria-label="Group table">
                  <table className="tbl" aria-label="Groups">
                    <thead>
                      <tr>
                        <SortHead label="Group" column="name" sort={sort} onSort={setSort} />
                        <th>Description</th>
                        <SortHead label="Servers" column="servers" sort={sort} onSort={setSort} numeric />
                        <th className="w-stack">Health</th>
                        <SortHead label="Created" column="created" sort={sort} onSort={setSort} className="hide8" />
                        <th>
                          <span className="vh">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {rows.map((g) => <GroupRow key={g.id} group={g} counts={counts.get(g.id) ?? (g.dynamic ? g.health : undefined)} mayManage={mayManage} onOpen={setOpen} />)}
                    </tbody>
                  </table>
                </div>
              )}
        </QueryView>
        {rows.length >= groupCountMax && <div className="pf push">The first {count(groupCountMax)} groups. The API lists the others.</div>}
      </section>
      {open?.what === "new" && <GroupDialog onClose={close} onMade={(g) => navigate(`/groups/${g.id}`)} />}
      {open?.what === "edit" && <GroupDialog group={open.group} onClose={close} />}
      {open?.what === "delete" && <DeleteGroupDialog group={open.group} onClose={close} />}
      {open?.what === "members" && <GroupMembersDialog group={open.group} onClose={close} />}
    </>
  );
}

interface RowProps {
  group: Group;
  counts: HealthCounts | undefined;
  mayManage: boolean;
  onOpen: (open: Open) => void;
}

function GroupRow({ group, counts, mayManage, onOpen }: RowProps): ReactElement {
  const items: MenuItem[] = [
    { label: "Open", icon: "arrow-right", onSelect: () => navigate(`/groups/${group.id}`) },
    { label: "Show in server list", icon: "hdd-stack", onSelect: () => navigate(`/servers?group=${group.id}`) },
    ...(group.dynamic
      ? []
      : [{ label: "Add or remove servers", icon: "collection" as const, onSelect: () => onOpen({ what: "members", group }) }]),
    { label: "Edit group", icon: "pencil", onSelect: () => onOpen({ what: "edit", group }) },
    { label: "Delete group", icon: "trash3", danger: true, split: true, onSelect: () => onOpen({ what: "delete", group }) },
  ];
  return (
    <tr
      className="opens"
      onClick={(event) => {
        const target = event.target instanceof Element ? event.target : null;
        if (!target?.closest("a, button, [role=menu]") && String(window.getSelection() ?? "") === "") navigate(`/groups/${group.id}`);
      }}
    >
      <td className="wrapc">
        <span className="row">
          <GroupMark color={group.color} />
          <Link className="srv" href={`/groups/${group.id}`}>{group.name}</Link>
          {group.dynamic && <DynamicMark filter={group.filter} />}
        </span>
      </td>
      <td className="m2 wrapc">{group.description || <span className="m3">–</span>}</td>
      <td className="num">{count(group.serverCount)}</td>
      <td>{counts ? <StackBar counts={counts} /> : <span className="m3">–</span>}</td>
      <td className="m2 hide8">
        <Ago at={group.createdAt} form="full" />
      </td>
      <td className="acts">
        {mayManage && (
          <>
            <button
              className="btn sm"
              type="button"
              hidden={group.dynamic}
              aria-label={`Members of ${group.name}`}
              onClick={() => onOpen({ what: "members", group })}
            >
              Members
            </button>
            <MenuButton className="btn ghost xs icon" label={`Actions for ${group.name}`} items={items}>
              <Icon name="three-dots" />
            </MenuButton>
          </>
        )}
      </td>
    </tr>
  );
}
