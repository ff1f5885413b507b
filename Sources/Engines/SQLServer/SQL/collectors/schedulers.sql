/*
Purpose:     how busy the schedulers are: tasks that wait for a processor, workers, and their limit.
Title:       Schedulers
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough; Azure SQL Database: a place in the role
             ##MS_ServerStateReader##).
Cost:        low: one row for each processor, added up; no table is read.
Cadence:     minute
Keep:        latest
Rows:        1
Columns:
  scheduler_count        gauge  count  scheduler_count             Processors that SQL Server uses
  task_count             gauge  count  scheduler_tasks             Tasks at work or in line
  runnable_task_count    gauge  count  scheduler_runnable_tasks    Tasks that only wait for a processor
  worker_count           gauge  count  scheduler_workers           Workers (threads) that there are
  active_worker_count    gauge  count  scheduler_active_workers    Workers that do something
  worker_limit           gauge  count  scheduler_worker_limit      Workers that there may be
  queued_task_count      gauge  count  scheduler_queued_tasks      Tasks that wait for a worker
  pending_io_count       gauge  count  scheduler_pending_io        Reads and writes that are not finished
*/
SELECT TOP (1) COUNT_BIG(*) AS scheduler_count,
    SUM(CAST(s.current_tasks_count AS bigint)) AS task_count,
    SUM(CAST(s.runnable_tasks_count AS bigint)) AS runnable_task_count,
    SUM(CAST(s.current_workers_count AS bigint)) AS worker_count,
    SUM(CAST(s.active_workers_count AS bigint)) AS active_worker_count,
    MAX(i.max_workers_count) AS worker_limit,
    SUM(s.work_queue_count) AS queued_task_count,
    SUM(CAST(s.pending_disk_io_count AS bigint)) AS pending_io_count
FROM sys.dm_os_schedulers AS s
CROSS JOIN sys.dm_os_sys_info AS i
WHERE s.status = N'VISIBLE ONLINE'
ORDER BY COUNT_BIG(*);
