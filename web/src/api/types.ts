// Made by web/tools/generate-types.mjs from api/openapi.yaml. Do not edit.

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

export type ProbeErrorCode = "TIMEOUT" | "UNREACHABLE" | "AUTH_FAILED" | "TLS_FAILED" | "UNSUPPORTED_VERSION" | "DATABASE_NOT_FOUND" | "NO_PERMISSIONS" | "PROTOCOL_ERROR" | "NOT_ALLOWED" | "DRIVER_FAILED";

export type MetricName = "cpu_percent" | "memory_percent" | "connection_count" | "batch_requests_sec" | "disk_io_reads" | "disk_io_writes" | "wait_time_ms" | "engine_cpu_percent" | "memory_total_bytes" | "memory_used_bytes" | "page_life_expectancy_seconds" | "cache_hit_percent" | "own_cpu_ms";

export interface Error {
  error: {
    code: "VALIDATION_ERROR" | "MISSING_TENANT" | "UNAUTHENTICATED" | "FORBIDDEN" | "TENANT_SUSPENDED" | "NOT_FOUND" | "INVALID_TENANT" | "METHOD_NOT_ALLOWED" | "CONFLICT" | "PRECONDITION_FAILED" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "RATE_LIMITED" | "INTERNAL_ERROR" | "CONNECTION_ERROR" | "UNAVAILABLE";
    /** A sentence for the caller */
    message: string;
    details: {
      field: string;
      reason: string;
    }[];
    timestamp: Time;
    requestId: string;
  };
}

export interface LoginRequest {
  email: string;
  password: string;
}

export interface RefreshRequest {
  refresh_token: string;
}

export interface PasswordRequest {
  currentPassword: string;
  newPassword: NewPassword;
}

export interface SetupRequest {
  token: string;
  password: NewPassword;
}

export interface SignIn {
  access_token: string;
  token_type: "Bearer";
  /** Seconds */
  expires_in: number;
  refresh_token: string;
  user: User;
  csrfToken: string;
}

export interface Me {
  user: User;
  /** For X-CSRF-Token; null with a bearer token, which needs none */
  csrfToken?: string | null;
}

export interface User {
  id: ID;
  email: string;
  name: string;
  isSuperAdmin: boolean;
  disabled: boolean;
  memberships: Membership[];
  createdAt: Time;
  lastSignInAt: string | null;
  /** Without one nobody can sign in */
  hasPassword: boolean;
  /** Until when a one-time link is good */
  linkExpiresAt: string | null;
  /** The account belongs to others too: this tenant's admins rule over its role alone */
  shared: boolean;
}

export type AddedUser = User & ({
  /** Null when the person can sign in already, or when the account belongs to others too */
  link: OneTimeLink | null;
});

export interface OneTimeLink {
  token: string;
  /** Below the address at which people reach DbTools */
  path: string;
  expiresAt: Time;
}

export interface AdminRequest {
  email: Email;
  name: Name;
}

export interface Membership {
  tenantSlug: Slug;
  tenantName: string;
  role: Role;
}

export interface APIKey {
  id: ID;
  name: string;
  role: Role;
  /** How the key begins */
  hint: string;
  /** The e-mail address of who made it */
  createdBy: string;
  createdAt: Time;
  /** Null is never */
  expiresAt: string | null;
  /** To the minute; null before the first use */
  lastUsedAt: string | null;
}

export type NewAPIKey = APIKey & {
  /** The key, this once */
  key: string;
};

export interface APIKeyRequest {
  name: Name;
  role?: Role | null;
  /** Never when absent */
  expiresAt?: string | null;
}

export interface UserRequest {
  email: Email;
  name: Name;
  role: Role;
  /** Left out, the answer has a one-time link */
  password?: NewPassword | null;
}

export interface UserPatch {
  name?: Name;
  role?: Role;
  disabled?: boolean;
  password?: NewPassword;
}

export interface Tenant {
  id: ID;
  slug: Slug;
  name: string;
  status: TenantStatus;
  databaseName: string;
  /** The caller's role in it */
  role: "tenant_admin" | "operator" | "viewer" | "super_admin" | null;
  userCount: number;
  /** As counted at `countedAt`; null: not counted yet */
  serverCount: number | null;
  /** The servers by health; null when they have not been counted yet */
  health: HealthCounts | null;
  databaseSizeBytes: number | null;
  /** The newest entry of its activity log */
  lastActivityAt: string | null;
  countedAt: string | null;
  /** The installation's own notes on this tenant */
  settings: Record<string, unknown>;
  createdAt: Time;
  updatedAt: Time;
  deletedAt: string | null;
  /** When a deleted tenant is destroyed for good */
  purgeAt: string | null;
}

