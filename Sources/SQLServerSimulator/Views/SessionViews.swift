import Foundation
import TDS

/// Who is connected, what runs, who waits for whom.
enum SessionViews {
    static let all: [VirtualView] = [
        connections, sessions, requests, waitingTasks, tasks, activeTransactions, sessionTransactions, databaseTransactions, locks,
        sysprocesses, inputBuffer,
    ]

    private static let connections: VirtualView = VirtualView(
        "sys.dm_exec_connections", requires: .securityState,
        columns: """
            session_id int null, most_recent_session_id int null, connect_time datetime, net_transport nvarchar(40), protocol_type
            nvarchar(40) null,
            protocol_version int null, endpoint_id int null, encrypt_option nvarchar(40), auth_scheme nvarchar(40), node_affinity smallint,
            num_reads int null, num_writes int null, last_read datetime null, last_write datetime null, net_packet_size int null,
            client_net_address varchar(48) null, client_tcp_port int null, local_net_address varchar(48) null, local_tcp_port int null,
            connection_id uniqueidentifier, parent_connection_id uniqueidentifier null, most_recent_sql_handle varbinary(64) null
            """,
        named: { request in
            let world = request.world
            return world.shownSessions.filter(\.isUser).map { session -> NamedRow in
                [
                    "session_id": .int(Int64(session.id)), "most_recent_session_id": .int(Int64(session.id)),
                    "connect_time": world.datetime(session.loginAt),
                    "net_transport": .string("TCP"), "protocol_type": .string("TSQL"), "protocol_version": .int(1_946_157_060),
                    "endpoint_id": .int(4),
                    "encrypt_option": .string(session.isEncrypted ? "TRUE" : "FALSE"), "auth_scheme": .string("SQL"), "num_reads": .int(40),
                    "num_writes": .int(44), "last_read": world.datetime(session.lastStartAt),
                    "last_write": world.datetime(session.lastEndAt),
                    "net_packet_size": .int(4096), "client_net_address": .string(session.address),
                    "client_tcp_port": .int(Int64(49_152 + session.id % 16_000)),
                    "local_net_address": .string("127.0.0.1"), "local_tcp_port": .int(Int64(world.config.port)),
                    "connection_id":
                        (try? Conversion.convert(.binary(Array(session.handle.prefix(16))), from: .binary(16), to: .uniqueidentifier))
                        ?? .null,
                    "most_recent_sql_handle": .binary(session.handle),
                ]
            }
        })

    /// Without VIEW SERVER STATE one sees one's own session.
    private static func visible(_ request: ViewRequest) -> [ShownSession] {
        let all = request.world.shownSessions
        return VirtualView.seesAll(request) ? all : all.filter { $0.id == request.session.spid }
    }

