/*
Purpose:     settings that differ from what PostgreSQL comes with.
Title:       Settings
Versions:    PostgreSQL 12 and later.
Permissions: pg_monitor.
Cost:        low: the server's settings, in memory.
Cadence:     hour
Keep:        changes
Rows:        500
Columns:
  setting_name        label       Name of the setting
  value               text        Value of new sessions of this role and database; (set): commands and what may hold a password are not read
  unit                text        Unit of the value
  default_value       text        What PostgreSQL comes with
  source              text        Where the value comes from: configuration file, database, user, ...
  category            text        Group of settings
  is_restart_pending  flag        Whether the file has another value, which needs a restart
*/
SELECT s.name AS setting_name,
    CASE
        WHEN s.reset_val = '' THEN ''
        WHEN s.name IN ('primary_conninfo', 'ssl_passphrase_command') OR s.name LIKE '%\_command' OR s.name ~* 'passw|secret|token|credential|conninfo'
            THEN '(set)'
        ELSE left(s.reset_val, 2000)
    END AS value,
    s.unit,
    s.boot_val AS default_value,
    s.source,
    s.category,
    s.pending_restart AS is_restart_pending
FROM pg_settings AS s
WHERE (s.reset_val IS DISTINCT FROM s.boot_val OR s.pending_restart)
    -- What our own connection brings is no setting of the server.
    AND s.source <> 'client'
    -- Without pg_monitor some settings are hidden: this raises an error instead (42501).
    AND (SELECT current_setting('data_directory') IS NOT NULL)
ORDER BY setting_name
LIMIT 500;
