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

/// Custom collectors from a change of theirs to rows in a real PostgreSQL, with a fake engine whose clock the test moves (issue 4).
@Suite struct CustomCollectionTests {
    private typealias Routes = CustomCollectorRoutesTests

    private static let statement = "SELECT queue, waiting, done FROM jobs"

    private static func answer(_ rows: [(String, Double?, Int64)]) -> Result<QueryAnswer, EngineError> {
        .success(
            QueryAnswer(
                columns: [.init("queue", .text), .init("waiting", .number), .init("done", .integer)],
                rows: rows.map { [.text($0.0), $0.1.map { .number($0) } ?? .null, .integer($0.2)] }, durationMs: 12))
    }

    @Test(
        "Made, it runs from the next cycle on, and is among the server's collectors, series and export; switched off and deleted, no more")
    func life() async throws {
        let fixture = try await CollectionFixture.make()
        let server = try await fixture.server("a")
        try await fixture.pass()
        try await Routes.with(.tenantAdmin, fixture) { (client) async throws in
            let id = try await client.make("job_queue", ["database": "shop"])
            for minute in 1...3 {
                fixture.engine.pass(seconds: 60)
                fixture.engine.set(
                    statement: Self.statement, Self.answer([("mail", Double(minute), Int64(minute * 600)), ("print", nil, 0)]))
                try await fixture.pass(after: Double(minute * 60))
            }
            #expect(fixture.engine.queries == Array(repeating: "shop: \(Self.statement)", count: 3))
            let list = try await client.send(.get, "/servers/\(server)/collectors").json.array ?? []
            let own = try #require(list.first { $0["name"] == "job_queue" })
            #expect(own["isCustom"] == true && own["state"] == "ok" && own["rowCount"] == 2 && own["durationMs"] == 12)
            #expect(list.first { $0["name"] == "file_io" }?["isCustom"] == false)
            let one = try await client.send(.get, "/servers/\(server)/collectors/job_queue")
            #expect(one.json["rows"] == [["mail", 3, 10], ["print", .null, 0]], "\(one.json.text)")
            let stretch = "from=\(RFC3339.string(fixture.start))&to=\(RFC3339.string(fixture.start + 600))"
            let series = try await client.send(.get, "/servers/\(server)/series?metric=job_queue_done&label=queue:mail&\(stretch)").json
            #expect(series.array?.first?["points"]?.array?.map { $0.array?[1].double } == [10, 10], "\(series.text)")
            #expect(series.array?.first?["unit"] == "jobs/s")
            let export = try await client.send(.get, "/metrics/export?collector=job_queue").json.string ?? ""
            #expect(export.contains("dbtools_jobs_waiting{") && export.contains("queue=\"mail\""), "\(export)")
            let shown = try await client.send(.get, "/custom-collectors/\(id)").json
            #expect(shown["serverCounts"]?["ok"] == 1)

            try await client.send(.patch, "/custom-collectors/\(id)", ["enabled": false])
            let ended = try await client.send(.get, "/metrics/export?collector=job_queue").json.string ?? ""
            #expect(!ended.contains("dbtools_jobs_waiting{"), "what is off is not what is there now: \(ended)")
            try await fixture.pass(after: 240)
            #expect(fixture.engine.queries.count == 3)
            try await client.send(.patch, "/custom-collectors/\(id)", ["enabled": true])
            try await fixture.pass(after: 300)
            #expect(fixture.engine.queries.count == 4)
            try await client.send(.delete, "/custom-collectors/\(id)")
            try await fixture.pass(after: 360)
            #expect(fixture.engine.queries.count == 4)
            #expect(try await client.send(.get, "/servers/\(server)/collectors/job_queue").status == 404)
            #expect(try await client.send(.get, "/servers/\(server)/series?metric=job_queue_done&\(stretch)").status == 400)
        }
    }

