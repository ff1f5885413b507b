/*
Purpose:     texts and plans of queries that collectors named, each asked for once.
Versions:    SQL Server 2016 and later.
Permissions: VIEW SERVER STATE (2022 and later: VIEW SERVER PERFORMANCE STATE is enough).
Cost:        low: what is asked for is looked up by its handle in the plan cache; at most 100 texts and 5 plans.
Result sets: kind, reference, body: `statement` and its text, 4000 characters at most; `plan` and its XML, 500,000 at most.
             What the server has forgotten has no row.
*/
-- For sp_executesql, with @wanted xml: <q k="statement" r="the reference" h="0x..." s="start" e="end"/>; offsets are in bytes of UTF-16, and an end of -1 is the
-- batch's. An XML, since STRING_SPLIT and OPENJSON ask for a compatibility level that the login's database may not have.
SELECT w.kind,
    w.reference,
    CASE w.kind
        WHEN N'statement' THEN LEFT(SUBSTRING(t.text, w.start_offset / 2 + 1,
            CASE WHEN w.end_offset > w.start_offset THEN (w.end_offset - w.start_offset) / 2 + 1 ELSE 4000 END), 4000)
        ELSE p.query_plan
    END AS body
FROM (
    SELECT n.q.value('@k', 'nvarchar(20)') AS kind,
        n.q.value('@r', 'nvarchar(200)') AS reference,
        CONVERT(varbinary(64), n.q.value('@h', 'varchar(130)'), 1) AS handle,
        n.q.value('@s', 'int') AS start_offset,
        n.q.value('@e', 'int') AS end_offset
    FROM @wanted.nodes('/q') AS n (q)
) AS w
OUTER APPLY sys.dm_exec_sql_text(CASE WHEN w.kind = N'statement' THEN w.handle END) AS t
OUTER APPLY sys.dm_exec_text_query_plan(CASE WHEN w.kind = N'plan' THEN w.handle END, w.start_offset, w.end_offset) AS p
WHERE t.text IS NOT NULL
    OR LEN(p.query_plan) BETWEEN 1 AND 500000;
