/*
Purpose:     system variables whose value is not what MariaDB comes with.
Title:       Settings
Versions:    MariaDB 10.6 and later; MySQL has the collector settings_mysql.
Permissions: none.
Cost:        low: the server's variables, in memory.
Cadence:     hour
When:        mariadb
Keep:        changes
Rows:        500
Columns:
  setting_name   label  Name of the variable, in lower case
  value          text   Its global value; (set): what may hold a password is not read
  default_value  text   What MariaDB comes with
  source         text   Where the value comes from: CONFIG (file or command line), SQL (SET GLOBAL), AUTO (worked out), COMPILE-TIME
  source_path    text   File that it stands in
*/
SELECT LOWER(s.VARIABLE_NAME) AS setting_name,
    CASE
        WHEN s.GLOBAL_VALUE <> '' AND LOWER(s.VARIABLE_NAME) REGEXP 'passw|secret|token|credential|_key$|provider_options' THEN '(set)'
        ELSE LEFT(s.GLOBAL_VALUE, 2000)
    END AS value,
    LEFT(s.DEFAULT_VALUE, 2000) AS default_value,
    s.GLOBAL_VALUE_ORIGIN AS source,
    s.GLOBAL_VALUE_PATH AS source_path
FROM information_schema.SYSTEM_VARIABLES AS s
WHERE s.GLOBAL_VALUE IS NOT NULL
    AND (s.DEFAULT_VALUE IS NULL OR s.GLOBAL_VALUE <> s.DEFAULT_VALUE)
    -- What changes by itself is no setting.
    AND LOWER(s.VARIABLE_NAME) NOT LIKE 'gtid%'
    AND LOWER(s.VARIABLE_NAME) NOT LIKE 'pseudo%'
    AND LOWER(s.VARIABLE_NAME) NOT IN ('timestamp', 'rand_seed1', 'rand_seed2', 'last_insert_id', 'insert_id', 'identity', 'error_count',
        'warning_count', 'proxy_user', 'external_user', 'statement_id', 'server_uid', 'wsrep_start_position')
ORDER BY setting_name
LIMIT 500;