export interface TenantRequest {
  name: Name;
  slug: Slug;
  settings?: Record<string, unknown>;
}

export interface PurgeRequest {
  /** The tenant's name, typed once more */
  name: string;
}

export interface TenantPatch {
  name?: Name;
  settings?: Record<string, unknown>;
}

export interface GroupRef {
  /** A filter decides, nobody's hand */
  dynamic: boolean;
  id: ID;
  name: string;
  color: string | null;
  /** For text on `color`, with a contrast of 4.5 or more */
  textColor: string | null;
}

export interface LabelRef {
  id: ID;
  name: string;
  color: string | null;
  /** For text on `color`, with a contrast of 4.5 or more */
  textColor: string | null;
}

export interface Server {
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
  /** What the last collection could not bring because this server does not have it, each with the reason; no fault, and no value */
  unavailable: string[];
  deployment: DeploymentState;
  version: string | null;
  productVersion: string | null;
  edition: string | null;
  versionSupport: VersionSupport;
  /** The profile that it signs in with; username and hasPassword are then the profile's */
  credential: null | {
    id: ID;
    name: string;
  };
  /** An older registration of the same instance, known by its own name and start time */
  duplicateOf: null | ServerRef;
  /** The oldest other registration of the same host and port (or instance); a warning, since it may be meant */
  sameAddressAs: null | ServerRef;
  deletedAt: string | null;
  /** Until when a deletion can be undone */
  purgeAt: string | null;
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
  /** By which limits it is judged; /servers/{serverId}/thresholds says whose they are */
  thresholds: Thresholds;
  createdAt: Time;
  updatedAt: Time;
}

export interface ServerRef {
  id: ID;
  name: string;
}

/** Whether the maker still mends this version, by a table that is compiled in */
export interface VersionSupport {
  /** ending is supported, or extended, for less than half a year more */
  state: "supported" | "extended" | "ending" | "unsupported" | "unknown";
  /** The day on which support ends or ended */
  endsAt: string | null;
  /** A sentence */
  note: string | null;
  /** The day of the table */
  asOf: string;
  /** Where the table's days are from, such as postgresql.org/support/versioning */
  source: string;
}

export type ServerViewFilter = ServerFilter;

export type ServerSortName = "name" | "host" | "status" | "health" | "version" | "createdAt" | "cpu" | "memory";

export interface ServerViewRequest {
  name: Name;
  filter?: ServerViewFilter;
  sort?: ServerSortName;
  order?: "asc" | "desc";
  columns?: string[];
  /** For everybody in the tenant */
  shared?: boolean;
}

export interface ServerViewPatch {
  name?: Name;
  filter?: ServerViewFilter;
  sort?: ServerSortName;
  order?: "asc" | "desc";
  columns?: string[];
  /** For everybody in the tenant */
  shared?: boolean;
}

export interface ServerView {
  id: ID;
  name: string;
  filter: {
    deployment: DeploymentState[];
    /** Ids or names */
    credentials: string[];
    deleted: boolean;
    status: Status[];
    health: Health[];
    engine: EngineKind[];
    groups: ID[];
    labels: string[];
    q: string | null;
  };
  sort: ServerSortName;
  order: "asc" | "desc";
  /** Empty: the usual ones */
  columns: string[];
  shared: boolean;
  mine: boolean;
  /** The owner's e-mail address */
  owner: string;
  createdAt: Time;
  updatedAt: Time;
}

export interface LoginScript {
  engine: EngineKind;
  authType: AuthType;
  username: string;
  script: string;
  /** The generated one, shown this once; null when none was asked for */
  password: string | null;
  /** What to replace in the script; null when there is nothing to */
  passwordPlaceholder: string | null;
  /** What the script does, and how to run it */
  notes: string[];
}

export interface ServerSuggestions {
  groups: (GroupRef & {
    reason: string;
  })[];
  labels: {
    name: string;
    color: string;
    textColor: string;
    /** Whether there is such a label already */
    exists: boolean;
    reason: string;
  }[];
}

export interface DatabaseList {
  readAt: Time;
  /** What the login may not see */
  note: string | null;
  databases: ({
    name: string;
    sizeBytes: number | null;
    /** In the engine's own word, lower case, such as online, restoring or suspect */
    state: string | null;
    /** SQL Server only */
    recoveryModel: "full" | "simple" | "bulk_logged" | null;
    isSystem: boolean;
  })[];
}

export interface ConnectionString {
  format: "odbc" | "jdbc" | "dotnet" | "uri";
  connectionString: string;
}

