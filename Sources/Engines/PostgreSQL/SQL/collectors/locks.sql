/*
Purpose:     how many locks are held and waited for, by mode.
Title:       Locks
Versions:    PostgreSQL 12 and later.
Permissions: none.
Cost:        low: one row for each lock, of shared memory; the table of locks is held for the moment of reading it.
Cadence:     minute
Keep:        latest
Rows:        20
Columns:
  lock_mode       label                                  Mode of the lock
  granted_count   gauge   count  locks_granted           Locks that are held in this mode; our own reading is left out
  waiting_count   gauge   count  locks_waiting           Sessions that wait for a lock in this mode
*/
SELECT m.lock_mode,
    count(l.mode) FILTER (WHERE l.granted)::float8 AS granted_count,
    count(l.mode) FILTER (WHERE NOT l.granted)::float8 AS waiting_count
FROM (VALUES ('AccessShareLock'), ('RowShareLock'), ('RowExclusiveLock'), ('ShareUpdateExclusiveLock'), ('ShareLock'),
    ('ShareRowExclusiveLock'), ('ExclusiveLock'), ('AccessExclusiveLock'), ('SIReadLock')) AS m (lock_mode)
LEFT JOIN pg_locks AS l ON l.mode = m.lock_mode AND l.pid IS DISTINCT FROM pg_backend_pid()
GROUP BY m.lock_mode
ORDER BY m.lock_mode
LIMIT 20;
