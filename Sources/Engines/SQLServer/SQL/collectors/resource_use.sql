/*
Purpose:     how much of what an Azure SQL Database may use it uses: it has no record of the processor as other servers have.
Title:       Resource use
Versions:    Azure SQL Database.
Permissions: VIEW DATABASE STATE, or a place in the role ##MS_ServerStateReader##.
Cost:        low: one row of at most 256.
Cadence:     minute
When:        azure_database
Keep:        latest
Rows:        1
Columns:
  cpu_percent        gauge  percent  resource_cpu_percent        Processor, of the limit
  data_io_percent    gauge  percent  resource_data_io_percent    Reads and writes of data, of the limit
  log_write_percent  gauge  percent  resource_log_write_percent  Writes to the log, of the limit
  memory_percent     gauge  percent  resource_memory_percent     Memory, of the limit
  worker_percent     gauge  percent  resource_worker_percent     Workers, of the limit
  session_percent    gauge  percent  resource_session_percent    Sessions, of the limit
  measured_at        time                                        End of the 15 seconds that were measured
*/
SELECT TOP (1) CAST(s.avg_cpu_percent AS float) AS cpu_percent,
    CAST(s.avg_data_io_percent AS float) AS data_io_percent,
    CAST(s.avg_log_write_percent AS float) AS log_write_percent,
    CAST(s.avg_memory_usage_percent AS float) AS memory_percent,
    CAST(s.max_worker_percent AS float) AS worker_percent,
    CAST(s.max_session_percent AS float) AS session_percent,
    CAST(s.end_time AS datetime2(3)) AS measured_at
FROM sys.dm_db_resource_stats AS s
ORDER BY s.end_time DESC;
