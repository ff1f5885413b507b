/*
Purpose:     the deadlocks of the last 65 minutes, as the system_health session kept them.
Title:       Deadlocks
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        medium: the session's ring buffer (up to 4 MB of XML) is written out; it is taken apart only if there is a deadlock in it.
Cadence:     five_minutes
When:        instance
Keep:        new
Rows:        20
Columns:
  deadlock_id       label                 Time of the deadlock (UTC); with the victim it names the deadlock, which is kept once
  victim_id         label                 Process that was ended
  occurred_at       time                  The same time
  process_count     number  count         Processes in the deadlock
  database_name     text                  Database of the victim, where SQL Server says it
  login_name        text                  Login of the victim
  host_name         text                  Machine of the victim
  program_name      text                  Program of the victim
  wait_resource     text                  What the victim waited for
  deadlock_xml      query_text            The deadlock graph, with the statements; 65536 characters at most
  window_seconds    number  seconds       How far back the run looked
*/
-- 65 minutes back: five minutes more than the longest interval, and room for an outage, so that no deadlock falls between two runs; what
-- several runs see is kept once. Not further: the newest rows, graphs and all, are read and stored as a whole. Number of Deadlocks/sec
-- (performance_counters) counts them all. The event is cut out of the buffer once, and its parts are taken from the piece. A buffer that
-- was cut off while it was written out leaves out the newest (truncated="1"), or is no XML: whether there is a deadlock in it is not known, and the run fails with these words and
-- does not say that there was none. So it does when what is whole is no XML for another reason. CASE asks again which session and target
-- it is: SQL Server may work it out before it leaves the others out.
SELECT TOP (20) CONVERT(nvarchar(23), d.occurred_at, 126) AS deadlock_id,
    COALESCE(d.victim_id, N'') AS victim_id,
    d.occurred_at,
    c.process_count,
    v.database_name,
    v.login_name,
    v.host_name,
    v.program_name,
    v.wait_resource,
    LEFT(CAST(d.graph AS nvarchar(max)), 65536) AS deadlock_xml,
    3900 AS window_seconds
FROM (
    SELECT p.occurred_at,
        p.event.value('(/event/data/value/deadlock/victim-list/victimProcess/@id)[1]', 'nvarchar(64)') AS victim_id,
        p.event.query('/event/data/value/deadlock') AS graph
    FROM (
        SELECT e.node.value('(@timestamp)[1]', 'datetime2(3)') AS occurred_at,
            e.node.query('.') AS event
        FROM (
            SELECT CASE
                    WHEN s.name <> N'system_health' OR t.target_name <> N'ring_buffer' THEN NULL
                    WHEN LEFT(t.target_data, 300) LIKE N'%truncated="1"%'
                        OR RIGHT(t.target_data, 30) NOT LIKE N'%</RingBufferTarget>%' AND RIGHT(t.target_data, 4) NOT LIKE N'%/>%'
                        THEN CAST(CAST(CAST(N'The buffer of system_health is cut off: whether there are deadlocks in it is not known'
                            + LEFT(t.target_data, 0) AS int) AS nvarchar(11)) AS xml)
                    WHEN t.target_data LIKE N'%xml_deadlock_report%' THEN CAST(t.target_data AS xml)
                END AS buffer
            FROM sys.dm_xe_sessions AS s
            INNER JOIN sys.dm_xe_session_targets AS t ON t.event_session_address = s.address
            WHERE s.name = N'system_health'
                AND t.target_name = N'ring_buffer'
        ) AS b
        CROSS APPLY b.buffer.nodes('/RingBufferTarget/event[@name="xml_deadlock_report"]') AS e (node)
        WHERE e.node.value('(@timestamp)[1]', 'datetime2(3)') >= DATEADD(MINUTE, -65, SYSUTCDATETIME())
    ) AS p
) AS d
OUTER APPLY (
    SELECT COUNT_BIG(*) AS process_count
    FROM d.graph.nodes('/deadlock/process-list/process') AS n (node)
) AS c
OUTER APPLY (
    SELECT TOP (1) n.node.value('(@currentdbname)[1]', 'nvarchar(128)') AS database_name,
        n.node.value('(@loginname)[1]', 'nvarchar(128)') AS login_name,
        n.node.value('(@hostname)[1]', 'nvarchar(128)') AS host_name,
        n.node.value('(@clientapp)[1]', 'nvarchar(128)') AS program_name,
        n.node.value('(@waitresource)[1]', 'nvarchar(256)') AS wait_resource
    FROM d.graph.nodes('/deadlock/process-list/process') AS n (node)
    WHERE n.node.value('(@id)[1]', 'nvarchar(64)') = d.victim_id
) AS v
ORDER BY d.occurred_at DESC, victim_id;
