import Fixtures
import Foundation
import HTTPTypes
import Postgres
import Primitives
import Schema
import Testing

@testable import Platform

/// PRD 4.15: the activity log.
@Suite struct ActivityTests {
    /// An entry of a chosen age, as the run-time role may add one.
    private func add(_ action: String, daysAgo: Double, _ name: String = "x", in tenant: Tenant, _ platform: TestPlatform) async throws {
        let createdAt = Date() - daysAgo * 86_400
        _ = try await platform.tenants.transaction(tenant) { session in
            try session.execute(
                """
                INSERT INTO platform.activity_log (id, action, entity_type, entity_name, actor_name, created_at)
                VALUES (\(ActivityEntry.ID()), \(action), 'server', \(name), 'system', \(createdAt))
                """)
        }
    }

    private func names(_ filter: ActivityFilter = ActivityFilter(), in tenant: Tenant, _ platform: TestPlatform) async throws -> [String] {
        try await platform.tenants.read(tenant) { try ActivityEntry.list(filter, limit: 100, on: $0).map(\.activity.entityName) }
    }

    private func partitions(_ tenant: Tenant, _ platform: TestPlatform) async throws -> [String] {
        try await platform.tenants.read(tenant) { session in
            try session.rows(
                """
                SELECT inhrelid::regclass::text
                FROM pg_inherits
                WHERE inhparent = 'platform.activity_log'::regclass
                ORDER BY 1
                """
            ).map { try $0.decode(0) }
        }
    }

