/*
Purpose:     which databases there are, their state and their settings.
Title:       Databases
Versions:    SQL Server 2016 and later.
Permissions: VIEW ANY DATABASE, which everybody has unless it was taken away (without it: only the databases that the login may open).
Cost:        low: one catalog view.
Cadence:     quarter_hour
Keep:        changes
Rows:        2000
Columns:
  database_name          label           Database
  database_state         text            ONLINE, RESTORING, RECOVERING, RECOVERY_PENDING, SUSPECT, EMERGENCY or OFFLINE
  user_access            text            MULTI_USER, SINGLE_USER or RESTRICTED_USER
  recovery_model         text            FULL, BULK_LOGGED or SIMPLE
  compatibility_level    text            Version whose behaviour it has, times ten
  collation              text            Collation
  page_verify            text            How damaged pages are found: CHECKSUM, TORN_PAGE_DETECTION or NONE
  containment            text            NONE or PARTIAL
  delayed_durability     text            DISABLED, ALLOWED or FORCED
  is_read_only           flag            Whether nothing can be written
  is_in_standby          flag            Whether it is readable between restores of logs
  is_auto_close          flag            Whether it is closed when nobody uses it
  is_auto_shrink         flag            Whether its files are shrunk by themselves
  is_auto_create_stats   flag            Whether statistics are made by themselves
  is_auto_update_stats   flag            Whether statistics are renewed by themselves
  is_snapshot_reads      flag            Whether readers see versions instead of waiting (READ_COMMITTED_SNAPSHOT)
  is_encrypted           flag            Whether its files are encrypted (TDE)
  is_query_store         flag            Whether the Query Store is on
  is_trustworthy         flag            Whether the server trusts its code
  is_broker_enabled      flag            Whether Service Broker is on
  is_cdc_enabled         flag            Whether changes are captured
  is_in_group            flag            Whether it is in an availability group
*/
SELECT TOP (2000) d.name AS database_name,
    d.state_desc AS database_state,
    d.user_access_desc AS user_access,
    d.recovery_model_desc AS recovery_model,
    CAST(d.compatibility_level AS nvarchar(11)) AS compatibility_level,
    d.collation_name AS collation,
    d.page_verify_option_desc AS page_verify,
    d.containment_desc AS containment,
    d.delayed_durability_desc AS delayed_durability,
    CAST(d.is_read_only AS int) AS is_read_only,
    CAST(d.is_in_standby AS int) AS is_in_standby,
    CAST(d.is_auto_close_on AS int) AS is_auto_close,
    CAST(d.is_auto_shrink_on AS int) AS is_auto_shrink,
    CAST(d.is_auto_create_stats_on AS int) AS is_auto_create_stats,
    CAST(d.is_auto_update_stats_on AS int) AS is_auto_update_stats,
    CAST(d.is_read_committed_snapshot_on AS int) AS is_snapshot_reads,
    CAST(d.is_encrypted AS int) AS is_encrypted,
    CAST(d.is_query_store_on AS int) AS is_query_store,
    CAST(d.is_trustworthy_on AS int) AS is_trustworthy,
    CAST(d.is_broker_enabled AS int) AS is_broker_enabled,
    CAST(d.is_cdc_enabled AS int) AS is_cdc_enabled,
    CASE WHEN d.group_database_id IS NULL THEN 0 ELSE 1 END AS is_in_group
FROM sys.databases AS d
WHERE d.source_database_id IS NULL
ORDER BY d.database_id;
