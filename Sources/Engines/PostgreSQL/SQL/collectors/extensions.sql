/*
Purpose:     extensions of the connected database, and whether the server has a newer version of them.
             The other databases are not looked into: the collector databases names them.
Title:       Extensions
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        low: reads the control files of the extensions that the server has.
Cadence:     day
Keep:        changes
Rows:        200
Columns:
  database_name      label    The connected database
  extension_name     label    Name of the extension
  version            text     Version that is installed in the database
  available_version  text     Version that the server would install now
  schema_name        text     Schema of its objects
  is_outdated        flag     Whether the two differ
*/
SELECT current_database()::text AS database_name,
    e.extname::text AS extension_name,
    e.extversion AS version,
    a.default_version AS available_version,
    n.nspname::text AS schema_name,
    e.extversion <> a.default_version AS is_outdated
FROM pg_extension AS e
JOIN pg_namespace AS n ON n.oid = e.extnamespace
LEFT JOIN pg_available_extensions AS a ON a.name = e.extname
ORDER BY extension_name
LIMIT 200;