/** A host name or address; `host\instance`, `host,port` and `host:port` are understood; for PostgreSQL also the directory of its socket, if the installation's outbound list names it. `host` is another name of this member. */
export type Hostname = string;

export interface ServerRequest {
  name: Name;
  engine?: EngineKind;
  hostname?: Hostname;
  host?: Hostname;
  /** The engine's own port when absent */
  port?: number | null;
  /** SQL Server only */
  instanceName?: string | null;
  database?: string | null;
  authType?: AuthType;
  username?: string | null;
  /** Never returned */
  password?: string | null;
  /** A credential profile instead of username and password; of the same engine */
  credentialId?: string | null;
  encrypt?: boolean;
  trustServerCertificate?: boolean;
  groupIds?: ID[] | null;
  labels?: LabelName[] | null;
  /** Test first */
  validate?: boolean | null;
}

export interface ServerPatch {
  name?: Name;
  engine?: EngineKind;
  hostname?: Hostname;
  host?: Hostname;
  port?: number | null;
  instanceName?: string | null;
  database?: string | null;
  authType?: AuthType;
  username?: string | null;
  password?: string | null;
  credentialId?: string | null;
  encrypt?: boolean;
  trustServerCertificate?: boolean;
  groupIds?: ID[] | null;
  labels?: LabelName[] | null;
  validate?: boolean | null;
}

export interface ConnectionTestRequest {
  name?: Name;
  engine?: EngineKind;
  hostname?: Hostname;
  host?: Hostname;
  port?: number | null;
  instanceName?: string | null;
  database?: string | null;
  authType?: AuthType;
  username?: string | null;
  password?: string | null;
  credentialId?: string | null;
  encrypt?: boolean;
  trustServerCertificate?: boolean;
  groupIds?: ID[] | null;
  labels?: LabelName[] | null;
  validate?: boolean | null;
}

export interface PermissionCheck {
  name: string;
  granted: boolean;
  neededFor: string;
  /** What a DBA runs to mend it; null when it is granted or cannot be mended by one statement */
  grantStatement: string | null;
}

export interface ProbeResult {
  success: boolean;
  /** A sentence */
  message: string;
  errorCode?: ProbeErrorCode | null;
  engine: EngineKind;
  version?: string | null;
  productVersion?: string | null;
  edition?: string | null;
  latencyMs: number;
  encrypted?: boolean | null;
  permissions: PermissionCheck[];
  serverName?: string | null;
  startedAt?: string | null;
  /** Whether the tested login may install the monitoring objects in their usual place, by its rights as read back; null when the server did not say */
  mayDeploy?: boolean | null;
  /** All missing grants in one script, to run as an administrator of the server; null when none is missing */
  grantScript?: string | null;
  /** A server of this tenant that is the same instance, known by its own name and start time */
  duplicateOf?: null | ServerRef;
}

export interface ServerHealth {
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
}

export interface HealthChange {
  serverId: ID;
  name: string;
  from: Health;
  to: Health;
  status: Status;
  reasons: string[];
  at: Time;
}

export interface StorageStatistics {
  signal: "samples" | "chunks" | "table_history" | "query_details" | "changes" | "health_changes";
  rowsEstimated: number;
  sizeBytes: number;
  /** 0: it is one table */
  partitionCount: number;
  /** Of table_history to the day */
  oldestAt: string | null;
  newestAt: string | null;
}

export interface CollectionConfig {
  intervalSeconds: number;
  /** Whether it is the tenant's, and follows that */
  isIntervalDefault: boolean;
  enabled: boolean;
  metricsEnabled: string[];
  /** Names of collectors that are not run */
  collectorsDisabled: string[];
}

export interface CollectionConfigRequest {
  /** Null: the tenant's */
  intervalSeconds?: number | null;
  /** True: the tenant's interval, also when that changes; so that the answer of a GET can be sent back. With an `intervalSeconds` that is another than the tenant's, that one holds. False: what `intervalSeconds` says or, without it, the present one */
  isIntervalDefault?: boolean;
  enabled?: boolean;
  /** Null: all metrics */
  metricsEnabled?: MetricName[] | null;
  /** Names of collectors that are not run here */
  collectorsDisabled?: CollectorName[];
}

/** none (nothing deployed), deploying (an operation is at it), monitored (all there and as we made it), drifted (something is missing or was changed), outdated (an older version of ours), failed (the last try; nothing of it is left where the engine can undo) */
export type DeploymentState = "none" | "deploying" | "monitored" | "drifted" | "outdated" | "failed";

/** Used for this deployment and forgotten; never stored in clear, answered or logged */
export interface DeployCredential {
  username: string;
  password: string;
}

