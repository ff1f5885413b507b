// The shapes that the API answers with. They follow api/openapi.yaml; `null` means "no value", a member is never absent.

export type Health = "healthy" | "warning" | "critical" | "offline" | "unknown";
export type Reachability = "online" | "degraded" | "offline" | "unknown";
export type EngineKind = "sqlserver" | "postgresql" | "mysql";
export type AuthType = "sql" | "windows";
export type Role = "tenant_admin" | "operator" | "viewer";
export type TenantStatus = "active" | "suspended" | "deleted";

export interface Membership {
  tenantSlug: string;
  tenantName: string;
  role: Role;
}

export interface User {
  id: string;
  email: string;
  name: string;
  isSuperAdmin: boolean;
  disabled: boolean;
  memberships: Membership[];
  createdAt: string;
  lastSignInAt?: string | null;
}

export interface SessionReply {
  user: User;
  csrfToken: string;
}

export interface Tenant {
  id: string;
  slug: string;
  name: string;
  status: TenantStatus;
  databaseName: string;
  role?: Role | null;
  serverCount?: number | null;
  databaseSizeBytes?: number | null;
  createdAt: string;
  updatedAt: string;
}

export interface Tag {
  id: string;
  name: string;
  color: string | null;
}

export interface Group extends Tag {
  description: string | null;
  serverCount: number;
  createdAt: string;
}

export interface Label extends Tag {
  serverCount: number;
}

export interface ServerLatest {
  cpuPercent: number | null;
  memoryPercent: number | null;
  connectionCount: number | null;
  batchRequestsSec: number | null;
}

export interface ServerFault {
  code: string;
  message: string;
  at: string;
}

export interface Server {
  id: string;
  name: string;
  engine: EngineKind;
  hostname: string;
  port: number;
  instanceName: string | null;
  database: string | null;
  authType: AuthType;
  username: string | null;
  hasPassword: boolean;
  encrypt: boolean;
  trustServerCertificate: boolean;
  status: Reachability;
  health: Health;
  healthReasons: string[];
  version: string | null;
  productVersion: string | null;
  edition: string | null;
  groups: Tag[];
  labels: Tag[];
  collection: { enabled: boolean; intervalSeconds: number };
  lastCollectedAt: string | null;
  lastAttemptAt: string | null;
  lastError: ServerFault | null;
  latest: ServerLatest;
  createdAt: string;
  updatedAt: string;
}

/** What the add and edit forms send. An empty password on an edit is left out: the server keeps the old one. */
export interface ServerInput {
  name: string;
  engine: EngineKind;
  hostname: string;
  port: number;
  instanceName: string | null;
  database: string | null;
  authType: AuthType;
  username: string | null;
  password?: string;
  encrypt: boolean;
  trustServerCertificate: boolean;
  groupIds?: string[];
  labels?: string[];
  validate?: boolean;
}

export interface PermissionCheck {
  name: string;
  granted: boolean;
  neededFor: string;
  grantStatement: string | null;
}

export interface ProbeResult {
  success: boolean;
  message: string;
  errorCode?: string | null;
  engine: EngineKind;
  version?: string | null;
  productVersion?: string | null;
  edition?: string | null;
  latencyMs: number | null;
  encrypted?: boolean | null;
  permissions: PermissionCheck[];
}

export interface ServerHealth {
  serverId: string;
  name: string;
  engine: EngineKind;
  status: Health;
  reachability: Reachability;
  reasons: string[];
  lastCollectedAt: string | null;
  cpuPercent: number | null;
  memoryPercent: number | null;
  connectionCount: number | null;
  batchRequestsSec: number | null;
  groupIds: string[];
  changedAt: string | null;
}

/** Time, mean, lowest and highest value of one interval. */
export type MetricPoint = [at: string, avg: number | null, min: number | null, max: number | null];

export interface MetricSeries {
  metric: string;
  unit: string;
  interval: number;
  from: string;
  to: string;
  points: MetricPoint[];
}

export interface CollectionConfig {
  intervalSeconds: number;
  enabled: boolean;
  metricsEnabled: string[];
}

export interface Activity {
  id: string;
  action: string;
  entityType: string;
  entityId: string | null;
  entityName: string | null;
  actor: { id: string | null; name: string; address: string | null };
  requestId: string | null;
  details: Record<string, unknown> | null;
  createdAt: string;
}

export interface Limit {
  warning: number;
  critical: number;
}

export interface Thresholds {
  cpuPercent: Limit;
  memoryPercent: Limit;
}

export interface Retention {
  metricsDays: number;
  activityDays: number;
}

export interface Settings {
  retention: Retention;
  thresholds: Thresholds;
  collection: { intervalSeconds: number };
  refreshSeconds: number;
}
