// What each collector of a server has read: columns and rows in the shapes of the API.
import { random, seedOf } from "./mock-fleet.mjs";
import { planIds, reportText } from "./mock-plans.mjs";

const col = (name, kind, unit = null, metric = null, description = "") => ({ name, kind, unit, metric, description: description || `${name} of the row` });
const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
const GiB = 1024 ** 3;

export function readingsOf(s) {
  return s.engine === "sqlserver" ? sqlServer(s) : s.engine === "postgresql" ? postgreSQL(s) : mySQL(s);
}

function sqlServer(s) {
  const troubled = s.name === "prd-eu-sql-014", r = random(seedOf(s.name));
  const databases = troubled ? ["orders", "billing", "catalogue", "reporting", "archive_2025", "tempdb", "master", `eu_orders_and_returns_${"x".repeat(100)}`] : ["orders", "billing", "master"];
  return [
    {
      name: "running_queries",
      title: "Running queries",
      purpose: "what runs now, how long, and what it waits for.",
      cadence: "minute",
      keep: "every",
      columns: [
        col("session_id", "label"),
        col("blocking_session_id", "number", "count"),
        col("status", "text"),
        col("database_name", "text"),
        col("login_name", "text"),
        col("program_name", "text"),
        col("wait_type", "text"),
        col("wait_ms", "number", "milliseconds"),
        col("elapsed_ms", "number", "milliseconds"),
        col("cpu_ms", "number", "milliseconds"),
        col("reads", "number", "pages"),
        col("query_text", "query_text"),
        col("query_plan", "plan"),
      ],
      rows: troubled ? running : r() > 0.5 ? [["55", null, "running", "orders", "svc_orders", "orders-api", null, null, 12, 9, 120, "SELECT 1", null]] : [],
    },
    {
      name: "blocking",
      title: "Blocking",
      purpose: "who waits for whom.",
      cadence: "minute",
      keep: "every",
      columns: [
        col("session_id", "label"),
        col("blocking_session_id", "text"),
        col("status", "text"),
        col("wait_type", "text"),
        col("wait_ms", "number", "milliseconds"),
        col("wait_resource", "text"),
        col("login_name", "text"),
        col("program_name", "text"),
        col("query_text", "query_text"),
      ],
      rows: troubled ? blocking : [],
    },
    {
      name: "file_io",
      title: "File IO",
      purpose: "reads and writes of each database file, and how long they took.",
      cadence: "minute",
      columns: [
        col("database_name", "label", null, null, "Database of the file"),
        col("file_name", "label", null, null, "Logical name of the file"),
        col("file_kind", "text", null, null, "ROWS or LOG"),
        col("read_count", "counter", "operations", "file_reads", "Reads of the file"),
        col("read_stall_ms", "counter", "milliseconds", "file_read_stall_ms", "Time that reads of the file took"),
        col("read_bytes", "counter", "bytes", "file_read_bytes", "What was read of the file"),
        col("write_count", "counter", "operations", "file_writes", "Writes of the file"),
        col("write_stall_ms", "counter", "milliseconds", "file_write_stall_ms", "Time that writes of the file took"),
        col("size_bytes", "gauge", "bytes", "file_size_bytes", "Size of the file"),
      ],
      rows: databases.flatMap((d, i) => [
        [d, `${d}_data`, "ROWS", i === 4 ? 0 : 40 + i * 31, i === 4 ? 0 : 400 + i * 310, 655_360 * (i + 1), 12 + i, 30 + i * 4, (i + 1) * 22 * GiB],
        [d, `${d}_log`, "LOG", 0, 0, 0, i === 6 ? null : 80 + i * 11, i === 6 ? null : 90 + i, (i + 1) * 2 * GiB],
      ]),
    },
    {
      name: "drives",
      title: "Drives",
      purpose: "what is free of each drive with database files.",
      cadence: "quarter_hour",
      ...(troubled ? { staleSeconds: 5400 } : {}),
      columns: [
        col("volume", "label", null, null, "Mount point"),
        col("total_bytes", "number", "bytes"),
        col("available_bytes", "gauge", "bytes", "volume_available_bytes", "What is free of the drive"),
      ],
      rows: [["D:\\ data", 2000 * GiB, 61 * GiB], ["L:\\ log", 500 * GiB, 340 * GiB], ["S:\\ backup", 4000 * GiB, 1900 * GiB], ["T:\\ tempdb", 300 * GiB, 210 * GiB]],
      // GiB that a day takes.
      trends: { volume_available_bytes: (row) => ({ "D": 3.2, "L": 0, "S": 0.4, "T": 1 }[row[0][0]] ?? 0) * GiB },
    },
    {
      name: "databases",
      title: "Databases",
      purpose: "state and settings of each database.",
      cadence: "hour",
      keep: "changes",
      columns: [
        col("database_name", "label"),
        col("state", "text"),
        col("recovery_model", "text"),
        col("compatibility_level", "number", "count"),
        col("is_encrypted", "flag"),
        col("size_bytes", "gauge", "bytes", "database_size_bytes"),
        col("owner", "text"),
      ],
      rows: databases.map((d, i) => [d, i === 4 ? "RESTORING" : "ONLINE", i % 3 === 2 ? "SIMPLE" : "FULL", i === 1 ? 130 : 160, i === 0, (i + 1) * 24 * GiB, i === 3 ? "=cmd|' /C calc'!A0" : "sa"]),
    },
    {
      name: "backups",
      title: "Backups",
      purpose: "the newest backups of each database.",
      cadence: "hour",
      permissions: "VIEW ANY DEFINITION, SELECT on msdb.dbo.backupset",
      columns: [
        col("database_name", "label"),
        col("database_state", "text"),
        col("recovery_model", "text"),
        col("last_full_at", "time"),
        col("last_diff_at", "time"),
        col("last_log_at", "time"),
        col("full_age_seconds", "gauge", "seconds", "backup_full_age_seconds", "Since the last full backup"),
        col("diff_age_seconds", "gauge", "seconds", "backup_diff_age_seconds", "Since the last differential backup, or a newer full one"),
        col("log_age_seconds", "gauge", "seconds", "backup_log_age_seconds", "Since the last log backup; not known where none is needed"),
        col("needs_log_backup", "flag"),
        col("is_in_group", "flag"),
        col("is_in_standby", "flag"),
      ],
      rows: databases.filter((d) => d !== "tempdb").map((d, i) => backup(d, i)),
    },
    {
      name: "checkdb",
      title: "CHECKDB",
      purpose: "when each database was last checked and found whole.",
      cadence: "hour",
      permissions: "none; a database that the login may not see is not known.",
      columns: [
        col("database_name", "label"),
        col("last_good_at", "time"),
        col("is_never_checked", "flag"),
        col("check_age_seconds", "gauge", "seconds", "checkdb_age_seconds", "Since the last good check"),
      ],
      rows: databases.filter((d) => d !== "tempdb").map((d, i) => {
        const days = [2, 9, 16, null, 4, 1][i] ?? 3;
        return [d, days === null ? null : ago(days * 1440), days === null, days === null ? null : days * 86_400];
      }),
    },
    {
      name: "configuration",
      title: "Configuration",
      purpose: "the instance's settings.",
      cadence: "day",
      keep: "changes",
      columns: [col("name", "label"), col("value", "number", "count"), col("value_in_use", "number", "count"), col("description", "text")],
      rows: [["cost threshold for parallelism", 50, 50, "cost threshold for parallelism"], ["max degree of parallelism", 0, 0, "maximum degree of parallelism"], [
        "max server memory (MB)",
        230_000,
        230_000,
        "Maximum size of server memory (MB)",
      ]],
    },
    {
      name: "missing_indexes",
      title: "Missing indexes",
      purpose: "indexes that the optimiser missed most.",
      cadence: "hour",
      state: troubled ? "cut_off" : "ok",
      message: troubled ? "The first 300 of more rows." : null,
      columns: [col("table_name", "label"), col("columns", "label"), col("user_seeks", "number", "operations"), col("impact", "number", "percent"), col("last_seek_at", "time")],
      rows: Array.from({ length: 300 }, (_, i) => [`dbo.Table${i}`, `[Col${i}], [CustomerId] INCLUDE ([Status], [PickedQty])`, 90_000 - i * 271, 99 - (i % 60), ago(i * 3)]),
    },
    { name: "agent_jobs", title: "Agent jobs", purpose: "jobs of SQL Server Agent that failed.", cadence: "quarter_hour", state: "no_permissions", permissions: "SELECT on msdb.dbo.sysjobs", message: "The login may not read msdb.dbo.sysjobs. GRANT SELECT ON msdb.dbo.sysjobs TO [dbtools_monitor];", columns: [col("job_name", "label")], rows: [] },
    { name: "availability_groups", title: "Availability groups", purpose: "lag and state of replicas.", cadence: "minute", state: "not_available", message: "Availability groups are not enabled on this instance.", columns: [col("group_name", "label")], rows: [] },
    { name: "deadlocks", title: "Deadlocks", purpose: "deadlocks that system_health has kept.", cadence: "five_minutes", keep: "new", state: troubled ? "failed" : "ok", message: troubled ? "Lock request time out period exceeded (1222)." : null, columns: [col("event_id", "label"), col("deadlock_at", "time"), col("victim", "text"), col("query_text", "query_text")], rows: [] },
  ];
}
/** Minutes since the last backups: of the first all are in time, the others lack one each; the fifth is being restored,
 * the seventh is in an availability group whose other replica backs up its log. */