/** Where the objects go. SQL Server: a database, by default `DbTools`; master, model, msdb, tempdb are refused. PostgreSQL: a database that exists, by default the one that is monitored through; the schema is `dbtools`. MySQL: the schema itself, by default `dbtools`. */
export type DeployDatabase = string | null;

export interface DeployRequest {
  database?: DeployDatabase;
  /** SQL Server only, make the database when it is missing; by default true when no database is named */
  createDatabase?: boolean | null;
  credential?: DeployCredential | null;
  dryRun?: boolean | null;
}

export interface GroupDeployRequest {
  database?: DeployDatabase;
  createDatabase?: boolean | null;
  credential?: DeployCredential | null;
}

export interface UndeployRequest {
  credential?: DeployCredential | null;
}

export interface DeployScript {
  engine: EngineKind;
  version: number;
  database: string;
  schema: string;
  /** All that a deployment runs; a DBA can run it by hand */
  script: string;
  /** What gives the server's own login the right to deploy */
  grantScript: string;
}

export interface DeployedObject {
  name: string;
  kind: "database" | "schema" | "table" | "procedure" | "function";
  state: "present" | "missing" | "changed";
}

export interface DeploymentStatus {
  serverId: ID;
  state: DeploymentState;
  /** What is on the server; null when nothing is */
  version: number | null;
  /** What a deployment now would bring */
  availableVersion: number;
  /** Where they are; null before the first deployment */
  database: string | null;
  schema: string | null;
  deployedAt: string | null;
  /** When it was last read back */
  checkedAt: string | null;
  /** As last read back */
  objects: DeployedObject[];
  /** A sentence */
  message: string;
  /** Why the last try failed, such as NO_PERMISSIONS or DATABASE_NOT_FOUND */
  errorCode: string | null;
  /** What the last try needed */
  permissions: PermissionCheck[];
  /** Further advice, such as what pg_stat_statements would add */
  notes: string[];
  /** The operation that is at it, or was last */
  operationId: ID | null;
}

/** queued, running and stopping go on; the others are its end: succeeded (no item failed), partial (some failed), failed (none succeeded, or the whole could not go on), stopped (asked to, before all was done) */
export type OperationStatus = "queued" | "running" | "stopping" | "succeeded" | "partial" | "failed" | "stopped";

export interface Operation {
  id: ID;
  /** Such as servers-import or bulk-add-labels */
  kind: string;
  /** What it does, in a few words for a screen */
  title: string;
  status: OperationStatus;
  progress: {
    /** Items that have ended, however */
    done: number;
    total: number;
    message: string;
  };
  counts: {
    succeeded: number;
    failed: number;
    /** There was nothing to do */
    skipped: number;
  };
  /** What the kind says of its end; null before */
  result: Record<string, unknown> | null;
  error: null | {
    code: string;
    message: string;
  };
  createdAt: Time;
  startedAt: string | null;
  endedAt: string | null;
  /** An e-mail address */
  createdBy: string;
}

export type OperationItemStatus = "pending" | "running" | "succeeded" | "failed" | "skipped" | "stopped";

export interface OperationItem {
  /** From 1; the row of an import */
  position: number;
  /** The server */
  entityId: ID | null;
  name: string;
  status: OperationItemStatus;
  /** A sentence */
  message: string | null;
  /** Why it failed, or was skipped, as a word */
  errorCode: string | null;
  result: Record<string, unknown> | null;
  startedAt: string | null;
  endedAt: string | null;
}

/** See /servers/{serverId}/collectors */
export type CollectorName = string;

export type BulkActionName = "add-labels" | "remove-labels" | "add-to-groups" | "remove-from-groups" | "start-collection" | "stop-collection" | "set-interval" | "collection-config" | "set-credential" | "test-connection" | "delete" | "restore" | "deploy" | "undeploy";

/** As the parameters of GET /servers; all that is given must hold, and an empty one means all servers. `groups`, `labels` and `credentials` are other spellings, as saved views show them. */
export interface ServerFilter {
  q?: string | null;
  status?: Status[];
  health?: Health[];
  engine?: EngineKind[];
  deployment?: DeploymentState[];
  group?: ID[];
  groups?: ID[];
  label?: LabelName[];
  labels?: LabelName[];
  credential?: CredentialRef[];
  credentials?: CredentialRef[];
  /** Those that were removed and can be restored */
  deleted?: boolean;
}

/** A credential profile by id or by name */
export type CredentialRef = string;

