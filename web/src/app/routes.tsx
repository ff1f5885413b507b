// Which address shows which screen. One bundle: at 100 KiB compressed, files of their own would only add requests.
import type { ReactElement } from "react";
import { Empty, PageHead } from "../components/panel";
import { AddServerPage } from "../features/fleet/components/add-server-page";
import { CredentialsPage } from "../features/fleet/components/credentials-page";
import { GroupPage } from "../features/fleet/components/group-page";
import { GroupsPage } from "../features/fleet/components/groups-page";
import { ImportPage } from "../features/fleet/components/import-page";
import { ServerPage } from "../features/fleet/components/server-page";
import { ServersPage } from "../features/fleet/components/servers-page";
import { DashboardPage } from "../features/monitoring/components/dashboard-page";
import { MetricsTab } from "../features/monitoring/components/metrics-tab";
import { ActivityPage, ServerActivity } from "../features/platform/components/activity-page";
import { OperationPage, OperationView } from "../features/platform/components/operation-view";
import { OperationsPage } from "../features/platform/components/operations-page";
import { RecentActivity } from "../features/platform/components/recent-activity";
import { AdminsPage } from "../features/platform/components/admins-page";
import { SettingsPage } from "../features/platform/components/settings-page";
import { TenantsPage } from "../features/platform/components/tenants-page";
import { APIKeysPage } from "../features/platform/components/api-keys-page";
import { UsersPage } from "../features/platform/components/users-page";
import { Link, match, navigate, type Route } from "../lib/router";
import { may, type Session } from "../lib/session";
import { chooseTenant } from "./choose-tenant";

type Screen = Route & { needs?: Parameters<typeof may>[1] };

const screens: readonly Screen[] = [
  { path: "/", title: "Dashboard", render: () => <DashboardPage /> },
  { path: "/servers", title: "Servers", render: () => <ServersPage /> },
  { path: "/servers/new", title: "Add server", needs: "manageServers", render: () => <AddServerPage /> },
  {
    path: "/servers/import",
    title: "Import servers",
    needs: "manageServers",
    render: () => <ImportPage progress={(operation, tools) => <OperationView operation={operation} tools={tools} />} />,
  },
  {
    path: "/servers/:id",
    title: "Server",
    render: ({ id = "" }) => (
      <ServerPage
        key={id}
        id={id}
        metrics={(server) => <MetricsTab server={server} />}
        activity={(serverId) => <ServerActivity serverId={serverId} />}
        recent={(serverId) => <RecentActivity entityId={serverId} />}
      />
    ),
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
  { path: "/users", title: "Users", needs: "manageUsers", render: () => <UsersPage /> },
  { path: "/keys", title: "API keys", needs: "manageUsers", render: () => <APIKeysPage /> },
  { path: "/settings", title: "Settings", needs: "manageSettings", render: () => <SettingsPage /> },
];

const platformScreens: readonly Screen[] = [
  {
    path: "/admin/tenants",
    title: "Tenants",
    needs: "manageTenants",
    render: () => <TenantsPage onOpen={(tenant) => chooseTenant(tenant, "/")} />,
  },
  { path: "/admin/users", title: "Super admins", needs: "manageTenants", render: () => <AdminsPage /> },
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