    @Test("PRD 4.15-10: months are made ahead, and what nobody made a month for is kept too and moves into it")
    func monthsAreMadeAheadAndTheRestMoves() async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        let made = try await partitions(tenant, platform)
        #expect(made.count >= 4)
        #expect(made.contains("platform.activity_log_rest"))
        try await add("server_added", daysAgo: 200, "old", in: tenant, platform)
        let moved = try await platform.tenants.transaction(tenant) {
            try ActivityPartitions.make(from: Date() - 200 * 86_400, months: 1, on: $0)
        }
        #expect(moved == 1)
        #expect(try await names(in: tenant, platform) == ["old"])
        let rest = try await platform.tenants.ownerTransaction(tenant) {
            try $0.rows("SELECT count(*) FROM ONLY platform.activity_log_rest")[0].decode(0, as: Int.self)
        }
        #expect(rest == 0)
        #expect(try await platform.tenants.transaction(tenant) { try ActivityPartitions.make(from: Date(), on: $0) } == 0)
    }

    @Test("PRD 4.15-10: retention follows the tenant's settings, to the day", arguments: [1, 90, 365, 3650])
    func retentionFollowsTheSettings(days: Int) async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        try await platform.tenants.transaction(tenant) { session in
            var settings = try TenantSettings.lock(on: session)
            settings.retention.activityDays = days
            try settings.save(on: session)
            for months in [1, 12, 122] where Double(months) * 30 < Double(days) + 200 {
                try ActivityPartitions.make(from: Date() - Double(months) * 30 * 86_400, months: 1, on: session)
            }
        }
        for (name, age) in [("kept", Double(days) - 0.1), ("gone", Double(days) + 0.1), ("long gone", Double(days) + 100)] {
            try await add("server_added", daysAgo: age, name, in: tenant, platform)
        }
        let expired = try await platform.tenants.transaction(tenant) { try ActivityPartitions.expire(on: $0) }
        #expect(expired.partitions + expired.rows >= 2)
        #expect(try await names(in: tenant, platform) == ["kept"])
        // Run again it does nothing more.
        let again = try await platform.tenants.transaction(tenant) { try ActivityPartitions.expire(on: $0) }
        #expect(again == (0, 0))
    }

    @Test("The run-time role can neither update nor delete an entry, by the parent or by a partition, nor drop a month that is kept")
    func theRunTimeRoleCannotRewriteHistory() async throws {
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        try await add("server_added", daysAgo: 0, in: tenant, platform)
        let month = try await #require(partitions(tenant, platform).first { $0 != "platform.activity_log_rest" })
        var statements = [
            "TRUNCATE platform.activity_log", "TRUNCATE \(month)", "DROP TABLE \(month)",
            "ALTER TABLE platform.activity_log DETACH PARTITION \(month)",
        ]
        for table in ["platform.activity_log", "platform.activity_log_rest", month] {
            statements += ["UPDATE \(table) SET action = 'nothing'", "DELETE FROM \(table)"]
        }
        for statement in statements {
            let error = await #expect(throws: PostgresError.self, "\(statement)") {
                try await platform.tenants.transaction(tenant) { try $0.execute(SQL(unsafeRaw: statement)) }
            }
            #expect(error?.isInsufficientPrivilege == true, "\(statement)")
        }
        _ = try await platform.tenants.transaction(tenant) { try ActivityPartitions.expire(on: $0) }
        #expect(try await names(in: tenant, platform) == ["x"])
    }

    @Test("Entries from before the partitions survive the migration")
    func entriesSurviveTheMigration() async throws {
        let platform = try await TestPlatform.shared
        let name = "dbtools_migration_\(ID<Int>().description.suffix(12))"
        let maintenance = platform.system.address
        try await platform.pool.run(maintenance) { try $0.script("CREATE DATABASE \(SQL.identifier(name)) TEMPLATE template0") }
        let address = try maintenance.with(["dbname": name])
        let old = try PostgresConnection(address)
        try old.script("GRANT CREATE ON DATABASE \(SQL.identifier(name)) TO \(SystemDatabase.ownerGroup)")
        try old.script("SET ROLE \(SystemDatabase.ownerGroup)")
        try Migrator.migrate(old, Migration.tenant.filter { $0.number < 8 })
        for days in [0, 40, 400, 4000] {
            try old.execute(
                """
                INSERT INTO platform.activity_log (id, action, entity_type, entity_name, actor_name, created_at)
                VALUES (\(ActivityEntry.ID()), 'server_added', 'server', \("\(days)"), 'system', \(Date() - Double(days) * 86_400))
                """)
        }
        try Migrator.migrate(old, Migration.tenant)
        let rows = try old.rows("SELECT entity_name FROM platform.activity_log ORDER BY created_at DESC")
        #expect(try rows.map { try $0.decode(0, as: String.self) } == ["0", "40", "400", "4000"])
        try await platform.pool.run(maintenance) { try $0.script("DROP DATABASE \(SQL.identifier(name)) WITH (FORCE)") }
    }

    @Test("PRD 4.15-4, 4.15-5: filters by several actions, entity type, actor and date, and search")
    func theFiltersFilter() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let (ann, bob) = (Actor(userID: UUID(), name: "ann@example.com", address: "10.1.2.3"), Actor(name: "bob_b@example.com"))
        try await edge.platform.tenants.transaction(tenant) { session in
            try session.record(Activity("server_added", entityType: "server", entityID: nil, entityName: "sql-01", actor: ann))
            try session.record(Activity("group_created", entityType: "group", entityID: nil, entityName: "Prod", actor: bob))
            try session.record(
                Activity(
                    "config_changed", entityType: "settings", entityID: nil, entityName: "settings", actor: ann,
                    details: ["after": ["cpuPercent": 91]]))
        }
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(user).bearer(tenant)
            func actions(_ query: String) async throws -> Set<String> {
                let reply = try await client.get("/api/v1/activity?\(query)", session)
                #expect(reply.status == 200, "\(query): \(reply.text)")
                return Set((reply.json.array ?? []).compactMap { $0["action"]?.string })
            }
            #expect(try await actions("action=server_added,group_created") == ["server_added", "group_created"])
            #expect(try await actions("action=server_added&action=config_changed") == ["server_added", "config_changed"])
            #expect(try await actions("entityType=group") == ["group_created"])
            #expect(try await actions("actor=ANN") == ["server_added", "config_changed"])
            #expect(try await actions("actor=10.1.2.3") == ["server_added", "config_changed"])
            #expect(try await actions("actor=\(ann.userID?.uuidString ?? "")") == ["server_added", "config_changed"])
            #expect(try await actions("actor=b_b") == ["group_created"])
            #expect(try await actions("actor=bxb") == [])  // _ is no wildcard
            #expect(try await actions("q=sql-0") == ["server_added"])
            #expect(try await actions("q=cpupercent") == ["config_changed"])
            #expect(try await actions("q=group%20created") == ["group_created"])
            #expect(try await actions("to=2020-01-01T00:00:00Z") == [])
            #expect(try await actions("from=2020-01-01T00:00:00Z&actor=bob") == ["group_created"])
            #expect(try await client.get("/api/v1/activity?from=yesterday", session).fields == ["from"])
            #expect(try await client.get("/api/v1/activity?format=xml", session).fields == ["format"])
        }
    }

    @Test("PRD 4.15-6: 50 a page, and a page does not move when entries are added meanwhile")
    func pagesAreStable() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        @Sendable func add(_ range: Range<Int>) async throws {
            try await edge.platform.tenants.transaction(tenant) { session in
                for index in range {
                    let name = String(index)
                    try session.record(Activity("server_added", entityType: "server", entityID: nil, entityName: name, actor: .system))
                }
            }
        }
        try await add(0..<120)
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(user).bearer(tenant)
            var (path, seen): (String?, [String]) = ("/api/v1/activity", [])
            while let next = path {
                let reply = try await client.get(next, session)
                let names = (reply.json.array ?? []).compactMap { $0["entityName"]?.string }
                if seen.isEmpty { #expect(names.count == 50) }
                seen += names
                if seen.count == 50 { try await add(120..<130) }
                path = reply.headers[.link].flatMap { $0.split(separator: ">").first?.dropFirst().description }
            }
            #expect(seen.count == 120)
            #expect(Set(seen) == Set((0..<120).map(String.init)))
        }
    }

    @Test("PRD 4.15-7: the CSV is whole while entries are added, is named for saving, and runs no formula")
    func theExportIsWholeAndSafe() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        _ = try await edge.platform.tenants.transaction(tenant) { session in
            try session.execute(
                """
                INSERT INTO platform.activity_log (id, action, entity_type, entity_name, actor_name, created_at)
                SELECT gen_random_uuid(), 'server_added', 'server', 'row-' || n, 'system', now() - n * interval '1 second'
                FROM generate_series(1, 3500) AS n
                """)
            for name in ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "a,\"b\""] {
                try session.record(Activity("server_added", entityType: "server", entityID: nil, entityName: name, actor: .system))
            }
        }
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(user)
            async let adding: Void = edge.platform.tenants.transaction(tenant) { session in
                for _ in 0..<50 {
                    try session.record(Activity("server_added", entityType: "server", entityID: nil, entityName: "late", actor: .system))
                }
            }
            let reply = try await client.get("/api/v1/activity?format=csv", session.bearer(tenant))
            try await adding
            #expect(reply.status == 200)
            #expect(reply.headers[.contentType]?.hasPrefix("text/csv") == true)
            #expect(reply.headers[.contentDisposition] == "attachment; filename=\"activity-\(tenant.slug).csv\"")
            let lines = reply.text.components(separatedBy: "\r\n")
            let rows = lines.compactMap { $0.components(separatedBy: ",").dropFirst(4).first }.filter { $0.hasPrefix("row-") }
            #expect(rows == (1...3500).map { "row-\($0)" })
            for safe in ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "\"'\rx\"", "\"a,\"\"b\"\"\""] { #expect(reply.text.contains(",\(safe),")) }
            // As a browser asks that saves a file: with the cookie, and the tenant in the query.
            let saved = try await client.get("/api/v1/activity?format=csv&entityType=none&tenant=\(tenant.slug)", session.web(csrf: false))
            #expect(saved.status == 200)
            #expect(saved.text.components(separatedBy: "\r\n").count == 2)
        }
    }
}
