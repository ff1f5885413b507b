// The screens of one server's readings and the comparison: one file, fetched when the first of them is opened.
export { BackupsTab } from "../features/monitoring/components/backups-tab";
export { ChangesTab } from "../features/monitoring/components/changes-tab";
export { CollectorsTab } from "../features/monitoring/components/collectors-tab";
export { ComparePage } from "../features/monitoring/components/compare-page";
export { CustomCollectorPage } from "../features/monitoring/components/custom-collector-page";
export { CustomCollectorsPage } from "../features/monitoring/components/custom-collectors-page";
export { FilesTab } from "../features/monitoring/components/files-tab";
export { MetricsTab } from "../features/monitoring/components/metrics-tab";
export { QueriesTab } from "../features/monitoring/components/queries-tab";
export { WaitsTab } from "../features/monitoring/components/waits-tab";
