/*
Purpose:     how near each database is to the end of its transaction numbers, where the server stops to write.
Title:       Transaction wraparound
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        low: one row for each database.
Cadence:     quarter_hour
Keep:        latest
Rows:        500
Columns:
  database_name             label                                             Name of the database
  transaction_id_age        gauge   count    transaction_id_age               Transactions since the oldest row that is not frozen
  transaction_id_percent    gauge   percent  transaction_id_used_percent      Of the 2^31 that there are
  multixact_age             gauge   count    multixact_id_age                 Multixacts (rows locked by several) since the oldest
  multixact_percent         gauge   percent  multixact_id_used_percent        Of the 2^31 that there are
  freeze_max_age            number  count                                     Age from which autovacuum freezes in any case
*/
SELECT d.datname::text AS database_name,
    age(d.datfrozenxid)::float8 AS transaction_id_age,
    100 * age(d.datfrozenxid)::float8 / 2147483648 AS transaction_id_percent,
    mxid_age(d.datminmxid)::float8 AS multixact_age,
    100 * mxid_age(d.datminmxid)::float8 / 2147483648 AS multixact_percent,
    current_setting('autovacuum_freeze_max_age')::float8 AS freeze_max_age
FROM pg_database AS d
ORDER BY database_name
LIMIT 500;
