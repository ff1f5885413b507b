/*
Purpose:     what a connection test reads back once the login may see the server's state.
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough; the encryption of the own connection needs
             VIEW SERVER SECURITY STATE there, so it may be missing).
Cost:        one batch, one round trip; no table is read or written.
Result sets:
  1 system:     start in the server's own time, its distance from UTC (minutes) and the uptime (ms)
  2 connection: TRUE or FALSE as text, whether this connection is encrypted; no row if it may not be seen
*/
SELECT sqlserver_start_time AS started_at_local,
    DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS utc_offset_minutes,
    ms_ticks - sqlserver_start_time_ms_ticks AS uptime_ms
FROM sys.dm_os_sys_info;

SELECT encrypt_option
FROM sys.dm_exec_connections
WHERE session_id = @@SPID;
