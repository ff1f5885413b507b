// Tenant administration: list, create, rename, suspend, activate, delete, restore, purge.
import { type ReactElement, useState } from "react";
import type { Tenant, TenantStatus } from "../../../api/model";
import { Ago } from "../../../components/ago";
import { Dot, Segmented } from "../../../components/bits";
import { ConfirmDialog } from "../../../components/dialog";
import { SearchField } from "../../../components/search-field";
import { Icon } from "../../../components/icon";
import { MenuButton, type MenuItem } from "../../../components/menu";
import { Empty, ErrorCallout, PageHead, QueryView, StaleBadge } from "../../../components/panel";
import { SortHead, type SortState, useSorted } from "../../../components/sort-head";
import { bytes, count, plural } from "../../../lib/format";
import { invalidate, refetch, useQuery } from "../../../lib/query";
import { setSearch, useSearch } from "../../../lib/router";
import { session, useSession } from "../../../lib/session";
import { toast } from "../../../lib/toasts";
import { useAction } from "../../../lib/use-action";
import { activateTenant } from "../api/activate-tenant";
import { listAllTenants, tenantCountMax, tenantsKey } from "../api/list-tenants";
import { restoreTenant } from "../api/restore-tenant";
import { suspendTenant } from "../api/suspend-tenant";
import { CreateTenantDialog } from "./create-tenant-dialog";
import { DeleteTenantDialog } from "./delete-tenant-dialog";
import { PurgeTenantDialog } from "./purge-tenant-dialog";
import { RenameTenantDialog } from "./rename-tenant-dialog";
import { TenantHealth } from "./tenant-health";

type Question = "rename" | "suspend" | "delete" | "purge";
type Asked = { what: Question; tenant: Tenant } | null;
type Column = "name" | "status" | "servers" | "users" | "size" | "activity" | "created";

const valueOf: Readonly<Record<Column, (t: Tenant) => string | number>> = {
  name: (t) => t.name.toLowerCase(),
  status: (t) => t.status,
  servers: (t) => t.serverCount ?? -1,
  users: (t) => t.userCount,
  size: (t) => t.databaseSizeBytes ?? -1,
  activity: (t) => t.lastActivityAt ?? "",
  created: (t) => t.createdAt,
};