    @Test("Its trouble is its own: the server stays online, the reason is told, and what keeps failing is tried more rarely")
    func troubles() async throws {
        let fixture = try await CollectionFixture.make()
        let server = try await fixture.server("a")
        fixture.engine.set(statement: Self.statement, .failure(EngineError(.timeout, "The statement did not end within 5 s.")))
        try await Routes.with(.tenantAdmin, fixture) { (client) async throws in
            let id = try await client.make("job_queue")
            for minute in 0...9 { try await fixture.pass(after: Double(minute * 60)) }
            // At 0, 1 and 2 minutes; then after 2, and 4 minutes.
            #expect(fixture.engine.queries.count == 5, "\(fixture.engine.queries.count)")
            let state = try await fixture.state(server)
            #expect(state.status == "online" && state.health == "healthy")
            let one = try await client.send(.get, "/servers/\(server)/collectors/job_queue").json
            #expect(one["state"] == "failed" && one["message"] == "The statement did not end within 5 s.")
            #expect(one["failuresInARow"] == 5)
            let shown = try await client.send(.get, "/custom-collectors/\(id)").json
            #expect(shown["serverCounts"]?["failed"] == 1 && shown["problem"]?["serverName"] == "a")
            // A change is a new beginning.
            fixture.engine.set(statement: "SELECT 1", .success(QueryAnswer(columns: [.init("queue", .text)], rows: [[.text("a")]])))
            try await client.send(
                .patch, "/custom-collectors/\(id)", ["statement": "SELECT 1", "columns": [["name": "queue", "kind": "label"]]])
            try await fixture.pass(after: 600)
            #expect(try await client.send(.get, "/servers/\(server)/collectors/job_queue").json["state"] == "ok")
        }
    }

    @Test("Other columns begin anew: no row, layout or rate of the old ones is taken for theirs, and a late run of the old is not stored")
    func columnsChange() async throws {
        let fixture = try await CollectionFixture.make()
        let server = try await fixture.server("a")
        try await Routes.with(.tenantAdmin, fixture) { (client) async throws in
            let id = try await client.make("job_queue")
            fixture.engine.set(statement: Self.statement, Self.answer([("mail", 1, 100)]))
            try await fixture.pass()
            // Read by the old columns, and not stored yet when they change.
            fixture.engine.pass(seconds: 60)
            try await fixture.collector.watch.tick(now: fixture.start + 60)
            await fixture.collector.collection.tick(now: fixture.start + 60)
            let columns: JSONValue = [
                ["name": "queue", "kind": "label"], ["name": "done", "kind": "counter", "unit": "jobs"],
                ["name": "waiting", "kind": "gauge", "unit": "count", "metric": "jobs_waiting"],
                ["name": "more", "kind": "counter", "unit": "count"],
            ]
            #expect(try await client.send(.patch, "/custom-collectors/\(id)", ["columns": columns]).status == 200)
            await fixture.collector.buffer.tick(now: fixture.start + 61)
            let pending = try await client.send(.get, "/servers/\(server)/collectors/job_queue").json
            #expect(pending["state"] == "pending" && pending["rows"] == [], "\(pending.text)")
            let more = QueryAnswer(
                columns: [.init("queue", .text), .init("waiting", .number), .init("done", .integer), .init("more", .integer)],
                rows: [[.text("mail"), .number(4), .integer(700), .integer(9)]])
            fixture.engine.set(statement: Self.statement, .success(more))
            fixture.engine.pass(seconds: 60)
            try await fixture.pass(after: 120)
            let first = try await client.send(.get, "/servers/\(server)/collectors/job_queue").json["rows"]
            #expect(first == [["mail", .null, 4, .null]], "\(first?.text ?? "")")
            fixture.engine.pass(seconds: 60)
            try await fixture.pass(after: 180)
            let second = try await client.send(.get, "/servers/\(server)/collectors/job_queue").json["rows"]
            #expect(second == [["mail", 0, 4, 0]], "\(second?.text ?? "")")
            // The series that both had goes on.
            let stretch = "from=\(RFC3339.string(fixture.start - 60))&to=\(RFC3339.string(fixture.start + 600))"
            let series = try await client.send(.get, "/servers/\(server)/series?metric=jobs_waiting&\(stretch)").json
            #expect(series.array?.first?["points"]?.array?.map { $0.array?[1].double } == [1, 4, 4], "\(series.text)")
        }
    }