    private static let sessions: VirtualView = VirtualView(
        "sys.dm_exec_sessions", requires: .ownRows, isSampled: true,
        columns: """
            session_id smallint, login_time datetime, host_name nvarchar(128) null, program_name nvarchar(128) null, host_process_id int
            null,
            client_version int null, client_interface_name nvarchar(32) null, security_id varbinary(85), login_name nvarchar(128),
            nt_domain nvarchar(128) null, nt_user_name nvarchar(128) null, status nvarchar(30), context_info varbinary(128) null, cpu_time
            int,
            memory_usage int, total_scheduled_time int, total_elapsed_time int, endpoint_id int, last_request_start_time datetime,
            last_request_end_time datetime null, reads bigint, writes bigint, logical_reads bigint, is_user_process bit, text_size int,
            language nvarchar(128) null, date_format nvarchar(3) null, date_first smallint, quoted_identifier bit, arithabort bit,
            ansi_null_dflt_on bit,
            ansi_defaults bit, ansi_warnings bit, ansi_padding bit, ansi_nulls bit, concat_null_yields_null bit,
            transaction_isolation_level smallint,
            lock_timeout int, deadlock_priority int, row_count bigint, prev_error int, original_security_id varbinary(85),
            original_login_name nvarchar(128), last_successful_logon datetime null, last_unsuccessful_logon datetime null,
            unsuccessful_logons bigint null, group_id int, database_id smallint, authenticating_database_id int null,
            open_transaction_count int
            """,
        later: [(.v2019, "page_server_reads bigint")],
        same: [
            "security_id": .binary([1]), "memory_usage": .int(4), "text_size": .int(4096), "language": .string("us_english"),
            "date_format": .string("mdy"), "date_first": .int(7), "quoted_identifier": .bit(true), "arithabort": .bit(false),
            "ansi_null_dflt_on": .bit(true), "ansi_warnings": .bit(true), "ansi_padding": .bit(true), "ansi_nulls": .bit(true),
            "concat_null_yields_null": .bit(true), "transaction_isolation_level": .int(2), "lock_timeout": .int(-1),
            "original_security_id": .binary([1]), "authenticating_database_id": .int(1),
        ],
        named: { request in
            let world = request.world
            return visible(request).map { session -> NamedRow in
                [
                    "session_id": .int(Int64(session.id)), "login_time": world.datetime(session.loginAt),
                    "host_name": session.isUser ? .string(session.host) : .null,
                    "program_name": session.isUser ? .string(session.program) : .null,
                    "host_process_id": session.isUser ? .int(Int64(2_000 + session.id)) : .null,
                    "client_version": session.isUser ? .int(7) : .null,
                    "client_interface_name": session.isUser ? .string("ODBC") : .null, "login_name": .string(session.login),
                    "status": .string(session.status), "cpu_time": .int(session.cpuMs % 2_000_000_000),
                    "total_scheduled_time": .int(session.cpuMs % 2_000_000_000),
                    "total_elapsed_time": .int(session.cpuMs * 2 % 2_000_000_000),
                    "endpoint_id": .int(session.isUser ? 4 : 0), "last_request_start_time": world.datetime(session.lastStartAt),
                    "last_request_end_time": world.datetime(session.lastEndAt), "reads": .int(session.reads / 20),
                    "writes": .int(session.reads / 80),
                    "logical_reads": .int(session.reads), "is_user_process": .bit(session.isUser), "row_count": .int(session.rowCount),
                    "original_login_name": .string(session.login), "group_id": .int(session.isUser ? 2 : 1),
                    "database_id": .int(Int64(session.databaseID)),
                    "open_transaction_count": .int(Int64(session.openTransactions)),
                ]
            }
        })

