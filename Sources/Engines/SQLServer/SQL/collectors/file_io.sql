/*
Purpose:     reads and writes of each database file, and how long they took.
Title:       File IO
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough); VIEW ANY DEFINITION for the files' names and kinds
             (without it a file is named by its number).
Cost:        low: one row for each file; no table is read.
Cadence:     minute
When:        instance
Keep:        latest
Rows:        2000
Columns:
  database_name   label                                        Database of the file
  file_name       label                                        Logical name of the file
  file_kind       text                                         ROWS, LOG or FILESTREAM
  read_count      counter  operations    file_reads            Reads of the file since the start
  read_bytes      counter  bytes         file_read_bytes       Bytes read
  read_stall_ms   counter  milliseconds  file_read_stall_ms    Time that the reads took
  write_count     counter  operations    file_writes           Writes to the file since the start
  written_bytes   counter  bytes         file_written_bytes    Bytes written
  write_stall_ms  counter  milliseconds  file_write_stall_ms   Time that the writes took
  size_bytes      gauge    bytes         file_size_bytes       Size of the file on disk
*/
SELECT TOP (2000) DB_NAME(v.database_id) AS database_name,
    COALESCE(f.name, N'file ' + CAST(v.file_id AS nvarchar(11))) AS file_name,
    f.type_desc AS file_kind,
    v.num_of_reads AS read_count,
    v.num_of_bytes_read AS read_bytes,
    v.io_stall_read_ms AS read_stall_ms,
    v.num_of_writes AS write_count,
    v.num_of_bytes_written AS written_bytes,
    v.io_stall_write_ms AS write_stall_ms,
    v.size_on_disk_bytes AS size_bytes
FROM sys.dm_io_virtual_file_stats(NULL, NULL) AS v
LEFT JOIN sys.master_files AS f
    ON f.database_id = v.database_id
    AND f.file_id = v.file_id
WHERE v.database_id <> 32767
ORDER BY v.database_id, v.file_id;
