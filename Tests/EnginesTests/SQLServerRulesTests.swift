import Foundation
import ODBC
import Testing

@testable import Engines

@Suite struct SQLServerRulesTests {
    private static func record(process: Int, idle: Int) -> String {
        "<Record id=\"1\" type=\"RING_BUFFER_SCHEDULER_MONITOR\" time=\"1\"><SchedulerMonitorEvent><SystemHealth><ProcessUtilization>\(process)</ProcessUtilization>"
            + "<SystemIdle>\(idle)</SystemIdle><UserModeTime>0</UserModeTime></SystemHealth></SchedulerMonitorEvent></Record>"
    }

    @Test(arguments: [
        (30, 60, false, 30.0, 40.0), (97, 0, false, 97, 100), (97, 0, true, 97, 97), (0, 0, true, 0, 0), (150, 0, false, 100, 100),
        (50, 60, false, 50, 50),
    ]) func cpuIsReadHonestly(process: Int, idle: Int, isLinux: Bool, engine: Double, total: Double) throws {
        let record = try #require(SchedulerMonitorRecord(Self.record(process: process, idle: idle)))
        #expect(record.enginePercent == engine)
        #expect(record.totalPercent(isLinux: isLinux) == total)
    }

    @Test(arguments: [
        "", "<Record><SchedulerMonitorEvent></SchedulerMonitorEvent></Record>", "<SystemHealth><ProcessUtilization>x</ProcessUtilization>",
    ])
    func aRecordWithoutHealthIsNoValue(xml: String) {
        #expect(SchedulerMonitorRecord(xml) == nil)
    }

    static func identity(_ version: String, edition: Int64 = 3, state: ODBCValue = .int(1), performance: ODBCValue = .null)
        -> ODBCResultSet
    {
        let names = [
            "server_name", "product_version", "edition", "engine_edition", "is_linux", "login_name", "view_server_state",
            "view_server_performance_state",
        ]
        var set = ODBCResultSet(columns: names.map { ODBCColumn(name: $0, type: 12) })
        set.rows = [[.text("S"), .text(version), .text("Developer"), .int(edition), .int(0), .text("dbtools]x"), state, performance]]
        return set
    }

    @Test("PRD 2.2-6: what is older than SQL Server 2016 is not supported", arguments: [
        ("12.0.6024.0", Int64(3), "SQL Server 2014", false), ("13.0.5026.0", 3, "SQL Server 2016", true),
        ("14.0.3456.2", 2, "SQL Server 2017", true),
        ("15.0.4375.4", 3, "SQL Server 2019", true), ("16.0.1000.6", 4, "SQL Server 2022", true),
        ("10.50.6000.34", 3, "SQL Server 2008 R2", false),
        ("12.0.2000.8", 5, "Azure SQL Database", true), ("12.0.2000.8", 8, "Azure SQL Managed Instance", true),
    ]) func versionsAreJudged(version: String, edition: Int64, name: String, isSupported: Bool) {
        let identity = SQLServerIdentity(Self.identity(version, edition: edition))
        #expect(identity.version == name)
        #expect(identity.isSupported == isSupported)
    }

    /// A Managed Instance says 12.0 as well as Azure SQL Database does: by its edition it has Agent, msdb and files, and the newest views.
    @Test(arguments: [
        ("13.0.5026.0", Int64(3), ["agent_jobs", "services", "database_space", "waits"], ["version_store", "resource_use", "waits_database"]),
        ("15.0.4375.4", 3, ["agent_jobs", "services", "version_store", "index_usage", "index_fragmentation"], ["resource_use"]),
        (
            "12.0.2000.8", 8, ["agent_jobs", "backups", "file_io", "deadlocks", "version_store", "database_logs", "severe_errors", "waits"],
            ["services", "startup_parameters", "database_space", "resource_use", "waits_database"]
        ),
        (
            "12.0.2000.8", 5, ["resource_use", "databases", "performance_counters", "index_usage", "index_fragmentation", "waits_database"],
            ["agent_jobs", "backups", "file_io", "services", "version_store", "severe_errors", "waits"]
        ),
    ]) func collectorsAreChosenByEdition(version: String, edition: Int64, has: [String], hasNot: [String]) {
        let traits = SQLServerIdentity(Self.identity(version, edition: edition)).traits
        let names = Set(CollectorCatalogue.of(.sqlserver).filter { $0.applies(to: traits) }.map(\.name))
        #expect(names.isSuperset(of: has) && names.isDisjoint(with: hasNot))
    }

