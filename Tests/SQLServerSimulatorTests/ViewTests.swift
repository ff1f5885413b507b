import TDS
import Testing

@testable import SQLServerSimulator

/// The catalogue: every view has columns, and rows that fit them, on every version and platform.
struct ViewTests {
    static let cases = SQLServerVersion.allCases.flatMap { version in HostPlatform.allCases.map { (version, $0) } }

    @Test(arguments: cases)
    func rowsFitTheirColumns(_ version: SQLServerVersion, _ platform: HostPlatform) throws {
        let harness = Harness(version: version, platform: platform)
        try harness.change(#"{"blockedSessions": 3, "availability": "primary", "deadlock": true}"#)
        let world = harness.instance.world()
        for view in ViewCatalogue.shared.all where view.since <= version {
            let columns = view.columns(for: version)
            #expect(!columns.isEmpty, "\(view.name)")
            let database = try #require(world.database(named: "Sales"))
            let arguments: [TDSValue] = view.key.hasSuffix("volume_stats") ? [.int(5), .int(1)] : [.null, .null]
            let request = ViewRequest(world: world, session: harness.session.identity, database: database, arguments: arguments)
            for row in try view.rows(request) {
                #expect(row.count == columns.count, "\(view.name)")
                for (value, column) in zip(row, columns) {
                    #expect(value != .null || column.isNullable, "\(view.name).\(column.name)")
                    #expect(Self.fits(value, column.type), "\(view.name).\(column.name): \(value) is no \(column.type)")
                }
            }
        }
    }

    static func fits(_ value: TDSValue, _ type: TDSType) -> Bool {
        switch (value, type) {
        case (.null, _): true
        case (.int(let number), _): type.integerRange?.contains(number) ?? false && type != .bit
        case (.bit, .bit), (.real, .real), (.float, .float), (.guid, .uniqueidentifier), (.variant, .sqlVariant),
            (.dateTimeOffset, .datetimeoffset):
            true
        case (.decimal(let number), .decimal(let precision, let scale)): number.scale == scale && number.fits(precision: precision)
        case (.dateTime, .datetime), (.dateTime, .datetime2), (.date, .date), (.string, .xml): true
        case (.string(let text), _): type.isString && text.utf16.count <= type.length ?? .max
        case (.binary(let bytes), _): type.isBinary && bytes.count <= type.length ?? .max
        default: false
        }
    }

    @Test(arguments: [
        "sys.dm_os_sys_info", "sys.dm_os_ring_buffers", "sys.dm_os_sys_memory", "sys.dm_os_process_memory", "sys.dm_os_memory_clerks",
        "sys.dm_os_performance_counters", "sys.dm_os_wait_stats", "sys.master_files", "sys.databases", "sys.configurations",
        "sys.dm_exec_connections",
        "sys.dm_exec_sessions", "sys.dm_exec_requests", "sys.dm_os_waiting_tasks", "sys.dm_tran_active_transactions",
        "sys.dm_tran_session_transactions",
        "sys.dm_os_schedulers", "msdb.dbo.backupset", "msdb.dbo.sysjobs", "msdb.dbo.sysjobhistory", "sys.dm_hadr_database_replica_states",
        "sys.server_principals", "sys.server_permissions", "sys.types", "sys.objects", "sys.schemas", "sys.procedures",
        "INFORMATION_SCHEMA.TABLES",
        "sys.dm_db_resource_stats", "sys.dm_server_services", "sys.sql_logins", "sys.dm_os_host_info",
        "sys.dm_io_virtual_file_stats(NULL, NULL)", "sys.dm_xe_session_targets", "msdb.dbo.sysjobservers", "sys.dm_db_log_stats(5)",
        "sys.dm_hadr_availability_replica_cluster_states", "sys.dm_hadr_database_replica_cluster_states",
        "sys.dm_db_missing_index_group_stats", "sys.dm_db_missing_index_groups",
        "sys.fn_my_permissions(NULL, 'SERVER')", "sys.dm_db_file_space_usage", "sys.dm_exec_query_stats",
    ])
    func isThere(_ view: String) {
        let results = Harness().results("SELECT * FROM \(view)")
        guard case .rows(let columns, _) = results.first else {
            Issue.record("\(view): \(Harness.text(results))")
            return
        }
        #expect(!columns.isEmpty)
    }

    @Test func hostInfoCameWith2017() {
        #expect(Harness(version: .v2016).errors("SELECT * FROM sys.dm_os_host_info").first?.number == 208)
        #expect(Harness(version: .v2017).text("SELECT host_platform FROM sys.dm_os_host_info") == "Windows")
    }

    @Test func someWaitNamesEndInABlank() {
        #expect(Harness().rows("SELECT wait_type FROM sys.dm_os_wait_stats WHERE DATALENGTH(wait_type) <> 2 * LEN(wait_type)").count >= 1)
    }
}