function backup(database, i) {
  const restoring = i === 4, full = [1200, 60 * 24 * 12, 1200, null, null][i] ?? 1200, diff = i === 0 ? 300 : null, needs = i % 3 !== 2;
  const inGroup = i === 6, log = !needs || full === null || inGroup ? null : i === 0 ? 11 : 40;
  const at = (minutes) => (minutes === null ? null : ago(minutes)), age = (minutes) => (minutes === null ? null : minutes * 60);
  return [database, restoring ? "RESTORING" : "ONLINE", needs ? "FULL" : "SIMPLE", at(full), at(diff), at(log), age(full), age(diff ?? full), age(log), needs, inGroup, false];
}
/** What the other replica of the group holds. */
export const replicaBackups = (s) => {
  const { columns, rows } = readingsOf(s).find((r) => r.name === "backups") ?? { columns: [], rows: [] }, inGroup = columns.findIndex((c) => c.name === "is_in_group");
  return rows.filter((r) => r[inGroup] === true).map(([databaseName]) => ({
    databaseName,
    replicaName: "PRD-EU-SQL-B",
    serverId: null,
    name: "prd-eu-sql-b",
    collectedAt: ago(3),
    lastFullAt: null,
    lastDiffAt: null,
    lastLogAt: ago(9),
    fullAgeSeconds: null,
    diffAgeSeconds: null,
    logAgeSeconds: 360,
  }));
};
const text = {
  rebuild: "ALTER INDEX IX_OrderLine_Product ON dbo.OrderLine REBUILD WITH (ONLINE = OFF, MAXDOP = 4, SORT_IN_TEMPDB = ON);",
  line: "UPDATE dbo.OrderLine SET PickedQty = @p1, PickedAt = SYSUTCDATETIME()\n WHERE OrderId = @p2 AND LineNo = @p3;",
  head: "UPDATE dbo.OrderHeader SET Status = @p1 WHERE OrderId = @p2;",
  route: "UPDATE dbo.OrderLine SET RouteId = @p1 WHERE OrderId = @p2;",
};
const waits = [
  ["61", "87", "LCK_M_IX", 362_000, "OBJECT OrderLine", "svc_orders", "orders-api", text.line],
  ["74", "61", "LCK_M_U", 348_000, "KEY OrderHeader", "svc_orders", "orders-api", text.head],
  ["102", "61", "LCK_M_U", 331_000, "KEY OrderHeader", "svc_orders", "orders-api", text.head],
  ["118", "87", "LCK_M_IX", 324_000, "OBJECT OrderLine", "svc_route", "planner", text.route],
  ["133", "118", "LCK_M_S", 300_000, "KEY RouteStop", "svc_report", "Power BI", reportText],
  ["140", "87", "LCK_M_IX", 287_000, "OBJECT OrderLine", "svc_edi", "edi-gateway", "DELETE dbo.OrderLine WHERE OrderId = @p1;"],
  ["171", "87", "LCK_M_IX", 166_000, "OBJECT OrderLine", "svc_edi", "edi-gateway", "INSERT dbo.OrderLine (OrderId, LineNo) VALUES (@p1, @p2);"],
  ["205", "190", "LCK_M_X", 64_000, "KEY Customer", "svc_crm", "crm-web", "UPDATE dbo.Customer SET Name = @p1 WHERE Id = @p2;"],
];
const blocking = [
  ["87", null, "running", null, null, "OBJECT OrderLine", "MERIDIAN\\agent", "SQLAgent", text.rebuild],
  ...waits.map(([id, by, type, ms, resource, login, program, query]) => [id, by, "suspended", type, ms, resource, login, program, query]),
  ["190", null, "sleeping", null, null, null, "svc_crm", "crm-web", "BEGIN TRAN; UPDATE dbo.Customer SET Region = 4;"],
];
const planOf = { 133: planIds.report, 61: planIds.gone };
const running = blocking.filter((b) => b[2] !== "sleeping").map((b, i) => [b[0], b[1] === null ? null : Number(b[1]), b[2], "orders", b[6], b[7], b[3], b[4], 1_290_000 - i * 90_000, 900_000 - i * 80_000, 18_442_112 - i * 1_700_000, b[8], planOf[b[0]] ?? null]);

