import TDS

/// Texts, plans and statistics of queries.
enum QueryViews {
    static let all: [VirtualView] = [text, plan, textPlan, planAttributes, statistics, procedureStatistics, cachedPlans]

    private static let text: VirtualView = VirtualView(
        "sys.dm_exec_sql_text", requires: .serverState, parameters: 1...1,
        columns: "dbid smallint null, objectid int null, number smallint null, encrypted bit, text nvarchar(max) null",
        named: { request in
            guard case .binary(let handle) = request.argument(0), let text = ApplicationQueries.text(handle, request.world) else {
                return []
            }
            return [["dbid": .null, "encrypted": .bit(false), "text": .string(text)]]
        })

    @Sendable private static func shown(_ request: ViewRequest) -> [NamedRow] {
        guard case .binary(let handle) = request.argument(0), let plan = PretendedPlans.xml(handle, request.world) else { return [] }
        return [["query_plan": .string(plan)]]
    }

    private static let plan: VirtualView = VirtualView(
        "sys.dm_exec_query_plan", requires: .serverState, parameters: 1...1,
        columns: "dbid smallint null, objectid int null, number smallint null, encrypted bit, query_plan xml null",
        named: shown)

    private static let textPlan: VirtualView = VirtualView(
        "sys.dm_exec_text_query_plan", requires: .serverState, parameters: 3...3,
        columns: "dbid smallint null, objectid int null, number smallint null, encrypted bit, query_plan nvarchar(max) null",
        named: shown)

    private static let planAttributes: VirtualView = VirtualView(
        "sys.dm_exec_plan_attributes", requires: .serverState, parameters: 1...1,
        columns: "attribute varchar(128), value sql_variant null, is_cache_key bit",
        named: { request in
            request.argument(0) == .null
                ? [] : [["attribute": .string("dbid"), "value": .variant(.int, .int(5)), "is_cache_key": .bit(true)]]
        })

    private static let statistics: VirtualView = VirtualView(
        "sys.dm_exec_query_stats", requires: .serverState,
        columns: """
            sql_handle varbinary(64), statement_start_offset int, statement_end_offset int, plan_generation_num bigint, plan_handle
            varbinary(64),
            creation_time datetime null, last_execution_time datetime, execution_count bigint, total_worker_time bigint, last_worker_time
            bigint,
            min_worker_time bigint, max_worker_time bigint, total_physical_reads bigint, last_physical_reads bigint, min_physical_reads
            bigint,
            max_physical_reads bigint, total_logical_writes bigint, last_logical_writes bigint, min_logical_writes bigint,
            max_logical_writes bigint,
            total_logical_reads bigint, last_logical_reads bigint, min_logical_reads bigint, max_logical_reads bigint, total_clr_time
            bigint,
            last_clr_time bigint, min_clr_time bigint, max_clr_time bigint, total_elapsed_time bigint, last_elapsed_time bigint,
            min_elapsed_time bigint,
            max_elapsed_time bigint, query_hash binary(8) null, query_plan_hash binary(8) null, total_rows bigint, last_rows bigint,
            min_rows bigint,
            max_rows bigint
            """,
        later: [
            (
                .v2016,
                """
                statement_sql_handle varbinary(64) null, statement_context_id bigint null, total_dop bigint, last_dop bigint, min_dop
                bigint, max_dop bigint,
                total_grant_kb bigint, last_grant_kb bigint, min_grant_kb bigint, max_grant_kb bigint, total_used_grant_kb bigint,
                last_used_grant_kb bigint,
                total_spills bigint, last_spills bigint, min_spills bigint, max_spills bigint
                """
            )
        ],
        named: { request in
            let world = request.world
            return ApplicationQueries.all.indices.map { index in
                let count = world.counter(perSecond: 8 / Double(index + 1), salt: 5_000 + index)
                let cost = Int64(800 + index * index * 2_600)
                let handle = ApplicationQueries.handle(query: index, session: 0)
                return [
                    "sql_handle": .binary(handle), "statement_end_offset": .int(-1), "plan_generation_num": .int(1),
                    "plan_handle": .binary(ApplicationQueries.planHandle(handle)),
                    "creation_time": world.datetime(world.state.countersSince),
                    "last_execution_time": world.datetime(world.date), "execution_count": .int(count),
                    "total_worker_time": .int(count * cost),
                    "last_worker_time": .int(cost), "min_worker_time": .int(cost / 2), "max_worker_time": .int(cost * 9),
                    "total_physical_reads": .int(count * Int64(index)), "total_logical_writes": .int(count * 2),
                    "total_logical_reads": .int(count * 40),
                    "last_logical_reads": .int(40), "min_logical_reads": .int(12), "max_logical_reads": .int(4_000),
                    "total_elapsed_time": .int(count * cost * 2),
                    "last_elapsed_time": .int(cost * 2), "min_elapsed_time": .int(cost), "max_elapsed_time": .int(cost * 30),
                    "query_hash": .binary([0, 0, 0, 0, 0, 0, 1, UInt8(index)]),
                    "query_plan_hash": .binary([0, 0, 0, 0, 0, 0, 2, UInt8(index)]),
                    "total_rows": .int(count * 3), "last_rows": .int(3), "max_rows": .int(50), "total_dop": .int(count),
                    "last_dop": .int(1),
                    "min_dop": .int(1), "max_dop": .int(1),
                ]
            }
        })

    private static let procedureStatistics: VirtualView = VirtualView(
        "sys.dm_exec_procedure_stats", requires: .serverState,
        columns: """
            database_id int, object_id int, type char(2) null, type_desc nvarchar(60) null, sql_handle varbinary(64), plan_handle
            varbinary(64),
            cached_time datetime null, last_execution_time datetime null, execution_count bigint, total_worker_time bigint,
            total_elapsed_time bigint,
            total_logical_reads bigint, total_physical_reads bigint, total_logical_writes bigint
            """,
        named: { _ in [] })

    private static let cachedPlans: VirtualView = VirtualView(
        "sys.dm_exec_cached_plans", requires: .serverState,
        columns: """
            bucketid int, refcounts int, usecounts int, size_in_bytes int, memory_object_address varbinary(8), cacheobjtype nvarchar(34),
            objtype nvarchar(16),
            plan_handle varbinary(64), pool_id int, parent_plan_handle varbinary(64) null
            """,
        named: { request in
            ApplicationQueries.all.indices.map { index -> NamedRow in
                [
                    "bucketid": .int(Int64(index)), "refcounts": .int(2),
                    "usecounts": .int(request.world.counter(perSecond: 1, salt: 5_000 + index) % 1_000_000),
                    "size_in_bytes": .int(49_152), "cacheobjtype": .string("Compiled Plan"), "objtype": .string("Prepared"),
                    "plan_handle": .binary(ApplicationQueries.planHandle(ApplicationQueries.handle(query: index, session: 0))),
                    "pool_id": .int(2),
                ]
            }
        })
}
