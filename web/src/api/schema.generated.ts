// Made by scripts/generate-openapi from api/openapi.yaml. Do not edit.

export type ID = string;

export type Time = string;

export type Slug = string;

/** Not blank, without control characters */
export type Name = string;

export type LabelName = string;

export type Color = string;

export type Email = string;

/** At least 12 characters */
export type NewPassword = string;

export type Role = "tenant_admin" | "operator" | "viewer";

export type TenantStatus = "active" | "suspended" | "deleted";

export type EngineKind = "sqlserver" | "postgresql" | "mysql";

export type AuthType = "sql" | "windows";

/** Can it be reached */
export type Status = "online" | "degraded" | "offline" | "unknown";

/** Is it well */
export type Health = "healthy" | "warning" | "critical" | "offline" | "unknown";

export type ProbeErrorCode = "TIMEOUT" | "UNREACHABLE" | "AUTH_FAILED" | "TLS_FAILED" | "UNSUPPORTED_VERSION" | "DATABASE_NOT_FOUND" | "PROTOCOL_ERROR" | "NOT_ALLOWED" | "DRIVER_FAILED";

export type MetricName = "cpu_percent" | "memory_percent" | "connection_count" | "batch_requests_sec";

export type ApiError = {
  error: {
    code: "VALIDATION_ERROR" | "MISSING_TENANT" | "UNAUTHENTICATED" | "FORBIDDEN" | "TENANT_SUSPENDED" | "NOT_FOUND" | "INVALID_TENANT" | "METHOD_NOT_ALLOWED" | "CONFLICT" | "PRECONDITION_FAILED" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "RATE_LIMITED" | "INTERNAL_ERROR" | "CONNECTION_ERROR" | "UNAVAILABLE";
    /** A sentence for the caller */
    message: string;
    details: ({
      field: string;
      reason: string;
    })[];
    timestamp: Time;
    requestId: string;
  };
};

export type LoginRequest = {
  email: string;
  password: string;
};

export type RefreshRequest = {
  refresh_token: string;
};

export type PasswordRequest = {
  currentPassword: string;
  newPassword: NewPassword;
};

export type SetupRequest = {
  token: string;
  password: NewPassword;
};

export type SignIn = {
  access_token: string;
  token_type: "Bearer";
  /** Seconds */
  expires_in: number;
  refresh_token: string;
  user: User;
  csrfToken: string;
};

export type Me = {
  user: User;
  /** For X-CSRF-Token; null for bearer tokens, which need none */
  csrfToken: string | null;
};

export type User = {
  id: ID;
  email: string;
  name: string;
  isSuperAdmin: boolean;
  disabled: boolean;
  memberships: Membership[];
  createdAt: Time;
  lastSignInAt?: string | null | undefined;
};

export type Membership = {
  tenantSlug: Slug;
  tenantName: string;
  role: Role;
};

export type UserRequest = {
  email: Email;
  name: Name;
  role: Role;
  password: NewPassword;
};

export type UserPatch = {
  name?: Name | undefined;
  role?: Role | undefined;
  disabled?: boolean | undefined;
  password?: NewPassword | undefined;
};

export type Tenant = {
  id: ID;
  slug: Slug;
  name: string;
  status: TenantStatus;
  databaseName: string;
  /** The caller's role in it */
  role?: "tenant_admin" | "operator" | "viewer" | "super_admin" | null | undefined;
  serverCount?: number | null | undefined;
  databaseSizeBytes?: number | null | undefined;
  /** The installation's own notes on this tenant */
  settings: Record<string, unknown>;
  createdAt: Time;
  updatedAt: Time;
};

export type TenantRequest = {
  name: Name;
  slug: Slug;
  settings?: Record<string, unknown> | undefined;
};

export type TenantPatch = {
  name?: Name | undefined;
  settings?: Record<string, unknown> | undefined;
};

export type GroupRef = {
  id: ID;
  name: string;
  color: string | null;
};

export type LabelRef = {
  id: ID;
  name: string;
  color: string | null;
};

export type Server = {
  id: ID;
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
  status: Status;
  health: Health;
  healthReasons: string[];
  deployment: "none" | "deploying" | "monitored" | "drifted" | "outdated" | "failed";
  version: string | null;
  productVersion: string | null;
  edition: string | null;
  groups: GroupRef[];
  labels: LabelRef[];
  collection: {
    enabled: boolean;
    intervalSeconds: number;
  };
  lastCollectedAt: string | null;
  lastAttemptAt: string | null;
  lastError: null | {
    code: string;
    message: string;
    at: Time;
  };
  latest: {
    cpuPercent: number | null;
    memoryPercent: number | null;
    connectionCount: number | null;
    batchRequestsSec: number | null;
  };
  createdAt: Time;
  updatedAt: Time;
};

/** A host name or address; `host\instance` is understood. `host` is another name of this member. */
export type Hostname = string;

export type ServerRequest = {
  name: Name;
  engine?: EngineKind | undefined;
  hostname?: Hostname | undefined;
  host?: Hostname | undefined;
  /** The engine's own port when absent */
  port?: number | null | undefined;
  /** SQL Server only */
  instanceName?: string | null | undefined;
  database?: string | null | undefined;
  authType?: AuthType | undefined;
  username?: string | null | undefined;
  /** Never returned */
  password?: string | null | undefined;
  encrypt?: boolean | undefined;
  trustServerCertificate?: boolean | undefined;
  groupIds?: ID[] | undefined;
  labels?: LabelName[] | undefined;
  /** Test first */
  validate?: boolean | undefined;
};

