/*
Purpose:     sequences of the connected database that are nearest to their end, where inserts fail.
             The other databases are not looked into: the collector databases names them.
Title:       Sequences
Versions:    PostgreSQL 12 and later.
Permissions: USAGE or SELECT on the sequences (from 14 pg_read_all_data): the others' values are hidden, and they are left out.
Cost:        low: one row for each sequence.
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
        s.schemaname::text AS schema_name,
        s.sequencename::text AS sequence_name,
        s.last_value::float8 AS last_value,
        s.max_value::float8 AS max_value,
        100 * (s.last_value::float8 - s.start_value) / NULLIF(s.max_value::float8 - s.start_value, 0) AS used_percent,
        s.data_type::text AS data_type,
        s.cycle AS is_cycling
    FROM pg_sequences AS s
    WHERE s.last_value IS NOT NULL
        AND s.increment_by > 0
    ORDER BY used_percent DESC, schema_name, sequence_name
    LIMIT 50
) AS g
ORDER BY g.schema_name, g.sequence_name
LIMIT 50;
