/*
Purpose:     how clients are connected: transport, sign-in and encryption.
Title:       Connections
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER SECURITY STATE is enough).
Cost:        low: one row for each connection, added up; no table is read.
Cadence:     five_minutes
Keep:        latest
Rows:        50
Columns:
  transport           label                            TCP, Shared memory, Named pipe or Session (several active results)
  auth_scheme         label                            SQL, NTLM or KERBEROS
  encryption          label                            Whether the connections are encrypted: TRUE or FALSE
  connection_count    gauge  count  transport_connections   Connections
*/
SELECT TOP (50) RTRIM(c.net_transport) AS transport,
    RTRIM(c.auth_scheme) AS auth_scheme,
    RTRIM(c.encrypt_option) AS encryption,
    COUNT_BIG(*) AS connection_count
FROM sys.dm_exec_connections AS c
GROUP BY RTRIM(c.net_transport), RTRIM(c.auth_scheme), RTRIM(c.encrypt_option)
ORDER BY transport, auth_scheme, encryption;