/** `ids` or `filter`, and what the action needs; members that it does not need are refused */
export interface BulkRequest {
  ids?: ID[];
  filter?: ServerFilter;
  expectedCount?: number;
  labels?: LabelName[];
  groupIds?: ID[];
  /** Null (for collection-config): the tenant's */
  intervalSeconds?: number | null;
  /** Whether they are collected */
  enabled?: boolean;
  metricsOn?: MetricName[];
  metricsOff?: MetricName[];
  collectorsOn?: CollectorName[];
  collectorsOff?: CollectorName[];
  credentialId?: ID;
  database?: DeployDatabase;
  createDatabase?: boolean | null;
  credential?: DeployCredential | null;
}

export interface ImportVerdict {
  /** From 1, without the line of names */
  row: number;
  /** Where it begins in the file; null for JSON */
  line: number | null;
  name: string;
  verdict: "create" | "exists" | "invalid" | "duplicate";
  /** The one that has the name (exists) */
  serverId: ID | null;
  /** The row that has the name already (duplicate) */
  duplicateOf: number | null;
  errors: {
    field: string;
    reason: string;
  }[];
  /** Of rows that are added all the same, such as an address that another server or row has too */
  warnings: {
    field: string;
    reason: string;
  }[];
}

export interface ImportVerdicts {
  rows: number;
  counts: {
    create: number;
    exists: number;
    invalid: number;
    duplicate: number;
  };
  /** Groups that would be made, at most 1,000 of them */
  newGroups: string[];
  /** Labels that would be made, at most 1,000 of them */
  newLabels: string[];
  items: ImportVerdict[];
  /** False when `items` leaves rows out: it names at most 10,000 of each verdict */
  isComplete: boolean;
}

export interface Group {
  id: ID;
  name: string;
  description: string | null;
  color: string | null;
  /** For text on `color`, with a contrast of 4.5 or more */
  textColor: string | null;
  /** Whether its filter decides who is in it */
  dynamic: boolean;
  filter: string | null;
  serverCount: number;
  health: HealthCounts;
  updatedAt: Time;
  createdAt: Time;
}

export type GroupDetail = Group & {
  servers?: {
    id: ID;
    name: string;
  }[];
};

export interface GroupRequest {
  name: Name;
  description?: string | null;
  color?: Color | null;
  filter?: GroupFilter | null;
}

export interface GroupPatch {
  name?: Name;
  description?: string | null;
  color?: Color | null;
  filter?: GroupFilter | null;
}

/** Which servers are in a dynamic group: comparisons with `and`, `or`, `not` and parentheses, such as `label=prod and (engine=sqlserver or name~"pg-*")`. Fields: label, engine, name, host, port, instance, database, version, edition, auth, credential (its profile's name). `=` and `!=` compare without regard to case, `~` and `!~` take `*` and `?`; `field in (a, b)` is one of several. Values with spaces or signs stand in double quotes. */
export type GroupFilter = string;

export interface GroupPreview {
  serverCount: number;
  /** The first by name */
  servers: ServerRef[];
}

export interface GroupImpact {
  /** Servers in it; they stay */
  serverCount: number;
  dynamic: boolean;
  /** Servers that would then be in no group */
  onlyHereCount: number;
  /** Saved views that filter by it */
  views: ServerRef[];
  /** All of this in a sentence or two */
  summary: string;
}

export interface GroupServersRequest {
  serverIds: ID[];
}

export interface Label {
  id: ID;
  name: string;
  color: string | null;
  /** For text on `color`, with a contrast of 4.5 or more */
  textColor: string | null;
  serverCount: number;
}

export interface LabelRequest {
  name: LabelName;
  color?: Color | null;
}

export interface LabelPatch {
  name?: LabelName;
  color?: Color | null;
}

export interface LabelsRequest {
  labels: LabelName[];
}

export interface Credential {
  id: ID;
  name: string;
  engine: EngineKind;
  authType: AuthType;
  username: string | null;
  hasPassword: boolean;
  /** Servers that sign in with it */
  serverCount: number;
  /** When its secret was last stored */
  rotatedAt: string | null;
  createdAt: Time;
  updatedAt: Time;
}

export interface CredentialRequest {
  name: Name;
  engine?: EngineKind;
  authType?: AuthType;
  /** Required for sql */
  username?: string | null;
  /** Never returned */
  password?: string | null;
}

export interface CredentialPatch {
  name?: Name;
  username?: string | null;
}

export interface CredentialTestRequest {
  /** The stored one when absent */
  username?: string | null;
  /** The stored one when absent */
  password?: string | null;
}

export interface CredentialRotation {
  /** The stored one when absent */
  username?: string | null;
  password: string;
}

export interface Series {
  metric: string;
  unit: string;
  /** Seconds a point */
  interval: number;
  from: Time;
  to: Time;
  points: [Time, number | null, number | null, number | null][];
}