    @Test(arguments: [("15.0.1.1", "VIEW SERVER STATE"), ("16.0.1.1", "VIEW SERVER PERFORMANCE STATE")])
    func theGrantFitsTheVersionAndQuotesTheLogin(version: String, right: String) {
        let identity = SQLServerIdentity(Self.identity(version, state: .int(0), performance: .int(0)))
        #expect(identity.maySeeState == false)
        #expect(identity.stateCheck(granted: false).grantStatement == "USE master; GRANT \(right) TO [dbtools]]x];")
    }

    /// Servers that speak SQL Server's protocol and say less: what is not said is not known, and is not old.
    @Test(arguments: [
        ("Microsoft SQL Server 2019 (RTM-CU32) (KB5054833) - 15.0.4430.1 (X64) \n\tDeveloper Edition on Linux", "SQL Server 2019", true),
        ("Microsoft SQL Server 2014 (SP3) - 12.0.6024.0 (X64)", "SQL Server 2014", false),
        ("Babelfish for PostgreSQL with SQL Server Compatibility - 12.0.2000.8\nCopyright (c)", "Babelfish for PostgreSQL", true),
        ("something else", "SQL Server of an unknown version", true),
    ]) func aServerIsKnownByItsOwnWords(text: String, name: String, isSupported: Bool) {
        var set = ODBCResultSet(columns: ["version_text", "product_version"].map { ODBCColumn(name: $0, type: 12) })
        set.rows = [[.text(text), .null]]
        let identity = SQLServerIdentity(set)
        #expect(identity.version == name && identity.isSupported == isSupported && identity.maySeeState == nil)
    }

    @Test func aBatchIsItsStatements() {
        let batch = SQLServerBatch(CollectorSQL.sqlServerCollect)
        #expect(batch.statements.count == 13 && batch.statements.filter { $0.hasPrefix("SELECT") }.count == 9)
        #expect(batch.statements.allSatisfy { $0.hasSuffix(";") })
        #expect(SQLServerBatch(CollectorSQL.sqlServerProbe).statements.filter { $0.hasPrefix("SELECT") }.count == 7)
        #expect(SQLServerBatch("SELECT 1 AS a\nFROM t").statements == ["SELECT 1 AS a\nFROM t"])
    }

    @Test func theNarrowerRightIsEnough() {
        #expect(SQLServerIdentity(Self.identity("16.0.1.1", state: .int(0), performance: .int(1))).maySeeState == true)
    }

    @Test func withoutTheRightNothingIsTakenForZero() throws {
        var sessions = ODBCResultSet(columns: ["session_count", "own_cpu_ms"].map { ODBCColumn(name: $0, type: -5) })
        sessions.rows = [[.int(1), .int(5)]]
        let failure = SQLServerFailure(target: Target(engine: .sqlserver, hostname: "x"), port: 1433)
        let reading = try SQLServerReading([.success(Self.identity("15.0.1.1", state: .int(0))), .success(sessions)], failure: failure)
            .reading(collectedAt: Date(), monotonicSeconds: 1, start: \.date)
        #expect(reading.gauges.isEmpty)
        #expect(reading.counters.isEmpty)
        #expect(reading.isBlind && reading.denied.map(\.name) == ["VIEW SERVER STATE"])
    }

    @Test func aRefusedViewIsNamedAndTheOthersAreRead() throws {
        var system = ODBCResultSet(columns: [ODBCColumn(name: "cpu_count", type: 4)])
        system.rows = [[.int(4)]]
        var sessions = ODBCResultSet(columns: ["session_count", "own_cpu_ms"].map { ODBCColumn(name: $0, type: -5) })
        sessions.rows = [[.int(9), .int(5)]]
        let words = "The SELECT permission was denied on the object 'dm_os_ring_buffers', database 'mssqlsystemresource', schema 'sys'."
        let refused = ODBCError(records: [ODBCDiagnostic(state: "42000", native: 229, message: words)])
        let failure = SQLServerFailure(target: Target(engine: .sqlserver, hostname: "x"), port: 1433)
        let reading = try SQLServerReading(
            [.success(Self.identity("15.0.1.1", state: .int(1))), .success(system), .failure(refused), .success(sessions)], failure: failure
        ).reading(collectedAt: Date(), monotonicSeconds: 1, start: \.date)
        #expect(!reading.isBlind && reading.gauges[.connectionCount] == 9)
        #expect(reading.denied.map(\.name) == ["SELECT on dm_os_ring_buffers"])
        #expect(reading.denied.first?.neededFor.contains("permission was denied") == true)
    }

