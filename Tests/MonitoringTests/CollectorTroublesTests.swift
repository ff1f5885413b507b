import Engines
import Fixtures
import Foundation
import Platform
import Postgres
import Testing

@testable import Monitoring

/// design.md, settled question 1: a server is degraded when some of its collectors fail or lack a right, with reasons in words.
@Suite struct CollectorTroublesTests {
    private static func collector(_ name: String, _ cadence: Cadence) -> CollectorDefinition {
        CollectorDefinition(
            name: name, title: name.capitalized, engine: .sqlserver, cadence: cadence, purpose: "p.", versions: "all.",
            permissions: "none.", cost: "low.", conditions: [], keep: .latest, rowCountMax: 1,
            columns: [CollectorColumn("value", .text, "Value")], sql: "SELECT 1;")
    }
    private static let minutely = collector("files", .minute)
    private static let hourly = collector("backups", .hour)

    private static func heard(_ states: [(CollectorDefinition, CollectorState)]) -> CollectorTroubles {
        var troubles = CollectorTroubles()
        for (definition, state) in states {
            troubles.hear(CollectedTable(definition, state: state, message: "Denied by \(definition.name).", durationMs: 1))
        }
        return troubles
    }

    @Test(arguments: [
        ([(minutely, CollectorState.ok)], [String]()),
        ([(minutely, .failed)], []),
        ([(minutely, .failed), (minutely, .ok), (minutely, .failed)], []),
        ([(minutely, .failed), (minutely, .failed)], ["Files fails: Denied by files."]),
        ([(hourly, .failed)], ["Backups fails: Denied by backups."]),
        ([(minutely, .noPermissions)], ["Files lacks a right: Denied by files."]),
        ([(minutely, .noPermissions), (minutely, .notAvailable)], []),
        ([(minutely, .noPermissions), (hourly, .noPermissions)], ["Backups and Files lack a right: Denied by backups."]),
        (
            [(minutely, .noPermissions), (hourly, .failed)],
            ["Files lacks a right: Denied by files.", "Backups fails: Denied by backups."]
        ),
        ([(hourly, .cutOff), (minutely, .pending)], []),
    ]) func reasonsAreInWordsAndRightsApartFromFailures(states: [(CollectorDefinition, CollectorState)], reasons: [String]) {
        #expect(Self.heard(states).reasons(of: [Self.minutely, Self.hourly]) == reasons)
    }

    @Test func whatIsSwitchedOffIsNoTroubleAndManyAreCounted() {
        let all = (1...8).map { Self.collector("c\($0)", .hour) }
        let troubles = Self.heard(all.map { ($0, .noPermissions) })
        #expect(troubles.reasons(of: all) == ["C1, C2, C3, C4, C5 and 3 more collectors lack a right: Denied by c1."])
        #expect(troubles.reasons(of: Array(all.suffix(1))) == ["C8 lacks a right: Denied by c8."])
        #expect(troubles.reasons(of: []) == [])
    }

    private func fixture() async throws -> CollectionFixture {
        let fixture = try await CollectionFixture.make(catalogue: { _ in TestCollectors.all })
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        return fixture
    }

    @Test("FR14: a collector without its right degrades the server, not its health; another process knows it; with the right all is well")
    func aMissingRightDegrades() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        fixture.engine.set("a", CollectorAnswer(collector: "test_settings", trouble: .noPermission("SELECT is denied.")))
        try await fixture.pass()
        try await fixture.pass(after: 60)
        #expect(try await fixture.state(id) == ("degraded", "healthy", ["Settings lacks a right: SELECT is denied."]))
        // A process that begins anew reads what the one before it knew.
        fixture.collector.index.keepOnly(tenants: [], shards: [])
        try await fixture.pass(after: 120)
        #expect(try await fixture.state(id) == ("degraded", "healthy", ["Settings lacks a right: SELECT is denied."]))
        fixture.engine.set("a", CollectorAnswer(collector: "test_settings", rows: []))
        for seconds in [8_000.0, 8_700, 8_760] { try await fixture.pass(after: seconds) }
        #expect(try await fixture.state(id) == ("online", "healthy", []))
    }

    @Test("FR14: without the right to see the server's state, the collectors that do not need it go on")
    func whatNeedsNoRightGoesOn() async throws {
        let stateful = CollectorDefinition(
            name: "test_state", title: "State", engine: .sqlserver, cadence: .minute, purpose: "p.", versions: "all.",
            permissions: "VIEW SERVER STATE (or more).", cost: "low.", conditions: [], keep: .latest, rowCountMax: 1,
            columns: [CollectorColumn("value", .text, "Value")], sql: "SELECT 1;")
        let fixture = try await CollectionFixture.make(catalogue: { _ in [stateful, TestCollectors.settings] })
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        let id = try await fixture.server("a")
        fixture.engine.set("a", isBlind: true)
        try await fixture.pass()
        let states = try await fixture.words(
            "SELECT collector || ' ' || state FROM monitoring.collector_runs WHERE server_id = \(id) ORDER BY 1")
        #expect(states == ["test_settings ok", "test_state no_permissions"])
        #expect(try await fixture.state(id).status == "degraded")
    }

    @Test("A collector that fails once is no trouble; twice in a row it is, and what this kind of server lacks never is")
    func aFailureDegradesTheSecondTime() async throws {
        let fixture = try await fixture()
        let id = try await fixture.server("a")
        fixture.engine.set("a", CollectorAnswer(collector: "test_files", trouble: .failed("It timed out.")))
        fixture.engine.set("a", CollectorAnswer(collector: "test_queries", trouble: .notAvailable("No such view.")))
        try await fixture.pass()
        try await fixture.pass(after: 60)
        #expect(try await fixture.state(id) == ("online", "healthy", []))
        try await fixture.pass(after: 120)
        #expect(try await fixture.state(id) == ("degraded", "healthy", ["Files fails: It timed out."]))
        fixture.engine.set("a", CollectorAnswer(collector: "test_files", rows: []))
        try await fixture.pass(after: 180)
        try await fixture.pass(after: 240)
        #expect(try await fixture.state(id) == ("online", "healthy", []))
    }
}
