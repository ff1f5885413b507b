/*
Purpose:     transactions that were prepared and neither committed nor rolled back: they hold locks and keep dead rows, through restarts.
Title:       Prepared transactions
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        low: one row for each prepared transaction.
Cadence:     five_minutes
Keep:        latest
Rows:        100
Columns:
  transaction_name   label            Name that it was given
  database_name      text             Database that it is in
  owner_name         text             Role that prepared it
  prepared_at        time             When it was prepared
  age_seconds        number  seconds  How long ago that is
  transaction_age    number  count    Transactions that began since
*/
SELECT p.gid AS transaction_name,
    p.database::text AS database_name,
    p.owner::text AS owner_name,
    p.prepared AS prepared_at,
    EXTRACT(epoch FROM clock_timestamp() - p.prepared)::float8 AS age_seconds,
    age(p.transaction)::float8 AS transaction_age
FROM pg_prepared_xacts AS p
ORDER BY prepared_at, transaction_name
LIMIT 100;