    private static let requests: VirtualView = VirtualView(
        "sys.dm_exec_requests", requires: .ownRows, isSampled: true,
        columns: """
            session_id smallint, request_id int, start_time datetime, status nvarchar(30), command nvarchar(32), sql_handle varbinary(64)
            null,
            statement_start_offset int null, statement_end_offset int null, plan_handle varbinary(64) null, database_id smallint, user_id
            int,
            connection_id uniqueidentifier null, blocking_session_id smallint null, wait_type nvarchar(60) null, wait_time int,
            last_wait_type nvarchar(60),
            wait_resource nvarchar(256), open_transaction_count int, open_resultset_count int, transaction_id bigint, context_info
            varbinary(128) null,
            percent_complete real, estimated_completion_time bigint, cpu_time int, total_elapsed_time int, scheduler_id int null,
            task_address varbinary(8) null, reads bigint, writes bigint, logical_reads bigint, text_size int, language nvarchar(128) null,
            date_format nvarchar(3) null, date_first smallint, quoted_identifier bit, arithabort bit, ansi_null_dflt_on bit, ansi_defaults
            bit,
            ansi_warnings bit, ansi_padding bit, ansi_nulls bit, concat_null_yields_null bit, transaction_isolation_level smallint,
            lock_timeout int,
            deadlock_priority int, row_count bigint, prev_error int, nest_level int, granted_query_memory int, executing_managed_code bit,
            group_id int,
            query_hash binary(8) null, query_plan_hash binary(8) null, statement_sql_handle varbinary(64) null, statement_context_id
            bigint null
            """,
        later: [(.v2016, "dop int, parallel_worker_count int null, external_script_request_id uniqueidentifier null, is_resumable bit")],
        same: [
            "statement_start_offset": .int(0), "statement_end_offset": .int(-1), "user_id": .int(1), "open_resultset_count": .int(1),
            "reads": .int(4), "writes": .int(0), "text_size": .int(4096), "language": .string("us_english"), "date_format": .string("mdy"),
            "date_first": .int(7), "quoted_identifier": .bit(true), "ansi_nulls": .bit(true), "transaction_isolation_level": .int(2),
            "lock_timeout": .int(-1), "row_count": .int(1), "dop": .int(1), "parallel_worker_count": .int(1),
        ],
        named: { request in
            let world = request.world
            return visible(request).compactMap { session in
                guard let running = session.request else { return nil }
                let elapsed = Int64(max(0, world.date.timeIntervalSince(running.startAt)) * 1000) % 2_000_000_000
                return [
                    "session_id": .int(Int64(session.id)), "start_time": world.datetime(running.startAt), "status": .string(running.status),
                    "command": .string(running.command), "sql_handle": session.isUser ? .binary(session.handle) : .null,
                    "plan_handle": session.isUser ? .binary(ApplicationQueries.planHandle(session.handle)) : .null,
                    "database_id": .int(Int64(session.databaseID)),
                    "blocking_session_id": .int(Int64(running.blockedBy)),
                    "wait_type": running.waitType.map { .string($0) } ?? .null, "wait_time": .int(running.waitMs % 2_000_000_000),
                    "last_wait_type": .string(running.waitType ?? "SOS_SCHEDULER_YIELD"), "wait_resource": .string(running.waitResource),
                    "open_transaction_count": .int(Int64(session.openTransactions)),
                    "transaction_id": .int(Int64(90_000 + session.id)), "cpu_time": .int(running.cpuMs % 2_000_000_000),
                    "total_elapsed_time": .int(elapsed),
                    "scheduler_id": .int(Int64(session.id % world.cpuCount)), "logical_reads": .int(running.logicalReads),
                    "group_id": .int(session.isUser ? 2 : 1),
                    "query_hash": .binary([0, 0, 0, 0, 0, 0, 1, UInt8(session.query ?? 255)]),
                    "query_plan_hash": .binary([0, 0, 0, 0, 0, 0, 2, UInt8(session.query ?? 255)]),
                ]
            }
        })

    private static let waitingTasks: VirtualView = VirtualView(
        "sys.dm_os_waiting_tasks", requires: .serverState,
        columns: """
            waiting_task_address varbinary(8), session_id smallint null, exec_context_id int null, wait_duration_ms bigint null, wait_type
            nvarchar(60) null,
            resource_address varbinary(8) null, blocking_task_address varbinary(8) null, blocking_session_id smallint null,
            blocking_exec_context_id int null, resource_description nvarchar(3072) null
            """,
        named: { request in
            request.world.shownSessions.compactMap { session in
                guard let running = session.request, let wait = running.waitType else { return nil }
                return [
                    "waiting_task_address": .binary([0, 0, 3, 0, UInt8(session.id >> 8 & 255), UInt8(session.id & 255), 0, 8]),
                    "session_id": .int(Int64(session.id)), "exec_context_id": .int(0), "wait_duration_ms": .int(running.waitMs),
                    "wait_type": .string(wait),
                    "blocking_session_id": running.blockedBy == 0 ? .null : .int(Int64(running.blockedBy)),
                    "resource_description": running.waitResource.isEmpty
                        ? .null : .string("keylock hobtid=72057594045595648 mode=X " + running.waitResource),
                ]
            }
        })

