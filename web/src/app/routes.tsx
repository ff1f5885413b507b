// Which address shows which screen. What is looked at seldom, or after another click, is a file of its own (app/parts.tsx).
import type { ReactElement } from "react";
import { Deferred } from "../components/deferred";
import { Empty, PageHead } from "../components/panel";
import { CredentialsPage } from "../features/fleet/components/credentials-page";
import { GroupPage } from "../features/fleet/components/group-page";
import { GroupsPage } from "../features/fleet/components/groups-page";
import { ServerPage } from "../features/fleet/components/server-page";
import { ServersPage } from "../features/fleet/components/servers-page";
import { DashboardPage } from "../features/monitoring/components/dashboard-page";
import { ActivityPage } from "../features/platform/components/activity-page";
import { OperationPage } from "../features/platform/components/operation-view";
import { OperationsPage } from "../features/platform/components/operations-page";
import { HealthHistory } from "../features/monitoring/components/health-history";
import { RecentActivity } from "../features/platform/components/recent-activity";
import { Link, match, navigate, type Route } from "../lib/router";
import { may, type Session } from "../lib/session";
import { chooseTenant } from "./choose-tenant";
import { importScreen, parts, serverTabs } from "./parts";

type Screen = Route & { needs?: Parameters<typeof may>[1] };

const screens: readonly Screen[] = [
  { path: "/", title: "Dashboard", render: () => <DashboardPage /> },
  { path: "/servers", title: "Servers", render: () => <ServersPage /> },
  {
    path: "/servers/new",
    title: "Add server",
    needs: "manageServers",
    render: () => <Deferred load={parts.addServer}>{({ AddServerPage }) => <AddServerPage />}</Deferred>,
  },
  {
    path: "/servers/import",
    title: "Import servers",
    needs: "manageServers",
    render: () => importScreen,
  },
  {
    path: "/servers/:id",
    title: "Server",
    render: ({ id = "" }) => (
      <ServerPage
        key={id}
        id={id}
        tabs={serverTabs}
        files={(server) => <Deferred load={parts.monitoring}>{({ FilesTab }) => <FilesTab server={server} />}</Deferred>}
        recent={(serverId) => <RecentActivity entityId={serverId} />}
        changes={(server) => <HealthHistory server={server} />}
      />
    ),
  },
  {
    path: "/compare",
    title: "Compare servers",
    render: () => <Deferred load={parts.monitoring}>{({ ComparePage }) => <ComparePage />}</Deferred>,
  },
  { path: "/groups", title: "Groups", render: () => <GroupsPage /> },
  {
    path: "/groups/:id",
    title: "Group",
    render: ({ id = "" }) => <GroupPage key={id} id={id} recent={(groupId) => <RecentActivity entityId={groupId} />} />,
  },
  { path: "/credentials", title: "Credentials", render: () => <CredentialsPage /> },
  { path: "/operations", title: "Operations", render: () => <OperationsPage /> },
  { path: "/operations/:id", title: "Operation", render: ({ id = "" }) => <OperationPage key={id} id={id} /> },
  { path: "/activity", title: "Activity log", render: () => <ActivityPage /> },
  {
    path: "/users",
    title: "Users",
    needs: "manageUsers",
    render: () => <Deferred load={parts.administration}>{({ UsersPage }) => <UsersPage />}</Deferred>,
  },
  {
    path: "/keys",
    title: "API keys",
    needs: "manageUsers",
    render: () => <Deferred load={parts.administration}>{({ APIKeysPage }) => <APIKeysPage />}</Deferred>,
  },
  {
    path: "/collectors",
    title: "Custom collectors",
    needs: "manageSettings",
    render: () => <Deferred load={parts.monitoring}>{({ CustomCollectorsPage }) => <CustomCollectorsPage />}</Deferred>,
  },
  {
    path: "/collectors/new",
    title: "New collector",
    needs: "manageSettings",
    render: () => <Deferred load={parts.monitoring}>{({ CustomCollectorPage }) => <CustomCollectorPage id={null} />}</Deferred>,
  },
  {
    path: "/collectors/:id",
    title: "Custom collector",
    needs: "manageSettings",
    render: ({ id = "" }) => <Deferred load={parts.monitoring}>{({ CustomCollectorPage }) => <CustomCollectorPage key={id} id={id} />}</Deferred>,
  },
  {
    path: "/settings",
    title: "Settings",
    needs: "manageSettings",
    render: () => <Deferred load={parts.administration}>{({ SettingsPage }) => <SettingsPage />}</Deferred>,
  },
];

const platformScreens: readonly Screen[] = [
  {
    path: "/admin/tenants",
    title: "Tenants",
    needs: "manageTenants",
    render: () => (
      <Deferred load={parts.administration}>{({ TenantsPage }) => <TenantsPage onOpen={(tenant) => chooseTenant(tenant, "/")} />}</Deferred>
    ),
  },
  {
    path: "/admin/users",
    title: "Super admins",
    needs: "manageTenants",
    render: () => <Deferred load={parts.administration}>{({ AdminsPage }) => <AdminsPage />}</Deferred>,
  },
  { path: "/admin/activity", title: "Activity log", needs: "manageTenants", render: () => <ActivityPage key="platform" log="platform" /> },
];

export const routesFor = (who: Session): readonly Route[] => screens.filter((s) => !s.needs || may(who, s.needs));
export const platformRoutes = (who: Session): readonly Route[] => platformScreens.filter((s) => !s.needs || may(who, s.needs));

export function titleFor(path: string): string {
  return [...screens, ...platformScreens].find((s) => match(s.path, path))?.title ?? "Not found";
}

export const notFound: ReactElement = (
  <>
    <PageHead title="Not found" />
    <section className="panel vflex tall" aria-label="Not found">
      <Empty
        icon="question-circle"
        title="There is no such page, or your role may not open it"
        text="The address may be old. The navigation leads to all pages that you can open."
      >
        <Link className="btn sm" href="/" onClick={() => navigate("/")}>Go to the dashboard</Link>
      </Empty>
    </section>
  </>
);
