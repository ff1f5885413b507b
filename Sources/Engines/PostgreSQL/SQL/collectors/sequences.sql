/*
Purpose:     sequences of the connected database that are nearest to their end, where inserts fail.
             The other databases are not looked into: the collector databases names them.
Title:       Sequences
Versions:    PostgreSQL 12 and later.
Permissions: USAGE or SELECT on the sequences (from 14 pg_read_all_data): the others' values are hidden, and they are left out.
Cost:        low: the 500 sequences with the lowest maximum are looked at. PostgreSQL locks each of them until the statement ends, as a
             reader of it would: more might fill its table of locks. One that is being altered is left out.
Cadence:     day
Keep:        latest
Rows:        50
Columns:
  database_name   label                                      The connected database
  schema_name     label                                      Schema of the sequence
  sequence_name   label                                      Name of the sequence
  last_value      number  count                              Newest value
  max_value       number  count                              Value at which it ends
  used_percent    gauge   percent  sequence_used_percent     Share of its values that is used up
  data_type       text                                       Type of its values
  is_cycling      flag                                       Whether it begins anew at its end
*/
SELECT g.*
FROM (
    SELECT current_database()::text AS database_name,
        s.nspname::text AS schema_name,
        s.relname::text AS sequence_name,
        v.last_value::float8 AS last_value,
        s.seqmax::float8 AS max_value,
        100 * (v.last_value::float8 - s.seqstart) / NULLIF(s.seqmax::float8 - s.seqstart, 0) AS used_percent,
        format_type(s.seqtypid, NULL) AS data_type,
        s.seqcycle AS is_cycling
    FROM (
        SELECT q.*, c.relname, n.nspname
        FROM pg_sequence AS q
        JOIN pg_class AS c ON c.oid = q.seqrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE q.seqincrement > 0
            AND c.relpersistence <> 't'
            -- A standby has no file of what is unlogged.
            AND (c.relpersistence = 'p' OR NOT pg_is_in_recovery())
            AND NOT EXISTS (
                SELECT FROM pg_locks AS l
                WHERE l.relation = c.oid
                    AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
                    AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
            )
        ORDER BY q.seqmax, q.seqrelid
        LIMIT 500
    ) AS s
    CROSS JOIN LATERAL (
        SELECT CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') THEN pg_sequence_last_value(s.seqrelid) END AS last_value
        OFFSET 0
    ) AS v
    WHERE v.last_value IS NOT NULL
    ORDER BY used_percent DESC, schema_name, sequence_name
    LIMIT 50
) AS g
ORDER BY g.schema_name, g.sequence_name
LIMIT 50;