    @Test("What another statement, or the server's other database, counts is not compared with what was counted before")
    func anotherTotal() async throws {
        let fixture = try await CollectionFixture.make()
        let server = try await fixture.server("a")
        try await Routes.with(.tenantAdmin, fixture) { (client) async throws in
            let id = try await client.make("job_queue")
            var minute = 0.0
            func rate(_ done: Int64, of statement: String) async throws -> JSONValue? {
                fixture.engine.set(statement: statement, Self.answer([("mail", 1, done)]))
                fixture.engine.pass(seconds: 60)
                try await fixture.pass(after: minute * 60)
                minute += 1
                return try await client.send(.get, "/servers/\(server)/collectors/job_queue").json["rows"]?.array?.first?.array?.last
            }
            #expect(try await rate(100, of: Self.statement) == .null)
            #expect(try await rate(700, of: Self.statement) == 10)
            let all = "SELECT queue, waiting, done FROM all_jobs"
            try await client.send(.patch, "/custom-collectors/\(id)", ["statement": .string(all)])
            #expect(try await rate(5_000_000, of: all) == .null)
            #expect(try await rate(5_000_600, of: all) == 10)
            _ = try await fixture.platform.tenants.transaction(fixture.tenant) {
                try $0.execute("UPDATE fleet.servers SET database_name = 'another', change_number = fleet.next_change() WHERE id = \(server)")
            }
            #expect(try await rate(9_000_000, of: all) == .null)
            #expect(try await rate(9_000_060, of: all) == 1)
            let stretch = "from=\(RFC3339.string(fixture.start - 60))&to=\(RFC3339.string(fixture.start + 600))"
            let series = try await client.send(.get, "/servers/\(server)/series?metric=job_queue_done&\(stretch)").json
            #expect(series.array?.first?["points"]?.array?.map { $0.array?[1].double } == [10, 10, 1], "\(series.text)")
        }
    }

    @Test("Rows that are named anew in each run get no series before they fill the storage, which is said; the others go on")
    func labelsThatChangeWithEachRun() async throws {
        let fixture = try await CollectionFixture.make()
        let server = try await fixture.server("a")
        @Sendable func set(_ run: Int) {
            fixture.engine.set(statement: Self.statement, Self.answer((0..<900).map { ("session \(run) \($0)", 1, 1) }))
        }
        set(0)
        try await Routes.with(.tenantAdmin, fixture) { (client) async throws in
            _ = try await client.make("job_queue", ["rowCountMax": 1_000])
            var states: [String] = []
            for run in 0..<40 {
                set(run)
                try await fixture.pass(after: Double(run) * 60)
                states += try await fixture.words("SELECT state FROM monitoring.collector_runs WHERE server_id = \(server)")
            }
            // 900 rows with two metrics, every other time with the holes of those before: 37 sets of them have 99,000 columns.
            #expect(states == (0..<40).map { $0 < 37 ? "ok" : "cut_off" })
            let said = try await fixture.words("SELECT message FROM monitoring.collector_runs WHERE collector = 'job_queue'")
            #expect(said.first?.contains("no series before tomorrow") == true)
            #expect(try await fixture.number("SELECT count(*)::float8 FROM monitoring.layouts WHERE collector = 'job_queue'") == 37)
            // Labels that have a place go on.
            set(36)
            try await fixture.pass(after: 40 * 60)
            #expect(try await fixture.words("SELECT state FROM monitoring.collector_runs WHERE collector = 'job_queue'") == ["ok"])
            // The next day has room again.
            _ = try await fixture.platform.tenants.transaction(fixture.tenant) {
                try $0.execute("UPDATE monitoring.layouts SET used_on = used_on - 1")
            }
            set(31)
            try await fixture.pass(after: 7_200)
            #expect(try await fixture.words("SELECT state FROM monitoring.collector_runs WHERE collector = 'job_queue'") == ["ok"])
        }
    }

