import Engines
import Fixtures
import Fleet
import Foundation
import Hummingbird
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// Texts and plans of queries: asked for once, kept once, and shown in the place of what names them.
@Suite struct QueryDetailStoreTests {
    private let statement = "0x0200AB:0:60"
    private let plan = "0x0600AB:0:60"

    private func fixture() async throws -> (CollectionFixture, Server.ID) {
        let fixture = try await CollectionFixture.make(catalogue: CollectorCatalogue.of)
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        let id = try await fixture.server("a")
        fixture.engine.set(try #require(QueryReference(.statement, statement)), "SELECT * FROM people WHERE name = 'Ada'")
        fixture.engine.set(try #require(QueryReference(.plan, plan)), #"<ShowPlanXML><Const ConstValue="'Ada'"/></ShowPlanXML>"#)
        return (fixture, id)
    }

    /// Running queries, each with what names its text and its plan.
    private func run(_ fixture: CollectionFixture, _ named: [(statement: String, plan: String?)]) throws {
        let queries = try #require(CollectorCatalogue.named("running_queries", of: .sqlserver))
        let rows = named.enumerated().map { number, named in
            queries.columns.map { column -> Cell in
                switch column.name {
                case "session_id": .text("\(51 + number)")
                case "request_id": .text("0")
                case "statement_text": .text(named.statement)
                case "query_plan": named.plan.map { .text($0) } ?? .null
                default: .null
                }
            }
        }
        fixture.engine.set("a", CollectorAnswer(collector: "running_queries", rows: rows))
    }

    /// The cells of a column in the newest rows.
    private func cells(_ column: String, _ reply: JSONValue) -> [JSONValue] {
        let place = reply["columns"]?.array?.firstIndex { $0["name"]?.string == column }
        return place.map { place in reply["rows"]?.array?.compactMap { $0.array?[place] } ?? [] } ?? []
    }

    @Test("Each text and plan is asked for once, however often and wherever its query is seen")
    func onceEach() async throws {
        let (fixture, id) = try await fixture()
        try run(fixture, [(statement, plan), (statement, nil)])
        for minute in 0..<3 { try await fixture.pass(after: Double(minute * 60)) }
        #expect(fixture.engine.detailsAsked.map(\.name).sorted() == [statement, plan].sorted())
        try run(fixture, [(statement, plan), ("0x0200CD:0:-1", nil)])
        try await fixture.pass(after: 180)
        #expect(fixture.engine.detailsAsked.map(\.name).sorted() == ["0x0200AB:0:60", "0x0200CD:0:-1", "0x0600AB:0:60"])
        #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.query_details") == 2, "the server had forgotten one")
        // An hour later what still runs is asked for again: so its text is kept for as long as its rows are.
        try await fixture.pass(after: 3_900)
        #expect(fixture.engine.detailsAsked.count == 6)
        let seen = try await fixture.number(
            "SELECT extract(epoch FROM max(seen_at))::float8 FROM monitoring.query_details WHERE server_id = \(id)")
        #expect(abs((seen ?? 0) - (fixture.start + 3_900).timeIntervalSince1970) < 1)
        let rows = try await fixture.words("SELECT rows::text FROM monitoring.table_history WHERE collector = 'running_queries'")
        #expect(rows.count == 5 && rows.allSatisfy { !$0.contains("SELECT") }, "rows name the text, and do not hold it")
    }

    @Test("The text stands in its place without literals, and the plan is shown to who may see texts", arguments: [Role.viewer, .operator])
    func shown(_ role: Role) async throws {
        let (fixture, id) = try await fixture()
        try run(fixture, [(statement, plan), ("0x0200CD:0:-1", "0x0600CD:0:-1"), ("DELETE FROM t WHERE id = 42", nil)])
        try await fixture.pass()
        let isHidden = role == .viewer
        try await MonitoringRoutesTests.with(fixture, role: role) { (client) async throws in
            let reply = try await client.send(.get, "/servers/\(id)/collectors/running_queries")
            #expect(
                cells("statement_text", reply.json)
                    == (isHidden ? [.null, .null, .null] : ["SELECT * FROM people WHERE name = ?", .null, "DELETE FROM t WHERE id = ?"]))
            #expect(cells("query_plan", reply.json) == (isHidden ? [.null, .null, .null] : [.string(plan), .null, .null]))
            #expect(reply.json["queryTextHidden"]?.bool == isHidden)
            let kinds = Set(reply.json["columns"]?.array?.compactMap { $0["kind"]?.string } ?? [])
            #expect(kinds.isSuperset(of: ["query_text", "plan"]) && !kinds.contains("statement"))
            let history = try await client.send(.get, "/servers/\(id)/collectors/running_queries/history")
            #expect(history.json.array?.first?["rows"] == reply.json["rows"])

            let shown = try await client.send(.get, "/servers/\(id)/plans/\(plan)")
            guard !isHidden else { return #expect(shown.status == 403) }
            #expect(shown.json["plan"] == #"<ShowPlanXML><Const ConstValue="?"/></ShowPlanXML>"#)
            #expect(shown.json["literalsHidden"] == true)
            #expect(shown.json["id"]?.string == plan && shown.json["seenAt"]?.string != nil)
            for other in [statement, "0x0600CD:0:-1", "nothing", "0x06%27:0:1"] {
                #expect(try await client.send(.get, "/servers/\(id)/plans/\(other)").status == 404, "\(other)")
            }
            #expect(try await client.send(.get, "/servers/\(Server.ID())/plans/\(plan)").status == 404)
        }
    }

    @Test("Literals are shown where the tenant's settings say so, and to viewers not even then", arguments: [Role.viewer, .operator])
    func literalsWhereTheTenantShowsThem(_ role: Role) async throws {
        let (fixture, id) = try await fixture()
        try run(fixture, [(statement, plan), ("DELETE FROM t WHERE id = 42", nil)])
        try await fixture.pass()
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            var settings = try TenantSettings.lock(on: session)
            settings.queries.showsLiterals = true
            try settings.save(on: session)
        }
        try await MonitoringRoutesTests.with(fixture, role: role) { (client) async throws in
            let texts: [JSONValue] = ["SELECT * FROM people WHERE name = 'Ada'", "DELETE FROM t WHERE id = 42"]
            let reply = try await client.send(.get, "/servers/\(id)/collectors/running_queries")
            #expect(cells("statement_text", reply.json) == (role == .viewer ? [.null, .null] : texts))
            let shown = try await client.send(.get, "/servers/\(id)/plans/\(plan)")
            guard role != .viewer else { return #expect(shown.status == 403) }
            #expect(shown.json["plan"] == #"<ShowPlanXML><Const ConstValue="'Ada'"/></ShowPlanXML>"#)
            #expect(shown.json["literalsHidden"] == false)
        }
    }

    @Test("PRD 3.5-4: texts and plans that are not seen any more go with the samples")
    func whatIsNotSeenGoes() async throws {
        let (fixture, _) = try await fixture()
        try run(fixture, [(statement, plan)])
        try await fixture.pass()
        func kept() async throws -> Double? { try await fixture.number("SELECT count(*)::float8 FROM monitoring.query_details") }
        try await fixture.collector.maintenance.retain(fixture.tenant, now: fixture.start + 29 * 86_400)
        #expect(try await kept() == 2)
        try await fixture.collector.maintenance.retain(fixture.tenant, now: fixture.start + 31 * 86_400)
        #expect(try await kept() == 0)
    }

    @Test func whatIsKnownIsBoundedAndForgottenEveryHour() throws {
        let now = Date()
        var known = KnownQueries()
        let all = Set(try (0..<1_200).map { try #require(QueryReference(.statement, "0x02:\($0):-1")) })
        #expect(known.unknown(all, now: now).count == 1_200)
        let first = QueryReference.batch(of: known.unknown(all, now: now))
        known.add(first, now: now)
        #expect(known.unknown(all, now: now + 60).count == 1_100)
        #expect(known.unknown(Set(first), now: now + KnownQueries.seconds).count == first.count)
        for _ in 0..<20 { known.add(QueryReference.batch(of: known.unknown(all, now: now + 60)), now: now + 60) }
        #expect(known.unknown(all, now: now + 60).count >= 1_200 - KnownQueries.countMax)
    }
}
