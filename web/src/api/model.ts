// The names that screens use for the API's shapes (types.ts, generated from api/openapi.yaml). `null` means "no value".
import type { Me, Role, Series, ServerRequest, SettingsRequest, Status, Tenant, Threshold } from "./types";

export type {
  ConnectionString,
  Credential,
  CredentialPatch,
  CredentialRequest,
  DatabaseList,
  DeployRequest,
  DeployScript,
  DeploymentState,
  DeploymentStatus,
  GroupDeployRequest,
  GroupImpact,
  GroupPreview,
  LoginScript,
  ServerSuggestions,
  ServerView,
  ServerViewRequest,
  VersionSupport,
} from "./types";

export type {
  Activity,
  AuthType,
  BulkActionName,
  BulkRequest,
  CollectionConfig,
  EffectiveLimit,
  EngineKind,
  Group,
  Health,
  HealthChange,
  Label,
  ImportVerdict,
  ImportVerdicts,
  Membership,
  MetricName,
  Operation,
  OperationItem,
  OperationItemStatus,
  OperationStatus,
  OwnThresholds,
  OwnThresholdsRequest,
  PermissionCheck,
  ProbeResult,
  Retention,
  Role,
  Server,
  ServerHealth,
  Settings,
  Tenant,
  TenantStatus,
  StorageStatistics,
  ThresholdOwner,
  Thresholds,
  User,
} from "./types";
export type { GroupRef as Tag } from "./types";

/** Can it be reached; the API calls it `status`, which in `/servers/health` is the health. */
export type Reachability = Status;
export type SessionReply = Me;
export type MetricSeries = Series;
export type MetricPoint = Series["points"][number];
export type Limit = Threshold;
export type SettingsChange = SettingsRequest;
export type TenantRole = NonNullable<Tenant["role"]>;
export type GivenRole = Role;

/** What the add and edit forms send. Without a password an edit keeps the old one. */
export type ServerInput = ServerRequest & { hostname: string };