    @Test("Limited to groups, by hand and by filter, it runs on their servers alone; without its groups on none")
    func groups() async throws {
        let fixture = try await CollectionFixture.make()
        for name in ["a", "b", "c"] { try await fixture.server(name) }
        fixture.engine.set(statement: Self.statement, Self.answer([("mail", 1, 1)]))
        try await Routes.with(.tenantAdmin, fixture) { (client) async throws in
            let group = try await client.send(.post, "/groups", ["name": "B", "filter": "name = \"b\""])
            try #require(group.status == 201, "\(group.json.text)")
            let id = try await client.make("job_queue", ["groupIds": [.string(group.id)]])
            try await fixture.pass()
            let servers = try await fixture.words(
                "SELECT s.name FROM monitoring.collector_runs t JOIN fleet.servers s ON s.id = t.server_id ORDER BY s.name")
            #expect(servers == ["b"])
            let shown = try await client.send(.get, "/custom-collectors/\(id)").json
            #expect(shown["groupIds"] == [.string(group.id)])
            // Who comes into the group is found within half a minute.
            try await client.send(.patch, "/groups/\(group.id)", ["filter": "name = \"b\" or name = \"c\""])
            try await fixture.pass(after: 60)
            #expect(fixture.engine.queries.count == 3)
            try await client.send(.delete, "/groups/\(group.id)")
            try await fixture.pass(after: 120)
            #expect(fixture.engine.queries.count == 3)
            #expect(try await client.send(.get, "/custom-collectors/\(id)").json["groupIds"] == [])
            #expect(try await client.send(.patch, "/custom-collectors/\(id)", ["groupIds": .null]).status == 200)
            try await fixture.pass(after: 180)
            #expect(fixture.engine.queries.count == 6)
        }
    }

    @Test("The list of metrics has every name once: the core's, those of all engines' collectors, then the tenant's with all their labels")
    func listedMetrics() throws {
        let own = CustomCollectorTests.collector { $0.name = "one" }.definition
        let second = CustomCollectorTests.collector {
            ($0.name, $0.engine) = ("two", .mysql)
            $0.columns = [
                CollectorColumn("host", .label, ""), CollectorColumn("waiting", .gauge, unit: "count", metric: "job_queue_waiting", ""),
                CollectorColumn("done", .counter, unit: "jobs", metric: "two_done", "Done"),
            ]
        }.definition
        let all = ListedMetric.all(own: [own, second])
        #expect(Set(all.map(\.name)).count == all.count)
        let shipped = Set(EngineKind.allCases.flatMap { CollectorCatalogue.of($0) }.flatMap { $0.columns.compactMap(\.metric) })
        #expect(Set(all.map(\.name)) == shipped.union(MetricType.all.map(\.name)).union(["job_queue_waiting", "two_done"]))
        let shared = try #require(all.dropLast().last)
        #expect(shared.name == "job_queue_waiting" && shared.collector == "one" && shared.labels == ["queue", "host"])
        #expect(shared.engines == [.postgresql, .mysql] || shared.engines == [.mysql, .postgresql])
        #expect(all.last?.name == "two_done" && all.last?.unit == "jobs/s" && all.last?.kind == .counter)
        #expect(ListedMetric.all(own: []).allSatisfy { !$0.engines.isEmpty })
    }

    @Test("A tenant without any costs its collectors no statement and no memory")
    func nothing() async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.server("a")
        try await fixture.pass()
        #expect(fixture.collector.index.custom.isEmpty)
        #expect(fixture.engine.queries.isEmpty)
    }
}
