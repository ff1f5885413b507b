/*
Purpose:     reads and writes of files by what they are for, as performance_schema counts it.
Title:       File IO
Versions:    MySQL 8.0, MariaDB 10.6 and later, with performance_schema on: in MariaDB it is off by default.
Permissions: SELECT on performance_schema.
Cost:        low: some fifty rows of memory.
Cadence:     five_minutes
When:        performance_schema
Keep:        latest
Rows:        100
Columns:
  file_kind      label                                          What the files are for, such as innodb/innodb_data_file
  read_count     counter  operations    file_kind_reads         Reads
  read_bytes     counter  bytes         file_kind_read_bytes    Bytes read
  read_us        counter  microseconds  file_kind_read_us       Time that reads took
  write_count    counter  operations    file_kind_writes        Writes
  write_bytes    counter  bytes         file_kind_written_bytes Bytes written
  write_us       counter  microseconds  file_kind_write_us      Time that writes took
  other_us       counter  microseconds  file_kind_other_us      Time that syncs, opens and the like took
*/
SELECT SUBSTRING(f.EVENT_NAME, CHAR_LENGTH('wait/io/file/') + 1) AS file_kind,
    CAST(f.COUNT_READ AS SIGNED) AS read_count,
    CAST(f.SUM_NUMBER_OF_BYTES_READ AS SIGNED) AS read_bytes,
    CAST(f.SUM_TIMER_READ DIV 1000000 AS SIGNED) AS read_us,
    CAST(f.COUNT_WRITE AS SIGNED) AS write_count,
    CAST(f.SUM_NUMBER_OF_BYTES_WRITE AS SIGNED) AS write_bytes,
    CAST(f.SUM_TIMER_WRITE DIV 1000000 AS SIGNED) AS write_us,
    CAST(f.SUM_TIMER_MISC DIV 1000000 AS SIGNED) AS other_us
FROM performance_schema.file_summary_by_event_name AS f
WHERE f.COUNT_STAR > 0
ORDER BY file_kind
LIMIT 100;
