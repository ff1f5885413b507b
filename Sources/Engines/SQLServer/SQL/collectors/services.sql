/*
Purpose:     SQL Server's services: whether they run, how they start, as whom, and whether files are made without being filled with zeros.
Title:       Services
Versions:    SQL Server 2016 and later; whether files are filled is told from SP1.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER SECURITY STATE is enough).
Cost:        low: a few rows.
Cadence:     hour
When:        box
Keep:        changes
Rows:        20
Columns:
  service_name             label  Service
  startup_type             text   Automatic, Manual, Disabled and the like
  service_state            text   Running, Stopped and the like
  service_account          text   Account that it runs as
  is_clustered             flag   Whether a cluster starts it
  instant_file_init        flag   Whether data files are made at once (only the engine; not known for the others)
*/
SELECT TOP (20) RTRIM(s.servicename) AS service_name,
    RTRIM(s.startup_type_desc) AS startup_type,
    RTRIM(s.status_desc) AS service_state,
    RTRIM(s.service_account) AS service_account,
    CASE s.is_clustered WHEN N'Y' THEN 1 WHEN N'N' THEN 0 END AS is_clustered,
    CASE
        WHEN s.servicename NOT LIKE N'SQL Server (%' THEN NULL
        WHEN f.is_enabled = N'Y' THEN 1
        WHEN f.is_enabled = N'N' THEN 0
    END AS instant_file_init
FROM sys.dm_server_services AS s
-- 2016 before SP1 does not have the column: then the name is found here, and a procedure with it can be made there too.
CROSS JOIN (SELECT CAST(NULL AS nvarchar(1)) AS instant_file_initialization_enabled) AS absent
OUTER APPLY (
    SELECT TOP (1) instant_file_initialization_enabled AS is_enabled
    FROM sys.dm_server_services
    WHERE servicename = s.servicename
) AS f
ORDER BY service_name;
