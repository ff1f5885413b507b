// One group: its name and description edited where they stand, health, and its servers.
import { type ReactElement, type ReactNode, useEffect, useMemo, useState } from "react";
import type { Group, Server } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Crumbs, Dot } from "../../../components/bits";
import { Icon } from "../../../components/icon";
import { InlineEdit } from "../../../components/inline-edit";
import { MenuButton } from "../../../components/menu";
import { Empty, Failure, PageHead, Panel, QueryView, StaleBadge } from "../../../components/panel";
import type { SortState } from "../../../components/sort-head";
import { healthIcons, healthOrder, healthWords } from "../../../components/status";
import { type Column, VirtualTable } from "../../../components/virtual-table";
import { count, plural } from "../../../lib/format";
import { invalidate, refetch } from "../../../lib/query";
import { Link, navigate, setSearch, useSearch } from "../../../lib/router";
import { tenantKey, useMay } from "../../../lib/session";
import { setPageTitle } from "../../../lib/title";
import { toast } from "../../../lib/toasts";
import { useNarrow, useWide } from "../../../lib/use-narrow";
import { asApiError } from "../../../lib/use-action";
import type { GroupInput } from "../api/create-group";
import { type GroupAndTag, groupKey, useGroup } from "../api/read-group";
import { removeFromGroup } from "../api/remove-from-group";
import { updateGroup } from "../api/update-group";
import { DeployDialog } from "./deploy-dialog";
import { DeleteGroupDialog, GroupDialog } from "./group-dialogs";
import { type HealthCounts, useGroupHealth } from "./group-health";
import { DynamicMark, GroupMark } from "./group-mark";
import { GroupMembersDialog } from "./group-members-dialog";
import { serverColumns } from "./server-columns";
import { refreshServers } from "./refresh-servers";
import { ThresholdsPanel } from "./thresholds-panel";
import { useServerList } from "./use-server-list";

type Open = "" | "members" | "edit" | "deploy" | "delete";

interface Props {
  id: string;
  recent: (groupId: string) => ReactNode;
}

export function GroupPage({ id, recent }: Props): ReactElement {
  const query = useGroup(id), data = query.data, mayManage = useMay("manageServers"), [open, setOpen] = useState<Open>("");
  const counts = useGroupHealth().get(id) ?? (data?.group.dynamic ? data.group.health : undefined), close = (): void => setOpen("");
  useEffect(() => {
    if (data) setPageTitle(data.group.name);
  }, [data?.group.name]);
  const crumbs = <Crumbs path={[["/groups", "Groups"]]} here={data?.group.name ?? "…"} />;
  if (query.error && (!data || query.error.status === 404)) {
    const gone = query.error.status === 404;
    return (
      <>
        <PageHead title="Group" crumbs={crumbs} />
        <section className="panel vflex tall" aria-label="Group">
          <Failure
            what={gone ? "This group does not exist, or was deleted" : "The group did not load"}
            error={query.error}
            retry={gone ? undefined : () => void refetch(groupKey(id))}
          />
        </section>
      </>
    );
  }
  return (
    <>
      <PageHead
        crumbs={crumbs}
        title={data ? <Title data={data} mayManage={mayManage} /> : <h1>Group</h1>}
        sub={data && <Description data={data} mayManage={mayManage} />}
      >
        <StaleBadge query={query} />
        {data && mayManage && (
          <>
            {data.group.dynamic
              ? (
                <button className="btn" type="button" onClick={() => setOpen("edit")}>
                  <Icon name="funnel" />Edit filter
                </button>
              )
              : (
                <button className="btn primary" type="button" onClick={() => setOpen("members")}>
                  <Icon name="plus-lg" />Add servers
                </button>
              )}
            <MenuButton
              label="More actions"
              items={[
                { label: "Show in server list", icon: "hdd-stack", onSelect: () => navigate(`/servers?group=${id}`) },
                { label: "Deploy monitoring objects", icon: "box-arrow-in-down", onSelect: () => setOpen("deploy") },
                { label: "Edit group", icon: "pencil", onSelect: () => setOpen("edit") },
                { label: "Delete group", icon: "trash3", danger: true, split: true, onSelect: () => setOpen("delete") },
              ]}
            >
              <Icon name="three-dots" />
            </MenuButton>
          </>
        )}
      </PageHead>
      <QueryView query={query} what="The group did not load" retry={() => void refetch(groupKey(id))}>
        {({ group }) => (
          <>
            {group.dynamic && <p className="dynf"><DynamicMark filter={null} /> <code className="wrap">{group.filter}</code></p>}
            {counts && <Rollup id={id} counts={counts} />}
            <Members group={group} mayManage={mayManage && !group.dynamic} onAdd={() => setOpen("members")} />
            <ThresholdsPanel className="mt3" of={{ kind: "groups", id: group.id, name: group.name }} mayManage={mayManage} />
            <Panel className="mt3" title="Recent activity">{recent(id)}</Panel>
          </>
        )}
      </QueryView>
      {data && open === "members" && <GroupMembersDialog group={data.group} onClose={close} />}
      {data && open === "edit" && <GroupDialog group={data.group} onClose={close} />}
      {data && open === "deploy" && <DeployDialog target={{ kind: "group", group: data.group }} onClose={close} />}
      {data && open === "delete" && <DeleteGroupDialog group={data.group} onClose={close} onDeleted={() => navigate("/groups")} />}
    </>
  );
}

