/*
Purpose:     system variables that somebody has set, in a file, on the command line or while the server ran.
Title:       Settings
Versions:    MySQL 8.0 and later; MariaDB has the collector settings.
Permissions: none.
Cost:        low: the server's variables, in memory.
Cadence:     hour
When:        mysql
Keep:        changes
Rows:        500
Columns:
  setting_name   label  Name of the variable, in lower case
  value          text   Its global value; (set): what may hold a password is not read
  source         text   Where the value comes from: GLOBAL, SERVER, EXPLICIT, EXTRA, USER, LOGIN (files), COMMAND_LINE, PERSISTED, DYNAMIC
  source_path    text   File that it stands in
  changed_at     time   When it was set while the server ran
  changed_by     text   Account that set it
*/
SELECT LOWER(v.VARIABLE_NAME) AS setting_name,
    CASE
        WHEN v.VARIABLE_VALUE <> '' AND LOWER(v.VARIABLE_NAME) REGEXP 'passw|secret|token|credential|_key$|provider_options' THEN '(set)'
        ELSE LEFT(v.VARIABLE_VALUE, 2000)
    END AS value,
    CONCAT(i.VARIABLE_SOURCE, '') AS source,
    NULLIF(i.VARIABLE_PATH, '') AS source_path,
    CONVERT_TZ(i.SET_TIME, @@SESSION.time_zone, '+00:00') AS changed_at,
    NULLIF(i.SET_USER, '') AS changed_by
FROM performance_schema.global_variables AS v
JOIN performance_schema.variables_info AS i ON i.VARIABLE_NAME = v.VARIABLE_NAME
WHERE i.VARIABLE_SOURCE <> 'COMPILED'
    -- What changes by itself is no setting.
    AND LOWER(v.VARIABLE_NAME) NOT LIKE 'gtid%'
    AND LOWER(v.VARIABLE_NAME) NOT LIKE 'pseudo%'
    AND LOWER(v.VARIABLE_NAME) NOT IN ('timestamp', 'rand_seed1', 'rand_seed2', 'last_insert_id', 'insert_id', 'identity', 'error_count',
        'warning_count', 'proxy_user', 'external_user', 'statement_id', 'server_uid', 'wsrep_start_position')
ORDER BY setting_name
LIMIT 500;