export type ServerPatch = {
  name?: Name | undefined;
  engine?: EngineKind | undefined;
  hostname?: Hostname | undefined;
  host?: Hostname | undefined;
  port?: number | null | undefined;
  instanceName?: string | null | undefined;
  database?: string | null | undefined;
  authType?: AuthType | undefined;
  username?: string | null | undefined;
  password?: string | null | undefined;
  encrypt?: boolean | undefined;
  trustServerCertificate?: boolean | undefined;
  groupIds?: ID[] | undefined;
  labels?: LabelName[] | undefined;
  validate?: boolean | undefined;
};

export type ConnectionTestRequest = {
  name?: Name | undefined;
  engine?: EngineKind | undefined;
  hostname?: Hostname | undefined;
  host?: Hostname | undefined;
  port?: number | null | undefined;
  instanceName?: string | null | undefined;
  database?: string | null | undefined;
  authType?: AuthType | undefined;
  username?: string | null | undefined;
  password?: string | null | undefined;
  encrypt?: boolean | undefined;
  trustServerCertificate?: boolean | undefined;
  groupIds?: ID[] | undefined;
  labels?: LabelName[] | undefined;
  validate?: boolean | undefined;
};

export type PermissionCheck = {
  name: string;
  granted: boolean;
  neededFor: string;
  /** What a DBA runs to mend it; null when it is granted or cannot be mended by one statement */
  grantStatement: string | null;
};

export type ProbeResult = {
  success: boolean;
  /** A sentence */
  message: string;
  errorCode?: ProbeErrorCode | null | undefined;
  engine: EngineKind;
  version?: string | null | undefined;
  productVersion?: string | null | undefined;
  edition?: string | null | undefined;
  latencyMs: number;
  encrypted?: boolean | null | undefined;
  permissions: PermissionCheck[];
  serverName?: string | null | undefined;
  startedAt?: string | null | undefined;
};

export type ServerHealth = {
  serverId: ID;
  name: string;
  engine: EngineKind;
  status: Health;
  reachability: Status;
  reasons: string[];
  lastCollectedAt: string | null;
  cpuPercent: number | null;
  memoryPercent: number | null;
  connectionCount: number | null;
  batchRequestsSec: number | null;
  groupIds: ID[];
  /** Since when it is in this health */
  changedAt: string | null;
};

export type CollectionConfig = {
  intervalSeconds: number;
  enabled: boolean;
  metricsEnabled: string[];
};

export type CollectionConfigRequest = {
  intervalSeconds: number;
  enabled: boolean;
  /** All metrics when absent */
  metricsEnabled?: MetricName[] | undefined;
};

export type Group = {
  id: ID;
  name: string;
  description: string | null;
  color: string | null;
  serverCount: number;
  createdAt: Time;
};

export type GroupDetail = Group & {
  servers?: ({
    id: ID;
    name: string;
  })[] | undefined;
};

export type GroupRequest = {
  name: Name;
  description?: string | null | undefined;
  color?: Color | null | undefined;
};

export type GroupPatch = {
  name?: Name | undefined;
  description?: string | null | undefined;
  color?: Color | null | undefined;
};

export type GroupServersRequest = {
  serverIds: ID[];
};

export type Label = {
  id: ID;
  name: string;
  color: string | null;
  serverCount: number;
};

export type LabelRequest = {
  name: LabelName;
  color?: Color | null | undefined;
};

export type LabelsRequest = {
  labels: LabelName[];
};

export type Series = {
  metric: string;
  unit: string;
  /** Seconds a point */
  interval: number;
  from: Time;
  to: Time;
  points: ([Time, number | null, number | null, number | null])[];
};

export type HealthCounts = {
  healthy: number;
  warning: number;
  critical: number;
  offline: number;
  unknown: number;
};

export type Dashboard = {
  total: number;
  byHealth: HealthCounts;
  groups: ({
    id: ID;
    name: string;
    total: number;
    byHealth: HealthCounts;
  })[];
  updatedAt: Time;
};

export type MetricType = {
  name: string;
  unit: string;
  description: string;
};

export type Activity = {
  id: ID;
  action: string;
  entityType: string;
  entityId: string | null;
  entityName: string | null;
  actor: {
    id: string | null;
    name: string;
    address: string | null;
  };
  requestId: string | null;
  details: unknown;
  createdAt: Time;
};

export type Retention = {
  metricsDays: number;
  activityDays: number;
};

/** warning is below critical */
export type Threshold = {
  warning: number;
  critical: number;
};

export type Thresholds = {
  cpuPercent: Threshold;
  memoryPercent: Threshold;
};

export type CollectionDefaults = {
  intervalSeconds: number;
};

export type Settings = {
  retention: Retention;
  thresholds: Thresholds;
  collection: CollectionDefaults;
  /** How often a screen reads anew without the event stream */
  refreshSeconds: number;
};

export type SettingsRequest = {
  retention?: Retention | undefined;
  thresholds?: Thresholds | undefined;
  collection?: CollectionDefaults | undefined;
  refreshSeconds?: number | undefined;
};
