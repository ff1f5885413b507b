/*
Purpose:     the server's settings, as configured and as in use. Trace flags cannot be had by a SELECT; those set at the start are among the
             startup parameters.
Title:       Configuration
Versions:    SQL Server 2016 and later.
Permissions: none.
Cost:        low: one catalog view.
Cadence:     hour
Keep:        changes
Rows:        500
Columns:
  setting_name      label          Setting
  configured_value  number  count  Value as configured
  value_in_use      number  count  Value in use: differs until RECONFIGURE, or until the next start
  minimum_value     number  count  Least value
  maximum_value     number  count  Greatest value
  is_dynamic        flag           Whether a change takes effect without a restart
  is_advanced       flag           Whether it is one of the advanced options
*/
SELECT TOP (500) c.name AS setting_name,
    CAST(c.value AS bigint) AS configured_value,
    CAST(c.value_in_use AS bigint) AS value_in_use,
    CAST(c.minimum AS bigint) AS minimum_value,
    CAST(c.maximum AS bigint) AS maximum_value,
    CAST(c.is_dynamic AS int) AS is_dynamic,
    CAST(c.is_advanced AS int) AS is_advanced
FROM sys.configurations AS c
ORDER BY c.name;
