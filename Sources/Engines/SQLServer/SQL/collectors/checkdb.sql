/*
Purpose:     when each database was last checked and found whole.
Title:       CHECKDB
Versions:    SQL Server 2016 SP2 and later; before it nothing is known.
Permissions: none; a database that the login may not see is not known.
Cost:        low: one property for each database, once an hour.
Cadence:     hour
When:        instance
Keep:        latest
Rows:        2000
Columns:
  database_name      label                                      Database; tempdb is made anew at each start and is left out
  last_good_at       time                                       End of the last DBCC CHECKDB that found nothing wrong
  is_never_checked   flag                                       Whether there never was one; not known: unknown
  check_age_seconds  gauge  seconds  checkdb_age_seconds        Since the last good check
*/
-- 1900-01-01 is how SQL Server says never. Its time is local: after a change of the clocks an earlier one is an hour off,
-- and one of the hour that comes twice has no age until it is over.
SELECT TOP (2000) c.name AS database_name,
    CAST(DATEADD(MINUTE, -DATEPART(TZOFFSET, SYSDATETIMEOFFSET()), NULLIF(c.checked_at, '19000101')) AS datetime2(3)) AS last_good_at,
    CASE WHEN c.checked_at = '19000101' THEN 1 WHEN c.checked_at > '19000101' THEN 0 END AS is_never_checked,
    CASE WHEN c.checked_at > '19000101' AND c.checked_at <= GETDATE() THEN DATEDIFF_BIG(SECOND, c.checked_at, GETDATE()) END
        AS check_age_seconds
FROM (
    SELECT d.database_id,
        d.name,
        CAST(DATABASEPROPERTYEX(d.name, 'LastGoodCheckDbTime') AS datetime) AS checked_at
    FROM sys.databases AS d
    WHERE d.database_id <> 2
        AND d.source_database_id IS NULL
        AND d.state = 0
) AS c
ORDER BY c.database_id;
