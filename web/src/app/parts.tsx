// The parts of the program that come as files of their own, and what they fill.
import type { ReactElement, ReactNode } from "react";
import type { Server } from "../api/model";
import { Deferred } from "../components/deferred";
import type { ServerTab } from "../features/fleet/components/server-page";
import { ServerActivity } from "../features/platform/components/activity-page";
import { OperationView } from "../features/platform/components/operation-view";

export const parts = {
  addServer: () => import("../features/fleet/components/add-server-page"),
  importServers: () => import("../features/fleet/components/import-page"),
  monitoring: () => import("./monitoring-part"),
  administration: () => import("./administration-part"),
} as const;

type Monitoring = Awaited<ReturnType<typeof parts.monitoring>>;

const monitoring = (render: (part: Monitoring, server: Server) => ReactNode) => (server: Server): ReactNode => (
  <Deferred load={parts.monitoring}>{(part) => render(part, server)}</Deferred>
);

export const serverTabs: readonly ServerTab[] = [
  { key: "metrics", text: "Metrics", render: monitoring(({ MetricsTab }, server) => <MetricsTab server={server} />) },
  { key: "waits", text: "Waits", render: monitoring(({ WaitsTab }, server) => <WaitsTab server={server} />) },
  { key: "queries", text: "Queries and blocking", render: monitoring(({ QueriesTab }, server) => <QueriesTab server={server} />) },
  // Its list of databases is fleet's own; what stands below is in `files`.
  { key: "databases", text: "Databases and files", render: () => null },
  { key: "backups", text: "Backups", render: monitoring(({ BackupsTab }, server) => <BackupsTab server={server} />) },
  { key: "changes", text: "Configuration changes", render: monitoring(({ ChangesTab }, server) => <ChangesTab server={server} />) },
  { key: "collectors", text: "Collectors", render: monitoring(({ CollectorsTab }, server) => <CollectorsTab server={server} />) },
  { key: "activity", text: "Activity", render: (server) => <ServerActivity serverId={server.id} /> },
];

export const importScreen: ReactElement = (
  <Deferred load={parts.importServers}>
    {({ ImportPage }) => <ImportPage progress={(operation, tools) => <OperationView operation={operation} tools={tools} />} />}
  </Deferred>
);