export function TenantsPage({ onOpen }: { onOpen: (tenant: Tenant) => void }): ReactElement {
  const query = useQuery(tenantsKey, async (signal) => {
    const tenants = await listAllTenants(signal), now = session.get();
    // The switch at the top left shows the same tenants.
    if (now) session.set({ ...now, tenants: tenants.filter((t) => t.status !== "deleted") });
    return tenants;
  }, { poll: true });
  const search = useSearch(), creating = search.get("new") === "1", q = (search.get("q") ?? "").toLowerCase();
  const gone = search.get("show") === "deleted";
  const [asked, setAsked] = useState<Asked>(null);
  const [sort, setSort] = useState<SortState<Column>>({ key: "name", order: "asc" });
  const all = query.data ?? [], list = all.filter((t) => t.status !== "deleted"), deleted = all.filter((t) => t.status === "deleted");
  const servers = list.reduce((sum, t) => sum + (t.serverCount ?? 0), 0);
  const size = list.reduce((sum, t) => sum + (t.databaseSizeBytes ?? 0), 0);
  const found = (gone ? deleted : list).filter((t) => !q || t.name.toLowerCase().includes(q) || t.slug.includes(q));
  const rows = useSorted(found, sort, valueOf);
  const restore = useAction(async (tenant: Tenant) => {
    await restoreTenant(tenant.slug);
    await refetch(tenantsKey);
    toast("Tenant restored", `${tenant.name} is as it was before it was deleted.`);
  });
  const activate = useAction(async (tenant: Tenant) => {
    await activateTenant(tenant.slug);
    await refetch(tenantsKey);
    toast("Tenant activated", `Collection for ${tenant.name} goes on.`);
  });
  return (
    <>
      <PageHead
        title="Tenants"
        sub={query.data
          ? (
            <>
              {plural(list.length, "tenant")}
              {servers > 0 && (
                <>
                  <Dot />
                  {plural(servers, "server")}
                </>
              )}
              {size > 0 && (
                <>
                  <Dot />
                  {bytes(size)}
                </>
              )}
              <Dot />Updated <Ago at={query.at} />
            </>
          )
          : "Each tenant is a database of its own"}
      >
        <StaleBadge query={query} />
        <button className="btn primary" type="button" onClick={() => setSearch({ new: "1" })}>
          <Icon name="plus-lg" />New tenant
        </button>
      </PageHead>
      <ErrorCallout error={activate.error} title="The tenant was not activated." />
      <ErrorCallout error={restore.error} title="The tenant was not restored." />
      <div className="toolbar t0">
        <SearchField value={search.get("q") ?? ""} label="Search tenants" placeholder="Name or slug" onValue={(value) => setSearch({ q: value })} />
        <Segmented
          label="Which tenants"
          value={gone ? "deleted" : "present"}
          choices={[["present", `Present, ${count(list.length)}`], ["deleted", `Deleted, ${count(deleted.length)}`]]}
          onValue={(value) => setSearch({ show: value === "deleted" ? value : null })}
        />
        <span className="grow" />
        {q && <span className="m3 t12" role="status">{plural(found.length, "tenant")} found</span>}
      </div>
      <section className="panel vflex tall" aria-label="Tenants" aria-busy={query.loading && !query.data}>
        <QueryView query={query} what="Tenants did not load" retry={() => void refetch(tenantsKey)} lines={8}>
          {() =>
            found.length === 0 && (q || gone)
              ? (
                <Empty
                  icon={q ? "funnel" : "trash3"}
                  title={q ? "No tenant matches" : "No deleted tenant"}
                  text={q ? `Name or slug with “${q}”` : "A deleted tenant stays here for 30 days and can be restored; then it is purged."}
                >
                  <button className="btn sm" type="button" onClick={() => setSearch({ q: null, show: null })}>
                    {q ? "Clear search" : "Show present tenants"}
                  </button>
                </Empty>
              )
              : list.length === 0 && !gone
              ? (
                <Empty icon="building" title="No tenant yet" text="A tenant is a database of its own with its servers, users and history.">
                  <button className="btn sm primary" type="button" onClick={() => setSearch({ new: "1" })}>New tenant</button>
                </Empty>
              )
              : (
                <div className="sx" tabIndex={0} role="region" aria-label="Tenant table">
                  <table className="tbl ten" aria-label="Tenants">
                    <thead>
                      <tr>
                        <SortHead label="Tenant" column="name" sort={sort} onSort={setSort} />
                        <SortHead label="Status" column="status" sort={sort} onSort={setSort} />
                        <SortHead label="Servers" column="servers" sort={sort} onSort={setSort} numeric />
                        <th>Health</th>
                        <SortHead label="Users" column="users" sort={sort} onSort={setSort} numeric className="hide8" />
                        <SortHead label="Size" column="size" sort={sort} onSort={setSort} numeric className="hide8" />
                        <SortHead label="Last activity" column="activity" sort={sort} onSort={setSort} className="hide8" />
                        <SortHead label={gone ? "Deleted" : "Created"} column="created" sort={sort} onSort={setSort} />
                        <th>
                          <span className="vh">Actions</span>
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {rows.map((t) => (
                        <TenantRow
                          key={t.id}
                          tenant={t}
                          onOpen={() => onOpen(t)}
                          onAsk={(what) => setAsked({ what, tenant: t })}
                          onActivate={() => void activate.run(t)}
                          onRestore={() => void restore.run(t)}
                        />
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
        </QueryView>
        {all.length >= tenantCountMax && <div className="pf">The first {count(tenantCountMax)} tenants. The API lists the others.</div>}
      </section>
      {creating && <CreateTenantDialog onClose={() => setSearch({ new: null })} />}
      {asked?.what === "suspend" && <SuspendDialog tenant={asked.tenant} onClose={() => setAsked(null)} />}
      {asked?.what === "rename" && <RenameTenantDialog tenant={asked.tenant} onClose={() => setAsked(null)} />}
      {asked?.what === "purge" && <PurgeTenantDialog tenant={asked.tenant} onClose={() => setAsked(null)} />}
      {asked?.what === "delete" && <DeleteTenantDialog tenant={asked.tenant} onClose={() => setAsked(null)} />}
    </>
  );
}

interface RowProps {
  tenant: Tenant;
  onOpen: () => void;
  onAsk: (what: Question) => void;
  onActivate: () => void;
  onRestore: () => void;
}

function TenantRow({ tenant, onOpen, onAsk, onActivate, onRestore }: RowProps): ReactElement {
  const here = useSession().tenant?.slug === tenant.slug, active = tenant.status === "active", gone = tenant.status === "deleted";
  const onSuspend = (): void => onAsk("suspend");
  const items: MenuItem[] = gone
    ? [
      { label: "Restore", icon: "arrow-clockwise", onSelect: onRestore },
      { label: "Purge for good", icon: "trash3", onSelect: () => onAsk("purge"), danger: true, split: true },
    ]
    : [
      { label: "Open", icon: "arrow-right", onSelect: onOpen },
      { label: "Rename", icon: "pencil", onSelect: () => onAsk("rename") },
      active
        ? { label: "Suspend", icon: "pause-circle", onSelect: onSuspend, split: true }
        : { label: "Activate", icon: "play-circle", onSelect: onActivate, split: true },
      { label: "Delete tenant", icon: "trash3", onSelect: () => onAsk("delete"), danger: true, split: true },
    ];
  return (
    <tr>
      <td>
        {gone
          ? <span className="srv">{tenant.name}</span>
          : <button className="srv linkish" type="button" onClick={onOpen}>{tenant.name}</button>}
        {here && <span className="badge here" data-s="info">chosen</span>}
        <div className="mono t12 m3">{tenant.slug}</div>
      </td>
      <td>
        <TenantStatusMark status={tenant.status} />
      </td>
      <td className="num">{tenant.serverCount === null || tenant.serverCount === undefined ? <NoValue /> : count(tenant.serverCount)}</td>
      <td>
        <TenantHealth health={tenant.health} />
      </td>
      <td className="num hide8">{count(tenant.userCount)}</td>
      <td className="num hide8">{tenant.databaseSizeBytes ? bytes(tenant.databaseSizeBytes) : <NoValue />}</td>
      <td className="m2 hide8">
        <Ago at={tenant.lastActivityAt} />
      </td>
      <td className="m2">
        <Ago at={gone ? tenant.deletedAt : tenant.createdAt} form="full" />
        {gone && tenant.purgeAt && (
          <span className="t12 m3 row">
            Purged <Ago at={tenant.purgeAt} form="full" />
          </span>
        )}
      </td>
      <td className="acts">
        {gone
          ? (
            <button className="btn sm" type="button" onClick={onRestore} aria-label={`Restore ${tenant.name}`}>
              <Icon name="arrow-clockwise" />Restore
            </button>
          )
          : (
            <button
              className="btn sm"
              type="button"
              onClick={active ? onSuspend : onActivate}
              aria-label={`${active ? "Suspend" : "Activate"} ${tenant.name}`}
            >
              <Icon name={active ? "pause-fill" : "play-fill"} />
              {active ? "Suspend" : "Activate"}
            </button>
          )}
        <MenuButton className="btn ghost xs icon" label={`Actions for ${tenant.name}`} items={items}>
          <Icon name="three-dots" />
        </MenuButton>
      </td>
    </tr>
  );
}

function NoValue(): ReactElement {
  return <span className="m3" title="No value">–</span>;
}

function TenantStatusMark({ status }: { status: TenantStatus }): ReactElement {
  const active = status === "active";
  return (
    <span className="status" data-s={active ? "healthy" : "offline"}>
      <Icon name={active ? "check-circle-fill" : "pause-circle-fill"} />
      {active ? "Active" : status === "suspended" ? "Suspended" : "Deleted"}
    </span>
  );
}

function SuspendDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }): ReactElement {
  const action = useAction(async () => {
    await suspendTenant(tenant.slug);
    invalidate(tenantsKey);
    toast("Tenant suspended", `${tenant.name}: nothing is collected until it is activated.`);
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Suspend ${tenant.name}?`}
      verb="Suspend tenant"
      busy={action.busy}
      onConfirm={() => void action.run()}
      onClose={onClose}
    >
      <p className="m2">Collection stops now and its users cannot open it. All data stays. You can activate it again at any time.</p>
      <ErrorCallout error={action.error} title="The tenant was not suspended." />
    </ConfirmDialog>
  );
}