export interface LabelledSeries {
  metric: string;
  kind: "gauge" | "counter";
  /** Of a counter: its own, per second */
  unit: string;
  collector: string;
  labels: Record<string, unknown>;
  /** Seconds a point */
  interval: number;
  from: Time;
  to: Time;
  points: [Time, number | null, number | null, number | null][];
}

export interface CollectorStatus {
  name: string;
  /** Whether the tenant made it; see /custom-collectors */
  isCustom: boolean;
  title: string;
  purpose: string;
  /** What the login needs for it */
  permissions: string;
  cost: string;
  cadence: "minute" | "five_minutes" | "quarter_hour" | "hour" | "day" | "week";
  /** Seconds between two runs on this server */
  intervalSeconds: number;
  /** Whether it is switched on here, and the server's collection too */
  enabled: boolean;
  /** Which rows are kept beside the samples; `new`: those that the run before did not have */
  keep: "latest" | "changes" | "every" | "new";
  columnCount: number;
  state: "pending" | "ok" | "cut_off" | "failed" | "no_permissions" | "not_available";
  /** Why it brought nothing */
  message: string | null;
  attemptedAt: Time | null;
  /** The last good run */
  collectedAt: Time | null;
  /** Whether the last good run is older than it should be: than 2.5 times `intervalSeconds`, and than 5 minutes. `state` is that of the last run, which may be long ago on a server that is offline. Of what was never read: false. */
  isStale: boolean;
  /** Of the whole round trip, which brings all collectors of one cadence */
  durationMs: number | null;
  rowCount: number | null;
  failuresInARow: number;
}

export interface CollectorTable {
  name: string;
  /** Whether the tenant made it; see /custom-collectors */
  isCustom: boolean;
  title: string;
  purpose: string;
  /** What the login needs for it */
  permissions: string;
  cost: string;
  cadence: "minute" | "five_minutes" | "quarter_hour" | "hour" | "day" | "week";
  /** Seconds between two runs on this server */
  intervalSeconds: number;
  /** Whether it is switched on here, and the server's collection too */
  enabled: boolean;
  /** Which rows are kept beside the samples; `new`: those that the run before did not have */
  keep: "latest" | "changes" | "every" | "new";
  columnCount: number;
  state: "pending" | "ok" | "cut_off" | "failed" | "no_permissions" | "not_available";
  /** Why it brought nothing */
  message: string | null;
  attemptedAt: Time | null;
  /** The last good run */
  collectedAt: Time | null;
  /** Whether the last good run is older than it should be: than 2.5 times `intervalSeconds`, and than 5 minutes. `state` is that of the last run, which may be long ago on a server that is offline. Of what was never read: false. */
  isStale: boolean;
  /** Of the whole round trip, which brings all collectors of one cadence */
  durationMs: number | null;
  rowCount: number | null;
  failuresInARow: number;
  /** There are texts of queries that the caller may not see */
  queryTextHidden: boolean;
  columns: ({
    name: string;
    /** A cell of the kind plan is the planId of a kept query plan; null: none was kept */
    kind: "label" | "text" | "number" | "time" | "flag" | "query_text" | "plan" | "gauge" | "counter";
    /** Of gauges, counters (per second) and numbers */
    unit: string | null;
    /** The name of the column's series */
    metric: string | null;
    description: string;
  })[];
  rows: CollectorRows;
}

export interface ReplicaBackup {
  databaseName: string;
  /** As the availability group names it */
  replicaName: string;
  /** null: no server of that name is watched, or several are */
  serverId: string | null;
  /** Of the server in DbTools */
  name: string | null;
  /** When its backups were read; null: never, or too long ago to count */
  collectedAt: string | null;
  lastFullAt: string | null;
  lastDiffAt: string | null;
  lastLogAt: string | null;
  /** At the reading */
  fullAgeSeconds: number | null;
  /** Since the last differential backup, or a newer full one */
  diffAgeSeconds: number | null;
  logAgeSeconds: number | null;
}

/** The plan of a statement that was seen running, as the server showed it */
export interface QueryPlan {
  id: string;
  /** XML in Microsoft's showplan format, as an .sqlplan file holds it */
  plan: string;
  /** Whether question marks stand for literals and parameters' values */
  literalsHidden: boolean;
  /** When it was read from the server */
  seenAt: Time;
}

/** A cell for each column, in their order */
export type CollectorRows = ((string | number | boolean | null)[])[];