/** Saves one field; what was refused is said below it. */
async function saveField(data: GroupAndTag, change: Partial<GroupInput>): Promise<string | undefined> {
  try {
    await updateGroup(data.group.id, change, data.etag);
    await refetch(groupKey(data.group.id));
    invalidate(tenantKey("groups"));
    refreshServers();
    return undefined;
  } catch (error) {
    const { code, message, details } = asApiError(error);
    if (code !== "PRECONDITION_FAILED") return details[0] ? `${details[0].field} ${details[0].reason}` : message;
    await refetch(groupKey(data.group.id));
    const now = details.map((d) => `${d.field} ${d.reason}`).join("; ");
    return `Someone else changed this group meanwhile${now ? ` (${now})` : ""}. Save again to put yours in its place.`;
  }
}

function Title({ data, mayManage }: { data: GroupAndTag; mayManage: boolean }): ReactElement {
  return (
    <div className="row g3">
      <GroupMark color={data.group.color} />
      <InlineEdit
        label="Name"
        value={data.group.name}
        editable={mayManage}
        required
        maxLength={100}
        onSave={(name) => saveField(data, { name })}
      >
        <h1>{data.group.name}</h1>
      </InlineEdit>
    </div>
  );
}

function Description({ data, mayManage }: { data: GroupAndTag; mayManage: boolean }): ReactElement {
  const { group } = data;
  return (
    <>
      <InlineEdit
        label="Description"
        value={group.description ?? ""}
        editable={mayManage}
        maxLength={500}
        onSave={(text) => saveField(data, { description: text || null })}
      >
        <span>{group.description || (mayManage ? "No description" : "")}</span>
      </InlineEdit>
      <Dot />
      {plural(group.serverCount, "server")}
      <Dot />
      Created <Ago at={group.createdAt} form="full" />
    </>
  );
}

/** How many of its servers are in each health; each leads to those servers. */
function Rollup({ id, counts }: { id: string; counts: HealthCounts }): ReactElement {
  return (
    <ul className="rollup" aria-label="Health of this group">
      {healthOrder.map((h) => (
        <li key={h} data-s={h}>
          <Link href={`/servers?group=${id}&health=${h}`}>
            <Icon name={healthIcons[h]} />
            <b>{count(counts[h])}</b> {healthWords[h].toLowerCase()}
          </Link>
        </li>
      ))}
    </ul>
  );
}

const sortable = ["name", "host", "status", "health", "version", "createdAt", "cpu", "memory"];

function Members({ group, mayManage, onAdd }: { group: Group; mayManage: boolean; onAdd: () => void }): ReactElement {
  const search = useSearch(), narrow = useNarrow(), wide = useWide(), asked = search.get("sort") ?? "health";
  const sort: SortState<string> = { key: sortable.includes(asked) ? asked : "health", order: search.get("order") === "desc" ? "desc" : "asc" };
  const list = useServerList({ group: [group.id], sort: sort.key, order: sort.order });
  const columns = useMemo((): Column<Server>[] => {
    const plain = serverColumns({ narrow, wide, selectable: false }).filter((c) => c.key !== "menu");
    if (!mayManage) return plain;
    return [...plain, {
      key: "remove",
      head: <span className="vh">Remove</span>,
      width: "48px",
      end: true,
      render: (s) => (
        <button
          className="btn ghost xs icon"
          type="button"
          title="Remove from this group"
          aria-label={`Remove ${s.name} from this group`}
          onClick={() => void removeMember(group, s)}
        >
          <Icon name="x-lg" />
        </button>
      ),
    }];
  }, [narrow, wide, mayManage, group.id, group.name]);
  return (
    <section className="panel vflex members-t" aria-label="Servers of this group" aria-busy={list.query.loading && !list.query.data}>
      <QueryView query={list.query} what="Its servers did not load" retry={list.retry} lines={8}>
        {() =>
          list.total === 0
            ? (
              <Empty icon="hdd-stack" title={group.dynamic ? "No server matches the filter" : "No servers in this group yet"} text="A server can be in several groups.">
                {mayManage && <button className="btn sm primary" type="button" onClick={onAdd}>Add servers</button>}
              </Empty>
            )
            : (
              <VirtualTable
                label="Servers of this group"
                rows={list.rows}
                total={list.total}
                columns={columns}
                rowKey={(s) => s.id}
                rowHeight={32}
                sort={sort}
                onSort={({ key, order }) => setSearch({ sort: key, order: order === "desc" ? "desc" : null })}
                onOpen={(s) => navigate(`/servers/${s.id}`)}
                onNeed={list.need}
              />
            )}
      </QueryView>
    </section>
  );
}

async function removeMember(group: Group, server: Server): Promise<void> {
  try {
    await removeFromGroup(group.id, server.id);
    toast("Removed from group", `${server.name} is no longer in ${group.name}.`);
  } catch (error) {
    const { message, code, requestId } = asApiError(error);
    toast("The server stays in the group", `${server.name}: ${message} (${code} ${requestId})`, "critical");
  }
  refreshServers();
}
