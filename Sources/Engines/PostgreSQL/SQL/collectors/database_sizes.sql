/*
Purpose:     how large each database of the cluster is.
Title:       Database sizes
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        medium: looks up the size of each file of each database; no table is read, nothing is locked.
Cadence:     hour
Keep:        latest
Rows:        500
Columns:
  database_name      label                                Name of the database
  size_bytes         gauge   bytes  database_size_bytes   Size of all files of the database
  owner_name         text                                 Role that owns the database
  tablespace_name    text                                 Tablespace of what names no other
  encoding_name      text                                 Character encoding
  collation_name     text                                 Order of texts
  connection_limit   number  count                        Sessions that the database allows; NULL: no limit of its own
  is_template        flag                                 Whether it is a template
*/
SELECT d.datname::text AS database_name,
    pg_database_size(d.oid)::float8 AS size_bytes,
    pg_get_userbyid(d.datdba)::text AS owner_name,
    t.spcname::text AS tablespace_name,
    pg_encoding_to_char(d.encoding)::text AS encoding_name,
    d.datcollate::text AS collation_name,
    -- -2 marks a database whose DROP was interrupted.
    CASE WHEN d.datconnlimit >= 0 THEN d.datconnlimit END::float8 AS connection_limit,
    d.datistemplate AS is_template
FROM pg_database AS d
LEFT JOIN pg_tablespace AS t ON t.oid = d.dattablespace
-- Without pg_monitor only some databases would be seen: this raises an error instead (42501).
WHERE (SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') THEN true ELSE pg_tablespace_size('pg_global') IS NOT NULL END)
ORDER BY database_name
LIMIT 500;