    private static let tasks: VirtualView = VirtualView(
        "sys.dm_os_tasks", requires: .serverState,
        columns: """
            task_address varbinary(8), task_state nvarchar(60) null, context_switches_count int, pending_io_count int null,
            pending_io_byte_count bigint null,
            pending_io_byte_average int null, scheduler_id int, session_id smallint null, exec_context_id int null, request_id int null,
            worker_address varbinary(8) null, host_address varbinary(8) null, parent_task_address varbinary(8) null
            """,
        named: { request in
            request.world.shownSessions.compactMap { session in
                guard let running = session.request else { return nil }
                return [
                    "task_address": .binary([0, 0, 3, 0, UInt8(session.id >> 8 & 255), UInt8(session.id & 255), 0, 8]),
                    "task_state": .string(running.waitType == nil ? "RUNNING" : "SUSPENDED"), "context_switches_count": .int(30),
                    "pending_io_count": .int(0),
                    "scheduler_id": .int(Int64(session.id % request.world.cpuCount)), "session_id": .int(Int64(session.id)),
                    "exec_context_id": .int(0),
                    "request_id": .int(0),
                ]
            }
        })

    // MARK: Transactions and locks

    private static func inTransaction(_ world: World) -> [ShownSession] {
        world.shownSessions.filter { $0.isUser && $0.openTransactions > 0 }
    }

    private static let activeTransactions: VirtualView = VirtualView(
        "sys.dm_tran_active_transactions", requires: .serverState,
        columns: """
            transaction_id bigint, name nvarchar(32), transaction_begin_time datetime, transaction_type int, transaction_uow
            uniqueidentifier null,
            transaction_state int, transaction_status int, transaction_status2 int, dtc_state int, dtc_status int, dtc_isolation_level int,
            filestream_transaction_id varbinary(128) null
            """,
        named: { request in
            inTransaction(request.world).map { session -> NamedRow in
                [
                    "transaction_id": .int(Int64(90_000 + session.id)), "name": .string("user_transaction"),
                    "transaction_begin_time": request.world.datetime(session.lastStartAt), "transaction_type": .int(1),
                    "transaction_state": .int(2),
                    "dtc_isolation_level": .int(-1),
                ]
            }
        })

    private static let sessionTransactions: VirtualView = VirtualView(
        "sys.dm_tran_session_transactions", requires: .serverState,
        columns: """
            session_id int, transaction_id bigint, transaction_descriptor binary(8), enlist_count int, is_user_transaction bit, is_local
            bit,
            is_enlisted bit, is_bound bit, open_transaction_count int
            """,
        named: { request in
            inTransaction(request.world).map { session -> NamedRow in
                [
                    "session_id": .int(Int64(session.id)), "transaction_id": .int(Int64(90_000 + session.id)),
                    "transaction_descriptor": .binary([0, 0, 0, 0, 0, 0, 0, 1]), "enlist_count": .int(0), "is_user_transaction": .bit(true),
                    "is_local": .bit(true), "open_transaction_count": .int(Int64(session.openTransactions)),
                ]
            }
        })

    private static let databaseTransactions: VirtualView = VirtualView(
        "sys.dm_tran_database_transactions", requires: .serverState,
        columns: """
            transaction_id bigint, database_id int, database_transaction_begin_time datetime null, database_transaction_type int,
            database_transaction_state int, database_transaction_status int, database_transaction_log_record_count bigint,
            database_transaction_log_bytes_used bigint, database_transaction_log_bytes_reserved bigint
            """,
        named: { request in
            inTransaction(request.world).map { session -> NamedRow in
                [
                    "transaction_id": .int(Int64(90_000 + session.id)), "database_id": .int(Int64(session.databaseID)),
                    "database_transaction_begin_time": request.world.datetime(session.lastStartAt), "database_transaction_type": .int(1),
                    "database_transaction_state": .int(4), "database_transaction_log_record_count": .int(3),
                    "database_transaction_log_bytes_used": .int(420),
                    "database_transaction_log_bytes_reserved": .int(900),
                ]
            }
        })