export interface CollectionStatus {
  state: "running" | "waiting" | "stopped";
  /** Why it is not running */
  message: string | null;
  since: Time | null;
  /** Collector processes that are alive, on all nodes */
  collectorCount: number;
  /** That wait for the database, those of collectors beside the core included */
  waitingRuns: number;
  /** That never reached the database */
  droppedRuns: number;
  /** The same, of collectors beside the core */
  droppedCollectorRuns: number;
  /** Slots that went by without a run */
  skippedRuns: number;
}

/** What a column of a statement's answer means */
export interface CustomColumn {
  name: string;
  kind: "label" | "text" | "number" | "time" | "flag" | "query_text" | "gauge" | "counter";
  /** Of gauges, counters and numbers */
  unit: string | null;
  /** The name of its series; of gauges and counters */
  metric: string | null;
  description: string;
}

export interface CustomColumnRequest {
  /** As the statement calls it, in lower case */
  name: string;
  /** label names the row, with the other labels; gauge and counter (a raw total that only grows, shown as a rate) are series; query_text is shown without literals unless the settings show them, and not to viewers; the others are shown. */
  kind: "label" | "text" | "number" | "time" | "flag" | "query_text" | "gauge" | "counter";
  /** Of gauges and counters (count when absent) and numbers */
  unit?: string | null;
  /** Of gauges and counters; collector and column when absent */
  metric?: string | null;
  description?: string | null;
}

export interface CustomCollector {
  id: ID;
  /** Its name among a server's collectors */
  name: string;
  title: string;
  purpose: string;
  engine: EngineKind;
  statement: string;
  /** Null: the one that the server is collected from */
  database: string | null;
  /** Only servers of any of these groups; null: all of the engine */
  groupIds: ID[] | null;
  cadence: "minute" | "five_minutes" | "quarter_hour" | "hour" | "day" | "week";
  timeoutSeconds: number;
  rowCountMax: number;
  keep: "latest" | "changes" | "every" | "new";
  columns: CustomColumn[];
  enabled: boolean;
  /** Servers by how its last run there went */
  serverCounts: {
    ok: number;
    cut_off: number;
    failed: number;
    no_permissions: number;
    not_available: number;
  };
  /** A server on which it fails, and why */
  problem: {
    serverId: ID;
    serverName: string;
    message: string;
  } | null;
  createdAt: Time;
  updatedAt: Time;
}

export interface CustomCollectorRequest {
  /** For good */
  name: string;
  title: Name;
  engine: EngineKind;
  /** One SELECT; at most 20,000 bytes */
  statement: string;
  purpose?: string;
  /** Absent or null: the one that the server is collected from */
  database?: string | null;
  /** Only servers of any of these groups; absent or null: all of the engine */
  groupIds?: ID[] | null;
  /** minute is the server's own interval */
  cadence?: "minute" | "five_minutes" | "quarter_hour" | "hour" | "day" | "week";
  timeoutSeconds?: number;
  /** Rows that are kept of one answer. Times gauges and counters at most 5,000 */
  rowCountMax?: number;
  /** The newest rows; those and what changed between runs; the rows of every run; or of every run those that the one before did not have, by their labels */
  keep?: "latest" | "changes" | "every" | "new";
  enabled?: boolean;
  columns: CustomColumnRequest[];
}

export interface CustomCollectorPatch {
  title?: Name;
  /** One SELECT; at most 20,000 bytes */
  statement?: string;
  purpose?: string;
  /** Absent or null: the one that the server is collected from */
  database?: string | null;
  /** Only servers of any of these groups; absent or null: all of the engine */
  groupIds?: ID[] | null;
  /** minute is the server's own interval */
  cadence?: "minute" | "five_minutes" | "quarter_hour" | "hour" | "day" | "week";
  timeoutSeconds?: number;
  /** Rows that are kept of one answer. Times gauges and counters at most 5,000 */
  rowCountMax?: number;
  /** The newest rows; those and what changed between runs; the rows of every run; or of every run those that the one before did not have, by their labels */
  keep?: "latest" | "changes" | "every" | "new";
  enabled?: boolean;
  columns?: CustomColumnRequest[];
}

export interface CustomPreviewRequest {
  serverId: ID;
  /** One SELECT; at most 20,000 bytes */
  statement: string;
  /** Absent or null: the one that the server is collected from */
  database?: string | null;
  timeoutSeconds?: number;
  /** Rows that are kept of one answer. Times gauges and counters at most 5,000 */
  rowCountMax?: number;
  /** The collector's, for names of metrics */
  name?: string | null;
  /** As they are meant so far, to hear what does not fit */
  columns?: CustomColumnRequest[] | null;
}