    @Test("The sums of all files say of which they are; what procedures of older versions bring does not")
    func readsAndWritesAreOfSomeFiles() throws {
        let failure = SQLServerFailure(target: Target(engine: .sqlserver, hostname: "x"), port: 1433)
        func reading(_ columns: [String], _ row: [ODBCValue]) throws -> Reading {
            var files = ODBCResultSet(columns: columns.map { ODBCColumn(name: $0, type: -5) })
            files.rows = [row]
            return try SQLServerReading([.success(Self.identity("15.0.1.1", state: .int(1))), .success(files)], failure: failure)
                .reading(collectedAt: Date(), monotonicSeconds: 1, start: \.date)
        }
        let known = try reading(["read_count", "write_count", "membership"], [.int(70), .int(30), .int(9)])
        #expect(known.counters == [.diskReads: 70, .diskWrites: 30])
        #expect(known.membership == Reading.Membership(mark: 9, metrics: [.diskReads, .diskWrites]))
        let older = try reading(["read_count", "write_count"], [.int(70), .int(30)])
        #expect(older.counters == known.counters && older.membership == nil)
    }

    @Test func countersAreKnownByTypeAndTrimmed() throws {
        let row: [ODBCValue] = [
            .text("MSSQL$PROD:SQL Statistics   "), .text("Batch Requests/sec  "), .text(""), .int(7), .int(272_696_576),
        ]
        let counter = try #require(PerformanceCounter(row))
        #expect(counter.object == "SQL Statistics")
        #expect(counter.name == "Batch Requests/sec")
        #expect(counter.kind == .perSecond)
    }

    @Test func aTicketIsLookedForWhereKerberosKeepsIt() {
        func isMissing(_ environment: [String: String], files: Set<String>) -> Bool? {
            SQLServerKerberos.isTicketMissing(environment: environment, userID: 7, fileExists: files.contains)
        }
        #expect(isMissing([:], files: []) == true)
        #expect(isMissing([:], files: ["/tmp/krb5cc_7"]) == false)
        #expect(isMissing(["KRB5CCNAME": "FILE:/run/cc"], files: ["/tmp/krb5cc_7"]) == true)
        #expect(isMissing(["KRB5CCNAME": "/run/cc"], files: ["/run/cc"]) == false)
        #expect(isMissing(["KRB5CCNAME": "KEYRING:persistent:7"], files: []) == nil)
        #expect(isMissing(["KRB5_CLIENT_KTNAME": "/etc/dbtools.keytab"], files: ["/etc/dbtools.keytab"]) == false)
    }

    @Test func browserAnswersAreRead() {
        let answer = "ServerName;HOST;InstanceName;PROD;IsClustered;No;Version;15.0.2000.5;tcp;50123;np;\\\\HOST\\pipe;;"
        #expect(SQLBrowser.port(in: [5, UInt8(answer.utf8.count), 0] + Array(answer.utf8)) == 50_123)
        #expect(SQLBrowser.port(in: [5, 1, 0] + Array("ServerName;HOST;np;x;;".utf8)) == nil)
        #expect(SQLBrowser.port(in: []) == nil)
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request", EngineKind.sqlserver), ("SSH-2.0-OpenSSH_9.2", .postgresql), ("HTTP/1.0 200", .mysql),
        ("220 mail ESMTP", .mysql),
    ]) func otherServersAreRecognised(text: String, engine: EngineKind) {
        guard case .other(let name?) = Greeting.read(Array(text.utf8), as: engine) else {
            Issue.record("not recognised")
            return
        }
        #expect(name.contains("server"))
    }

    @Test func collectorTextsAreCurrent() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appendingPathComponent("scripts/generate-collectors")
        process.arguments = ["--check"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