    private static let locks: VirtualView = VirtualView(
        "sys.dm_tran_locks", requires: .serverState,
        columns: """
            resource_type nvarchar(60), resource_subtype nvarchar(60), resource_database_id int, resource_description nvarchar(256),
            resource_associated_entity_id bigint null, resource_lock_partition int, request_mode nvarchar(60), request_type nvarchar(60),
            request_status nvarchar(60), request_reference_count smallint, request_lifetime int, request_session_id int,
            request_exec_context_id int,
            request_request_id int, request_owner_type nvarchar(60), request_owner_id bigint null
            """,
        named: { request in
            request.world.shownSessions.filter(\.isUser).flatMap { session -> [NamedRow] in
                var database: NamedRow = [
                    "resource_type": .string("DATABASE"), "resource_database_id": .int(Int64(session.databaseID)),
                    "request_mode": .string("S"),
                    "request_type": .string("LOCK"), "request_status": .string("GRANT"), "request_session_id": .int(Int64(session.id)),
                    "request_owner_type": .string("SHARED_TRANSACTION_WORKSPACE"), "request_reference_count": .int(1),
                ]
                guard session.openTransactions > 0 else { return [database] }
                let shared = database
                database["resource_type"] = .string("KEY")
                database["resource_description"] = .string("(8194443284a0)")
                database["request_mode"] = .string("X")
                database["request_status"] = .string((session.request?.blockedBy ?? 0) == 0 ? "GRANT" : "WAIT")
                database["request_owner_type"] = .string("TRANSACTION")
                return [shared, database]
            }
        })

    // MARK: Older forms

    private static let sysprocesses: VirtualView = VirtualView(
        "sys.sysprocesses", requires: .ownRows,
        columns: """
            spid smallint, kpid smallint, blocked smallint, waittype binary(2), waittime bigint, lastwaittype nchar(32), waitresource
            nchar(256),
            dbid smallint, uid smallint null, cpu int, physical_io bigint, memusage int, login_time datetime, last_batch datetime, ecid
            smallint,
            open_tran smallint, status nchar(30), sid binary(86), hostname nchar(128), program_name nchar(128), hostprocess nchar(10), cmd
            nchar(26),
            nt_domain nchar(128), nt_username nchar(128), net_address nchar(12), net_library nchar(12), loginame nchar(128),
            context_info binary(128), sql_handle binary(20), stmt_start int, stmt_end int, request_id int
            """,
        named: { request in
            visible(request).map { session -> NamedRow in
                [
                    "spid": .int(Int64(session.id)), "blocked": .int(Int64(session.request?.blockedBy ?? 0)),
                    "waittime": .int(session.request?.waitMs ?? 0),
                    "lastwaittype": .string(session.request?.waitType ?? "MISCELLANEOUS"), "dbid": .int(Int64(session.databaseID)),
                    "cpu": .int(session.cpuMs % 2_000_000_000), "physical_io": .int(session.reads / 20),
                    "login_time": request.world.datetime(session.loginAt),
                    "last_batch": request.world.datetime(session.lastStartAt), "open_tran": .int(Int64(session.openTransactions)),
                    "status": .string(session.status), "hostname": .string(session.host), "program_name": .string(session.program),
                    "cmd": .string(session.request?.command ?? "AWAITING COMMAND"), "loginame": .string(session.login),
                    "sql_handle": .binary(Array(session.handle.prefix(20))),
                ]
            }
        })

    private static let inputBuffer: VirtualView = VirtualView(
        "sys.dm_exec_input_buffer", requires: .ownRows, parameters: 2...2,
        columns: "event_type nvarchar(256), parameters smallint, event_info nvarchar(max) null",
        named: { request in
            let id = request.argument(0).integer
            guard VirtualView.seesAll(request) || id == request.session.spid,
                let session = request.world.shownSessions.first(where: { $0.id == id })
            else { return [] }
            return [
                [
                    "event_type": .string("Language Event"), "parameters": .int(0),
                    "event_info": ApplicationQueries.text(session.handle, request.world).map { .string($0) } ?? .null,
                ]
            ]
        })
}
