/*
Purpose:     the core readings of a PostgreSQL cluster, by the function that was deployed: the same columns as the direct query.
Versions:    PostgreSQL 12 and later.
Permissions: USAGE on the schema dbtools, EXECUTE on its functions, SELECT on dbtools.settings; pg_monitor as for the direct query.
Cost:        one statement, one round trip; reads statistics views, and two rows of dbtools.settings.
Columns:     as collect.sql; functions of versions 1 to 3 have no membership (NULL)
*/
SELECT connection_count, transaction_count, blocks_read, blocks_hit, stats_reset_at, started_at,
    (to_jsonb(c) ->> 'membership')::bigint AS membership
FROM dbtools.collect_core() AS c
