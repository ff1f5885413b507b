/*
Purpose:     what server this is: version, edition, collation, cluster, processors and memory.
Title:       Server properties
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: one row from memory.
Cadence:     hour
Keep:        changes
Rows:        1
Columns:
  server_name            text            Name of the server
  machine_name           text            Machine, or the cluster's name for it
  physical_name          text            Machine that it runs on now
  instance_name          text            Instance; not known: the default one
  product_version        text            Version, in four numbers
  product_level          text            RTM or a service pack
  update_level           text            Cumulative update
  edition                text            Edition
  engine_edition         text            2 Standard, 3 Enterprise, 4 Express, 5 Azure SQL Database, 8 Managed Instance
  operating_system       text            Windows or Linux
  collation              text            Collation of the server
  is_clustered           flag            Whether it is a failover cluster instance
  is_hadr_enabled        flag            Whether availability groups are on
  is_windows_auth_only   flag            Whether SQL logins are refused
  is_full_text           flag            Whether full-text search is installed
  is_single_user         flag            Whether it runs for one user only
  cpu_count              number  count   Logical processors
  hyperthread_ratio      number  count   Logical processors in one socket
  memory_bytes           number  bytes   Memory of the machine, as SQL Server may use it
  worker_limit           number  count   Workers (threads) that there may be
  affinity               text            How processors are chosen: AUTO or MANUAL
  virtual_machine        text            NONE, HYPERVISOR or OTHER
  soft_numa              text            OFF, ON or MANUAL
*/
SELECT TOP (1) COALESCE(@@SERVERNAME, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128))) AS server_name,
    CAST(SERVERPROPERTY('MachineName') AS nvarchar(128)) AS machine_name,
    CAST(SERVERPROPERTY('ComputerNamePhysicalNetBIOS') AS nvarchar(128)) AS physical_name,
    CAST(SERVERPROPERTY('InstanceName') AS nvarchar(128)) AS instance_name,
    CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
    CAST(SERVERPROPERTY('ProductLevel') AS nvarchar(128)) AS product_level,
    CAST(SERVERPROPERTY('ProductUpdateLevel') AS nvarchar(128)) AS update_level,
    CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
    CAST(CAST(SERVERPROPERTY('EngineEdition') AS int) AS nvarchar(11)) AS engine_edition,
    CASE WHEN @@VERSION LIKE N'% on Linux %' THEN N'Linux' ELSE N'Windows' END AS operating_system,
    CAST(SERVERPROPERTY('Collation') AS nvarchar(128)) AS collation,
    CAST(SERVERPROPERTY('IsClustered') AS int) AS is_clustered,
    CAST(SERVERPROPERTY('IsHadrEnabled') AS int) AS is_hadr_enabled,
    CAST(SERVERPROPERTY('IsIntegratedSecurityOnly') AS int) AS is_windows_auth_only,
    CAST(SERVERPROPERTY('IsFullTextInstalled') AS int) AS is_full_text,
    CAST(SERVERPROPERTY('IsSingleUser') AS int) AS is_single_user,
    i.cpu_count,
    i.hyperthread_ratio,
    i.physical_memory_kb * 1024 AS memory_bytes,
    i.max_workers_count AS worker_limit,
    i.affinity_type_desc AS affinity,
    i.virtual_machine_type_desc AS virtual_machine,
    i.softnuma_configuration_desc AS soft_numa
FROM sys.dm_os_sys_info AS i
ORDER BY i.cpu_count;
