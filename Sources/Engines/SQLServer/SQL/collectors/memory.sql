/*
Purpose:     memory of the machine and of the SQL Server process.
Title:       Memory
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: two rows from memory; no table is read.
Cadence:     minute
When:        instance
Keep:        latest
Rows:        1
Columns:
  physical_bytes            gauge  bytes    machine_memory_bytes             Memory of the machine
  available_bytes           gauge  bytes    machine_memory_available_bytes   Memory that no program uses
  page_file_bytes           gauge  bytes    machine_commit_limit_bytes       Memory and page file together: what can be promised
  available_page_file_bytes gauge  bytes    machine_commit_available_bytes   What of it is not promised yet
  system_cache_bytes        gauge  bytes    machine_cache_bytes              The system's file cache
  process_bytes             gauge  bytes    process_memory_bytes             Memory that SQL Server holds
  locked_bytes              gauge  bytes    process_memory_locked_bytes      What of it is locked in memory
  virtual_bytes             gauge  bytes    process_memory_committed_bytes   Virtual memory that SQL Server has committed
  utilization_percent       gauge  percent  process_memory_working_percent   How much of that is in memory
  page_fault_count          counter  count  process_page_faults              Page faults of the process since the start
  memory_state              text                                             What the system says of its memory
  is_physical_memory_low    flag                                             Whether SQL Server was told that memory is short
  is_virtual_memory_low     flag                                             Whether SQL Server was told that address space is short
*/
SELECT TOP (1) m.total_physical_memory_kb * 1024 AS physical_bytes,
    m.available_physical_memory_kb * 1024 AS available_bytes,
    m.total_page_file_kb * 1024 AS page_file_bytes,
    m.available_page_file_kb * 1024 AS available_page_file_bytes,
    m.system_cache_kb * 1024 AS system_cache_bytes,
    p.physical_memory_in_use_kb * 1024 AS process_bytes,
    p.locked_page_allocations_kb * 1024 AS locked_bytes,
    p.virtual_address_space_committed_kb * 1024 AS virtual_bytes,
    p.memory_utilization_percentage AS utilization_percent,
    p.page_fault_count,
    RTRIM(m.system_memory_state_desc) AS memory_state,
    CAST(p.process_physical_memory_low AS int) AS is_physical_memory_low,
    CAST(p.process_virtual_memory_low AS int) AS is_virtual_memory_low
FROM sys.dm_os_sys_memory AS m
CROSS JOIN sys.dm_os_process_memory AS p
ORDER BY m.total_physical_memory_kb;
