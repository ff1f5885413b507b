import Engines
import Fixtures
import Fleet
import Foundation
import HTTPTypes
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// What other replicas of an availability group hold of backups: from two or three servers' readings to the answer.
@Suite struct ReplicaBackupTests {
    private let fixture: CollectionFixture
    private let primary, secondary: Server.ID

    init() async throws {
        fixture = try await CollectionFixture.make(catalogue: CollectorCatalogue.of)
        for (host, name) in [("p", "SQL1"), ("s", "sql2")] {
            fixture.engine.set(host, traits: ServerTraits(version: "15.0.1"))
            fixture.engine.set(host, serverName: name)
        }
        (primary, secondary) = (try await fixture.server("p"), try await fixture.server("s"))
    }

    /// A row with the cells that are named; the others are not known.
    private func answer(_ collector: String, _ rows: [[String: Cell]]) throws -> CollectorAnswer {
        let definition = try #require(CollectorCatalogue.named(collector, of: .sqlserver))
        return CollectorAnswer(collector: collector, rows: rows.map { row in definition.columns.map { row[$0.name] ?? .null } })
    }

    private func place(_ replica: String, isLocal: Bool, database: String = "Sales", group: String = "AG1") -> [String: Cell] {
        [
            "group_name": .text(group), "replica_name": .text(replica), "database_name": .text(database),
            "is_local": .integer(isLocal ? 1 : 0), "lag_seconds": .number(0),
        ]
    }

    /// A primary knows all replicas, a secondary itself only; the log is backed up on the secondary.
    private func collect() async throws {
        fixture.engine.set(
            "p",
            try answer(
                "availability_databases", [place("SQL1", isLocal: true), place("SQL2", isLocal: false), place("SQL3", isLocal: false)]))
        fixture.engine.set("s", try answer("availability_databases", [place("SQL2", isLocal: true)]))
        fixture.engine.set(
            "p",
            try answer(
                "backups",
                [["database_name": .text("Sales"), "last_full_at": .time(fixture.start - 3_600), "full_age_seconds": .number(3_600)]]))
        fixture.engine.set(
            "s",
            try answer(
                "backups",
                [
                    ["database_name": .text("Other"), "log_age_seconds": .number(5)],
                    ["database_name": .text("Sales"), "last_log_at": .time(fixture.start - 600), "log_age_seconds": .number(600)],
                ]))
        try await fixture.pass()
    }

    private func read(_ server: Server.ID, after seconds: Double = 60) async throws -> [ReplicaBackup] {
        try await fixture.platform.tenants.read(fixture.tenant) { [now = fixture.start + seconds] in
            try ReplicaBackupSQL.read(of: server, now: now, on: $0)
        }
    }

    @Test("Issue 4: a primary sees the log backups of the secondary, and which replica is not watched")
    func thePrimarySeesTheSecondarys() async throws {
        try await collect()
        let found = try await read(primary)
        #expect(found.map(\.replicaName) == ["SQL2", "SQL3"] && found.allSatisfy { $0.databaseName == "Sales" })
        let watched = try #require(found.first)
        #expect(watched.serverID == secondary && watched.collectedAt != nil)
        #expect(watched.newest.logAgeSeconds == 600 && watched.newest.fullAt == nil && watched.newest.fullAgeSeconds == nil)
        #expect(watched.newest.logAt == RFC3339.string(fixture.start - 600))
        #expect(found.last?.serverID == nil && found.last?.collectedAt == nil)
    }

    @Test("Issue 4: a secondary, which knows itself only, sees the primary's and the other secondaries'")
    func theSecondarySeesThePrimarys() async throws {
        try await collect()
        let found = try await read(secondary)
        #expect(found.map(\.replicaName) == ["SQL1", "SQL3"])
        #expect(found.first?.serverID == primary && found.first?.newest.fullAgeSeconds == 3_600)
        // Its list is too old by then: who else is in the group is not known any more.
        #expect(try await read(secondary, after: 3 * 3_600).isEmpty)
    }

    @Test("What a replica says nothing of, or said too long ago, is not known: a database that came since, a list that was cut off")
    func whatIsNotReadIsNotKnown() async throws {
        try await collect()
        fixture.engine.set(
            "p",
            try answer(
                "availability_databases",
                ["Sales", "Seeded"].flatMap { [place("SQL1", isLocal: true, database: $0), place("SQL2", isLocal: false, database: $0)] }))
        fixture.engine.set(
            "s", try answer("availability_databases", ["Sales", "Seeded"].map { place("SQL2", isLocal: true, database: $0) }))
        fixture.engine.pass(seconds: 60)
        try await fixture.pass(after: 60)
        let found = try await read(primary, after: 120)
        #expect(found.map(\.databaseName) == ["Sales", "Seeded"] && found.allSatisfy { $0.serverID == secondary })
        #expect(found.map { $0.collectedAt != nil } == [true, false])
        // The lists are read every minute; backups were last read three hours ago.
        fixture.engine.set("s", try answer("availability_databases", [place("SQL2", isLocal: true)]))
        for server in [primary, secondary] {
            try await execute(
                """
                UPDATE monitoring.collector_runs SET collected_at = collected_at - interval '3 hours'
                WHERE collector = 'backups' AND server_id = \(server)
                """)
        }
        #expect(try await read(primary, after: 120).allSatisfy { $0.serverID == secondary && $0.collectedAt == nil })
        try await execute("UPDATE monitoring.collector_runs SET state = 'cut_off' WHERE collector = 'availability_databases'")
        #expect(try await read(primary, after: 120).isEmpty)
    }

    @Test("An instance that is registered twice is one; two of a replica's name that hold the database are nobody's; of another group none is")
    func aNameIsNotEnough() async throws {
        fixture.engine.set("t", traits: ServerTraits(version: "15.0.1"))
        fixture.engine.set("t", serverName: "SQL2")
        let twin = try await fixture.server("t")
        fixture.engine.set("t", try answer("availability_databases", [place("SQL2", isLocal: true, group: "AG2")]))
        try await collect()
        #expect(try await read(primary).first?.serverID == secondary)
        fixture.engine.set("t", try answer("availability_databases", [place("SQL2", isLocal: true)]))
        fixture.engine.pass(seconds: 60)
        try await fixture.pass(after: 60)
        #expect(try await read(primary).first?.newest.logAgeSeconds == 600, "the same start: a listener's name of the same instance")
        try await execute("UPDATE fleet.servers SET started_at = started_at + interval '1 hour' WHERE id = \(twin)")
        #expect(try await read(primary).map(\.serverID) == [nil, nil])
    }

    private func execute(_ statement: SQL) async throws {
        _ = try await fixture.platform.tenants.transaction(fixture.tenant) { try $0.execute(statement) }
    }

    @Test("The answer is the API's: times, ages and nulls; nothing for a server without a group, 404 for none")
    func theAnswer() async throws {
        try await collect()
        let alone = try await fixture.server("alone")
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            let found = try await client.send(.get, "/servers/\(primary)/replica-backups")
            #expect(found.status == 200)
            let entry = try #require(found.json.array?.first)
            #expect(entry["databaseName"] == "Sales" && entry["replicaName"] == "SQL2")
            #expect(entry["serverId"]?.string == "\(secondary)" && entry["lastFullAt"] == .null)
            #expect(try await client.send(.get, "/servers/\(alone)/replica-backups").json.array?.isEmpty == true)
            #expect(try await client.send(.get, "/servers/\(Server.ID())/replica-backups").status == 404)
        }
    }
}
