/*
Purpose:     indexes that the optimizer would have liked to have since the start: hints to look at, not to follow blindly.
Title:       Missing indexes
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: at most 600 suggestions, which are in memory.
Cadence:     hour
Keep:        latest
Rows:        50
Columns:
  table_name           label            Table, with its database and schema
  equality_columns     label            Columns that are compared by =; empty: none
  inequality_columns   label            Columns that are compared otherwise; empty: none
  included_columns     label            Columns that are only read; empty: none
  seek_count           number  count    Queries that it would have served
  scan_count           number  count    Queries that would have read all of it
  average_cost         number  count    Average cost of those queries, in the optimizer's units
  impact_percent       number  percent  By how much the optimizer thinks that it would have lowered the cost
  benefit              number  count    Queries times cost times impact: what the list is ordered by
  last_seek_at         time             When it would last have been used; an hour off after a change of the clocks
*/
SELECT TOP (50) d.statement AS table_name,
    COALESCE(d.equality_columns, N'') AS equality_columns,
    COALESCE(d.inequality_columns, N'') AS inequality_columns,
    COALESCE(d.included_columns, N'') AS included_columns,
    s.user_seeks AS seek_count,
    s.user_scans AS scan_count,
    s.avg_total_user_cost AS average_cost,
    s.avg_user_impact AS impact_percent,
    (s.user_seeks + s.user_scans) * s.avg_total_user_cost * s.avg_user_impact / 100.0e0 AS benefit,
    CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), s.last_user_seek) AS datetime2(3)) AS last_seek_at
FROM sys.dm_db_missing_index_group_stats AS s
INNER JOIN sys.dm_db_missing_index_groups AS g ON g.index_group_handle = s.group_handle
INNER JOIN sys.dm_db_missing_index_details AS d ON d.index_handle = g.index_handle
ORDER BY benefit DESC, table_name, equality_columns, inequality_columns, included_columns;
