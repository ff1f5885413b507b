/*
Purpose:     what collectors read of extensions is found wherever those were created: their schemas go to the end of the session's path.
Versions:    PostgreSQL 12 and later.
Permissions: none; a schema on which the role has no USAGE stays out of sight, on the path or not.
Cost:        one statement; two look-ups in the catalog. Once for a connection, and again when something was not available for an hour.
Columns:     search_path (text); no row where nothing is to be added
*/
SELECT set_config('search_path', concat_ws(', ', NULLIF(current_setting('search_path'), ''), quote_ident(n.nspname)), false) AS search_path
FROM pg_extension AS e
JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
    -- pg_catalog is among these in any case: nothing comes before it that did not.
    AND n.nspname <> ALL (current_schemas(true))