function postgreSQL(s) {
  return [
    {
      name: "running_queries",
      title: "Running queries",
      purpose: "what runs now, and what it waits for.",
      cadence: "minute",
      keep: "every",
      permissions: "pg_monitor",
      columns: [col("pid", "label"), col("blocked_by", "text"), col("state", "text"), col("database_name", "text"), col("wait_event", "text"), col("elapsed_ms", "number", "milliseconds"), col("query_text", "query_text")],
      rows: [["4711", null, "active", "orders", null, 41, "SELECT count(*) FROM order_line"], ["4718", "4702,4711", "active", "orders", "transactionid", 9200, "UPDATE order_line SET picked = true"]],
    },
    {
      name: "wait_types",
      title: "Waits by type",
      purpose: "active sessions by what they wait for.",
      cadence: "minute",
      permissions: "pg_monitor",
      columns: [col("wait_event_type", "label"), col("session_count", "gauge", "count", "active_session_count")],
      rows: [["CPU", 6], ["Lock", 1], ["IO", 2]],
    },
    {
      name: "databases",
      title: "Databases",
      purpose: "size and work of each database.",
      cadence: "minute",
      permissions: "pg_monitor",
      columns: [col("database_name", "label"), col("size_bytes", "gauge", "bytes", "database_size_bytes"), col("commits", "counter", "operations", "database_commits"), col("cache_hit_percent", "number", "percent")],
      rows: [["orders", 44 * GiB, 812, 99.4], ["billing", 12 * GiB, 90, 98.1], ["archive", 210 * GiB, 0, null]],
      trends: { database_size_bytes: (row) => (row[0] === "orders" ? -0.6 * GiB : 0) },
    },
  ];
}
function mySQL(s) {
  return [
    { name: "processes", title: "Processes", purpose: "what runs now.", cadence: "minute", keep: "every", permissions: "PROCESS", columns: [col("thread_id", "label"), col("state", "text"), col("elapsed_ms", "number", "milliseconds"), col("query_text", "query_text")], rows: [["88", "executing", 12, "SELECT * FROM site WHERE id = 4"]] },
    { name: "table_io", title: "Table IO", purpose: "the tables that are read most.", cadence: "five_minutes", permissions: "SELECT on performance_schema", state: "not_available", message: "performance_schema is off on this server.", columns: [col("table_name", "label")], rows: [] },
  ];
}
