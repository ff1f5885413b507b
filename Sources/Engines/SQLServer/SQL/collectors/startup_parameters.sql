/*
Purpose:     what SQL Server is started with: its files, and the trace flags that are set from the start.
Title:       Startup parameters
Versions:    SQL Server 2016 and later, on Windows; on Linux there are none here.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER SECURITY STATE is enough).
Cost:        low: a few values of the registry.
Cadence:     day
When:        windows, box
Keep:        changes
Rows:        100
Columns:
  parameter_name   label  Name in the registry: SQLArg0 and on
  parameter_value  text   The parameter: -d, -e and -l are files, -T is a trace flag
*/
SELECT TOP (100) RTRIM(r.value_name) AS parameter_name,
    CAST(r.value_data AS nvarchar(4000)) AS parameter_value
FROM sys.dm_server_registry AS r
WHERE r.value_name LIKE N'SQLArg%'
ORDER BY parameter_name;
