import TDS

/// tempdb's use by sessions and tasks.
enum TempdbViews {
    static let all: [VirtualView] = [sessionSpace, taskSpace, versionStore]

    private static let sessionSpace: VirtualView = VirtualView(
        "sys.dm_db_session_space_usage", requires: .serverState,
        columns: """
            session_id smallint null, database_id int null, user_objects_alloc_page_count bigint null, user_objects_dealloc_page_count
            bigint null,
            internal_objects_alloc_page_count bigint null, internal_objects_dealloc_page_count bigint null,
            user_objects_deferred_dealloc_page_count bigint null
            """,
        named: { request in
            request.world.shownSessions.filter(\.isUser).map { session -> NamedRow in
                [
                    "session_id": .int(Int64(session.id)), "database_id": .int(2),
                    "user_objects_alloc_page_count": .int(session.cpuMs % 97),
                    "user_objects_dealloc_page_count": .int(session.cpuMs % 97),
                    "internal_objects_alloc_page_count": .int(session.cpuMs % 41),
                    "internal_objects_dealloc_page_count": .int(session.cpuMs % 41), "user_objects_deferred_dealloc_page_count": .int(0),
                ]
            }
        })

    private static let taskSpace: VirtualView = VirtualView(
        "sys.dm_db_task_space_usage", requires: .serverState,
        columns: """
            task_address varbinary(8), is_remote_task bit, session_id smallint null, request_id int null, exec_context_id int null,
            database_id int null,
            user_objects_alloc_page_count bigint null, user_objects_dealloc_page_count bigint null, internal_objects_alloc_page_count
            bigint null,
            internal_objects_dealloc_page_count bigint null
            """,
        named: { request in
            request.world.shownSessions.filter { $0.request != nil && $0.isUser }.map { session -> NamedRow in
                [
                    "task_address": .binary([0, 0, 3, 0, UInt8(session.id >> 8 & 255), UInt8(session.id & 255), 0, 8]),
                    "session_id": .int(Int64(session.id)),
                    "request_id": .int(0), "exec_context_id": .int(0), "database_id": .int(2), "user_objects_alloc_page_count": .int(8),
                    "user_objects_dealloc_page_count": .int(0), "internal_objects_alloc_page_count": .int(16),
                    "internal_objects_dealloc_page_count": .int(0),
                ]
            }
        })

    private static let versionStore: VirtualView = VirtualView(
        "sys.dm_tran_version_store_space_usage", requires: .serverState, since: .v2016,
        columns: "database_id int, reserved_page_count bigint null, reserved_space_kb bigint null",
        named: { request in
            request.world.config.databases.map {
                ["database_id": .int(Int64($0.id)), "reserved_page_count": .int(0), "reserved_space_kb": .int(0)]
            }
        })
}
