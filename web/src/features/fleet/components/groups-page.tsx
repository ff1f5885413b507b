// Groups of servers: list, create, edit, delete; members are in the server list, filtered by the group.
import { type ReactElement, useState } from "react";
import { groupCountMax, groupsKey, useGroups } from "../../../api/list-groups";
import type { Group } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Dot } from "../../../components/bits";
import { ConfirmDialog, Dialog } from "../../../components/dialog";
import { TextField } from "../../../components/field";
import { Icon } from "../../../components/icon";
import { MenuButton, type MenuItem } from "../../../components/menu";
import { Empty, ErrorCallout, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { SortHead, type SortState, useSorted } from "../../../components/sort-head";
import { count, plural } from "../../../lib/format";
import { refetch } from "../../../lib/query";
import { Link, navigate } from "../../../lib/router";
import { useMay } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { createGroup } from "../api/create-group";
import { deleteGroup } from "../api/delete-group";
import { updateGroup } from "../api/update-group";
import { GroupMembersDialog } from "./group-members-dialog";
import { refreshServers } from "./server-dialogs";

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
  const rows = useSorted(query.data ?? noGroups, sort, valueOf), close = (): void => setOpen(null);
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
                        <SortHead label="Created" column="created" sort={sort} onSort={setSort} className="hide8" />
                        <th>
                          <span className="vh">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>{rows.map((g) => <GroupRow key={g.id} group={g} mayManage={mayManage} onOpen={setOpen} />)}</tbody>
                  </table>
                </div>
              )}
        </QueryView>
        {rows.length >= groupCountMax && <div className="pf push">The first {count(groupCountMax)} groups. The API lists the others.</div>}
      </section>
      {open?.what === "new" && <GroupDialog onClose={close} />}
      {open?.what === "edit" && <GroupDialog group={open.group} onClose={close} />}
      {open?.what === "delete" && <DeleteDialog group={open.group} onClose={close} />}
      {open?.what === "members" && <GroupMembersDialog group={open.group} onClose={close} />}
    </>
  );
}

function GroupRow({ group, mayManage, onOpen }: { group: Group; mayManage: boolean; onOpen: (open: Open) => void }): ReactElement {
  const items: MenuItem[] = [
    { label: "Show servers", icon: "hdd-stack", onSelect: () => navigate(`/servers?group=${group.id}`) },
    { label: "Add or remove servers", icon: "collection", onSelect: () => onOpen({ what: "members", group }) },
    { label: "Edit group", icon: "pencil", onSelect: () => onOpen({ what: "edit", group }) },
    { label: "Delete group", icon: "trash3", danger: true, split: true, onSelect: () => onOpen({ what: "delete", group }) },
  ];
  return (
    <tr>
      <td>
        <span className="row">
          <GroupMark color={group.color} />
          <Link className="srv" href={`/servers?group=${group.id}`}>{group.name}</Link>
        </span>
      </td>
      <td className="m2 wrapc">{group.description || <span className="m3">–</span>}</td>
      <td className="num">{count(group.serverCount)}</td>
      <td className="m2 hide8">
        <Ago at={group.createdAt} form="full" />
      </td>
      <td className="acts">
        {mayManage && (
          <>
            <button
              className="btn sm"
              type="button"
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

/** The group's colour, as an SVG attribute: no inline style. */
function GroupMark({ color }: { color: string | null }): ReactElement {
  return (
    <svg className="gmark" viewBox="0 0 10 10" aria-hidden="true">
      <rect width="10" height="10" rx="2.5" fill={color ?? "currentColor"} />
    </svg>
  );
}

function GroupDialog({ group, onClose }: { group?: Group; onClose: () => void }): ReactElement {
  const [name, setName] = useState(group?.name ?? ""),
    [description, setDescription] = useState(group?.description ?? ""),
    [checked, setChecked] = useState(false);
  const fault = name.trim() ? undefined : "Enter a name";
  const action = useAction(async () => {
    const body = { name: name.trim(), description: description.trim() || null, color: group?.color ?? null };
    if (group) await updateGroup(group.id, body);
    else await createGroup(body);
    await refetch(groupsKey());
    refreshServers();
    toast(group ? "Group changed" : "Group created", body.name);
    onClose();
  });
  return (
    <Dialog
      title={group ? `Edit ${group.name}` : "New group"}
      onClose={onClose}
      onSubmit={() => {
        setChecked(true);
        if (!fault) void action.run();
      }}
      actions={
        <>
          <button className="btn" type="button" onClick={onClose}>Cancel</button>
          <button className="btn primary" type="submit" aria-disabled={action.busy}>{group ? "Save group" : "Create group"}</button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        onValue={setName}
        maxLength={100}
        autoComplete="off"
        fault={(checked ? fault : undefined) ?? action.fieldFaults.name}
        hint="Unique in this tenant"
      />
      <TextField
        label="Description"
        optional
        value={description}
        onValue={setDescription}
        maxLength={500}
        autoComplete="off"
        fault={action.fieldFaults.description}
      />
      <ErrorCallout error={action.error} title={group ? "The group was not changed." : "The group was not created."} />
    </Dialog>
  );
}

function DeleteDialog({ group, onClose }: { group: Group; onClose: () => void }): ReactElement {
  const action = useAction(async () => {
    await deleteGroup(group.id);
    await refetch(groupsKey());
    refreshServers();
    toast("Group deleted", group.name);
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Delete ${group.name}?`}
      verb="Delete group"
      danger
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">
        {group.serverCount > 0
          ? `Its ${plural(group.serverCount, "server")} stay; they are only no longer in this group.`
          : "It holds no servers."}
      </p>
      <ErrorCallout error={action.error} title="The group was not deleted." />
    </ConfirmDialog>
  );
}