export interface CustomPreview {
  success: boolean;
  errorCode: ProbeErrorCode | null;
  /** Why nothing came, in a sentence */
  message: string | null;
  columns: ({
    /** As the server calls it */
    name: string;
    /** What its values are */
    type: "text" | "integer" | "number" | "time" | "flag";
    suggestion: CustomColumn;
  })[];
  /** The first 50; texts up to 200 characters */
  rows: ((string | number | boolean | null)[])[];
  rowCount: number | null;
  /** There are more rows than may be kept */
  isCutOff: boolean;
  durationMs: number | null;
  /** What to look at, each a sentence */
  warnings: string[];
}

export interface ServerChange {
  id: number;
  collector: string;
  /** Which row */
  labels: Record<string, unknown>;
  change: "added" | "removed" | "changed";
  /** Only the columns that differ */
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  changedAt: Time;
}

export interface ServerValue {
  serverId: ID;
  name: string;
  health: Health;
  value: number;
  collectedAt: Time;
}

export type WaitCategory = "CPU" | "Worker thread" | "Lock" | "Latch" | "Buffer latch" | "Buffer IO" | "Other disk IO" | "Log IO" | "Log rate" | "Network" | "Memory" | "Compilation" | "Parallelism" | "Replication" | "Mirroring" | "Transaction" | "Preemptive" | "CLR" | "Service Broker" | "Full text" | "Tracing" | "User wait" | "Idle" | "Other";

export interface Waits {
  /** Seconds a point */
  interval: number;
  from: Time;
  to: Time;
  /** Those that had waits, the longest first */
  categories: {
    name: WaitCategory;
    points: [Time, number][];
  }[];
  /** Milliseconds that all types took in the stretch, those that are not in `top` too */
  totalMs: number;
  top: {
    type: string;
    category: WaitCategory;
    isBenign: boolean;
    waitMs: number;
    /** Of it: waiting for a processor after what was waited for had come */
    signalMs: number;
    waitingTasks: number;
    msPerSecond: number;
  }[];
}

export interface HealthCounts {
  healthy: number;
  warning: number;
  critical: number;
  offline: number;
  unknown: number;
}

export interface Dashboard {
  total: number;
  byHealth: HealthCounts;
  groups: {
    id: ID;
    name: string;
    total: number;
    byHealth: HealthCounts;
  }[];
  updatedAt: Time;
}

export interface MetricType {
  name: string;
  /** Of what is shown; a counter's is that of its rate */
  unit: string;
  kind: "gauge" | "counter";
  description: string;
  /** The first that brings it; null: the core */
  collector: string | null;
  /** Those whose servers may have it */
  engines: EngineKind[];
  /** The labels of its series; of the core none */
  labels: string[];
}

export interface Activity {
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
}

export interface Retention {
  metricsDays: number;
  activityDays: number;
}

export interface RetentionRequest {
  metricsDays?: number;
  activityDays?: number;
}

/** warning is below critical */
export interface Threshold {
  warning: number;
  critical: number;
}

export interface Thresholds {
  cpuPercent: Threshold;
  memoryPercent: Threshold;
}

/** At least one of both */
export interface OwnThresholdsRequest {
  cpuPercent?: Threshold | null;
  memoryPercent?: Threshold | null;
}

export interface OwnThresholds {
  own: {
    cpuPercent: Threshold | null;
    memoryPercent: Threshold | null;
  };
  effective: {
    cpuPercent: EffectiveThreshold;
    memoryPercent: EffectiveThreshold;
  };
}

export interface ThresholdOwner {
  kind: "group" | "server";
  id: ID;
  name: string;
  cpuPercent: Threshold | null;
  memoryPercent: Threshold | null;
}

export interface NearestThresholds {
  serverId: ID;
  cpuPercent: Threshold | null;
  memoryPercent: Threshold | null;
}

export interface EffectiveThreshold {
  warning: EffectiveLimit;
  critical: EffectiveLimit;
}

export interface EffectiveLimit {
  value: number;
  /** Who says it */
  from: "server" | "group" | "tenant";
  /** Which group */
  group: ServerRef | null;
}

export interface CollectionDefaults {
  intervalSeconds: number;
}

export interface QuerySettings {
  /** Whether operators and admins see the literals and comments in texts and plans of queries, which may be personal data. Viewers see no texts. */
  showsLiterals: boolean;
}

export interface Settings {
  retention: Retention;
  thresholds: Thresholds;
  collection: CollectionDefaults;
  queries: QuerySettings;
  /** How often a screen reads anew without the event stream */
  refreshSeconds: number;
}

export interface SettingsRequest {
  retention?: RetentionRequest;
  thresholds?: Thresholds;
  collection?: CollectionDefaults;
  queries?: QuerySettings;
  refreshSeconds?: number;
}
