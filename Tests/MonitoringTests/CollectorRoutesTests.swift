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

/// `/servers/{id}/collectors`, `/series` and `/changes`: what the product's own definitions bring, from a fake engine to the answer.
@Suite struct CollectorRoutesTests {
    private func fixture() async throws -> (CollectionFixture, Server.ID) {
        let fixture = try await CollectionFixture.make(catalogue: CollectorCatalogue.of)
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        return (fixture, try await fixture.server("a"))
    }

    private func definition(_ name: String) throws -> CollectorDefinition {
        try #require(CollectorCatalogue.named(name, of: .sqlserver))
    }

    /// A row of `definition` with the cells that are named; the others are not known.
    private func row(_ definition: CollectorDefinition, _ cells: [String: Cell]) -> [Cell] {
        definition.columns.map { cells[$0.name] ?? .null }
    }

    @Test("A collector's metric over time: a series for each row, the largest first, counters as rates, labels as filters")
    func seriesByLabel() async throws {
        let (fixture, id) = try await fixture()
        let files = try definition("file_io")
        for minute in 0..<4 {
            fixture.engine.pass(seconds: 60)
            let rows = [("small", Int64(minute * 60)), ("large", Int64(minute * 600))].map { name, reads in
                row(
                    files,
                    ["database_name": .text("db:1"), "file_name": .text(name), "read_count": .integer(reads), "size_bytes": .number(8)])
            }
            fixture.engine.set("a", CollectorAnswer(collector: "file_io", rows: rows))
            try await fixture.pass(after: Double(minute * 60))
        }
        let stretch = "from=\(RFC3339.string(fixture.start - 60))&to=\(RFC3339.string(fixture.start + 600))"
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            let all = try await client.send(.get, "/servers/\(id)/series?metric=file_reads&\(stretch)")
            #expect(all.status == 200)
            let series = try #require(all.json.array)
            #expect(series.map { $0["labels"]?["file_name"]?.string } == ["large", "small"])
            #expect(series[0]["unit"]?.string == "operations/s")
            #expect(series[0]["kind"]?.string == "counter")
            let points = try #require(series[0]["points"]?.array)
            #expect(points.map { $0.array?[1].double } == [10, 10, 10], "three rates of four runs: the first has nothing before it")
            let one = try await client.send(
                .get, "/servers/\(id)/series?metric=file_reads&label=file_name:small&label=database_name:db:1&\(stretch)")
            #expect(one.json.array?.count == 1)
            let sizes = try await client.send(.get, "/servers/\(id)/series?metric=file_size_bytes&top=1&\(stretch)")
            #expect(sizes.json.array?.count == 1)
            #expect(sizes.json.array?[0]["points"]?.array?.count == 4)
            #expect(sizes.json.array?[0]["unit"]?.string == "bytes")
            let smallest = try await client.send(.get, "/servers/\(id)/series?metric=file_reads&top=1&order=asc&\(stretch)")
            #expect(smallest.json.array?.map { $0["labels"]?["file_name"]?.string } == ["small"])
            for query in ["", "metric=nothing", "metric=file_reads&label=x", "metric=file_reads&top=21", "metric=file_reads&order=up",
                "metric=file_reads&range=2h"] {
                #expect(try await client.send(.get, "/servers/\(id)/series?\(query)").status == 400, "\(query)")
            }
            #expect(try await client.send(.get, "/servers/\(Server.ID())/series?metric=file_reads").status == 404)
        }
    }

    @Test("Where several collectors have a metric, each series has the labels of its own, and how often it comes is of those that are here")
    func sharedMetrics() async throws {
        let fixture = try await CollectionFixture.make(catalogue: { _ in [] })
        let id = try await fixture.server("a")
        try await fixture.pass()
        _ = try await fixture.platform.tenants.transaction(fixture.tenant) {
            try $0.execute("UPDATE fleet.servers SET engine = 'postgresql' WHERE id = \(id)")
        }
        func store(_ name: String, _ cells: [[String: Cell]], at seconds: Double) async throws {
            let collector = try #require(CollectorCatalogue.named(name, of: .postgresql))
            let table = CollectedTable(
                of: collector, CollectorAnswer(collector: name, rows: cells.map { row(collector, $0) }), durationMs: 1)
            let time = fixture.start + seconds
            fixture.collector.buffer.append(
                CollectorRun(server: id, slotAt: time, attemptedAt: time, epoch: 1, tables: [table]), for: fixture.tenant)
            await fixture.collector.buffer.tick(now: time)
        }
        for (name, bytes) in [("one", 8.0), ("two", 9.0)] {
            try await store(
                "replication",
                [["standby_name": .text(name), "client_address": .text("local"), "replay_lag_bytes": .number(bytes)]],
                at: name == "one" ? -120 : -60)
        }
        let stretch = "from=\(RFC3339.string(fixture.start - 600))&to=\(RFC3339.string(fixture.start + 600))"
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            let lags = try await client.send(.get, "/servers/\(id)/series?metric=replication_lag_bytes&\(stretch)").json.array ?? []
            #expect(lags.map { $0["labels"]?["standby_name"] } == ["two", "one"], "\(lags)")
            #expect(lags.allSatisfy { $0["interval"] == 60 && $0["collector"] == "replication" })
        }
    }

    @Test("A first run of a collector that has counters alone shows its rows: their rates are not known yet")
    func rowsWithoutRates() async throws {
        let (fixture, id) = try await fixture()
        let waits = try definition("waits")
        fixture.engine.set(
            "a",
            CollectorAnswer(
                collector: "waits", rows: ["CXPACKET", "WRITELOG"].map { row(waits, ["wait_type": .text($0), "wait_ms": .integer(7)]) }))
        try await fixture.pass()
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            let one = try await client.send(.get, "/servers/\(id)/collectors/waits").json
            #expect(one["rowCount"] == 2 && one["rows"]?.array?.count == 2, "\(one.text)")
            let cells = one["rows"]?.array?.flatMap { $0.array ?? [] } ?? []
            #expect(cells.contains("CXPACKET") && cells.contains("WRITELOG") && !cells.contains(0))
        }
    }

    @Test("All collectors of the engine are listed, those that never ran as pending, and one is shown with its newest rows")
    func listAndRows() async throws {
        let (fixture, id) = try await fixture()
        let files = try definition("file_io")
        fixture.engine.set(
            "a",
            CollectorAnswer(
                collector: "file_io",
                rows: [
                    row(
                        files,
                        ["database_name": .text("db"), "file_name": .text("f"), "file_kind": .text("ROWS"), "size_bytes": .number(8)])
                ]))
        fixture.engine.set("a", CollectorAnswer(collector: "backups", trouble: .noPermission("SELECT on msdb is missing.")))
        try await fixture.pass()
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            let list = try await client.send(.get, "/servers/\(id)/collectors")
            let names = list.json.array?.compactMap { $0["name"]?.string } ?? []
            #expect(names == CollectorCatalogue.of(.sqlserver).map(\.name))
            let states = Dictionary(
                uniqueKeysWithValues: (list.json.array ?? []).map { ($0["name"]?.string ?? "", $0["state"]?.string ?? "") })
            #expect(states["file_io"] == "ok")
            #expect(states["backups"] == "no_permissions")
            let one = try await client.send(.get, "/servers/\(id)/collectors/file_io")
            let columns = one.json["columns"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(columns == files.columns.map(\.name))
            let cells = try #require(one.json["rows"]?.array?.first?.array)
            #expect(cells[columns.firstIndex(of: "file_kind") ?? 0] == "ROWS")
            #expect(cells[columns.firstIndex(of: "size_bytes") ?? 0].double == 8)
            #expect(cells[columns.firstIndex(of: "read_count") ?? 0] == .null, "a first run has no rate")
            #expect(one.json["columns"]?.array?[columns.firstIndex(of: "read_count") ?? 0]["unit"]?.string == "operations/s")
            for path in ["/collectors/nothing", "/collectors/file_io/history"] {
                #expect(try await client.send(.get, "/servers/\(id)\(path)").status == 404, "\(path)")
            }
        }
        let other = try await fixture.server("never")
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let states = try await client.send(.get, "/servers/\(other)/collectors").json.array?.map { $0["state"]?.string }
            #expect(Set(states ?? []) == ["pending"])
        }
    }

    @Test("Texts of queries come without literals, and not at all to viewers", arguments: [Role.viewer, .operator])
    func queryTexts(_ role: Role) async throws {
        let (fixture, id) = try await fixture()
        let queries = try definition("running_queries")
        let place = try #require(queries.columns.firstIndex { $0.kind == .statement })
        let text = Cell.text("SELECT * FROM people WHERE name = 'Ada'")
        fixture.engine.set(
            "a",
            CollectorAnswer(
                collector: "running_queries",
                rows: [row(queries, ["session_id": .text("51"), "request_id": .text("0"), queries.columns[place].name: text])]))
        try await fixture.pass()
        let expected: JSONValue = role == .viewer ? .null : "SELECT * FROM people WHERE name = ?"
        try await MonitoringRoutesTests.with(fixture, role: role) { (client) async throws in
            let now = try await client.send(.get, "/servers/\(id)/collectors/running_queries")
            #expect(now.json["queryTextHidden"]?.bool == (role == .viewer))
            #expect(now.json["rows"]?.array?.first?.array?[place] == expected)
            let before = try await client.send(.get, "/servers/\(id)/collectors/running_queries/history?limit=5")
            #expect(before.json.array?.first?["rows"]?.array?.first?.array?[place] == expected)
            #expect(!now.json.text.contains("Ada") && !before.json.text.contains("Ada"))
        }
    }

    @Test("Pages of changes lose none of one moment, and what a page began with stays where it was")
    func pagesOfChanges() async throws {
        let (fixture, id) = try await fixture()
        try await fixture.platform.tenants.transaction(fixture.tenant) {
            for number in 0..<7 {
                try $0.execute(
                    """
                    INSERT INTO monitoring.changes (server_id, collector, labels, change, before, after, changed_at)
                    VALUES (\(id), 'configuration', '{}', 'changed', '{}', '{}', \(fixture.start - (number < 6 ? 60 : 120)))
                    """)
            }
        }
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            var (seen, pages, path) = ([Int64](), 0, "/servers/\(id)/changes?limit=3&collector=configuration")
            while pages < 5 {
                let page = try await client.page(path)
                #expect(page.total == 7)
                seen += page.json.array?.compactMap { $0["id"]?.int } ?? []
                pages += 1
                guard let next = page.next else { break }
                path = String(next.trimmingPrefix("/api/v1"))
            }
            #expect(pages == 3)
            #expect(seen.count == 7 && Set(seen).count == 7)
            let older = try await client.send(.get, "/servers/\(id)/changes?before=\(RFC3339.string(fixture.start - 90))")
            #expect(older.json.array?.count == 1, "the older way of asking goes on")
            #expect(try await client.send(.get, "/servers/\(id)/changes?cursor=x").status == 400)
        }
    }

    @Test("The moments of kept runs come without their rows, of the stretch that is asked for")
    func moments() async throws {
        let (fixture, id) = try await fixture()
        let queries = try definition("running_queries")
        for minute in 0..<3 {
            let sessions = (0...minute).map { row(queries, ["session_id": .text("\($0)"), "request_id": .text("0")]) }
            fixture.engine.set("a", CollectorAnswer(collector: "running_queries", rows: sessions))
            try await fixture.pass(after: Double(minute * 60))
        }
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            let path = "/servers/\(id)/collectors/running_queries"
            let all = try await client.send(.get, "\(path)/moments")
            #expect(all.json.array?.map { $0["rowCount"]?.int } == [3, 2, 1])
            let from = RFC3339.string(fixture.start + 30)
            #expect(try await client.send(.get, "\(path)/moments?from=\(from)").json.array?.count == 2)
            #expect(try await client.send(.get, "\(path)/moments?to=\(from)").json.array?.count == 1)
            #expect(try await client.send(.get, "/servers/\(id)/collectors/file_io/moments").status == 404)
            let at = try #require(all.json.array?[1]["collectedAt"]?.string.flatMap(RFC3339.date))
            let one = try await client.send(.get, "\(path)/history?limit=1&before=\(RFC3339.string(at + 0.001))")
            #expect(one.json.array?.first?["rows"]?.array?.count == 2)
        }
    }

    @Test(
        "What a collector brought is stale after two and a half of its own times, and five minutes; what was never read is not",
        arguments: [
            (.minute, 60, 299, false), (.minute, 60, 301, true), (.minute, 3_600, 8_999, false), (.minute, 3_600, 9_001, true),
            (.hour, 60, 8_999, false), (.hour, 60, 9_001, true), (.day, 60, 215_999, false), (.day, 60, 216_001, true),
            (.week, 60, 1_511_999, false), (.week, 60, 1_512_001, true),
        ] as [(Cadence, Int, Double, Bool)])
    func staleness(_ cadence: Cadence, _ interval: Int, _ age: Double, _ isStale: Bool) {
        let now = Date()
        var status = CollectorStatus(
            definition: TestCollectors.fileIO, intervalSeconds: cadence.seconds(intervalSeconds: interval), isEnabled: true, state: .ok)
        #expect(!status.isStale(now: now))
        status.collectedAt = now - age
        #expect(status.isStale(now: now) == isStale)
    }

    @Test("The collectors of a server that has been away for five hours are stale, though their last run was good")
    func staleOfAnOfflineServer() async throws {
        let (fixture, id) = try await fixture()
        let cells = row(try definition("file_io"), ["database_name": .text("db"), "file_name": .text("f"), "size_bytes": .number(8)])
        fixture.engine.set("a", CollectorAnswer(collector: "file_io", rows: [cells]))
        try await fixture.pass()
        try await MonitoringRoutesTests.with(fixture, role: .viewer) { (client) async throws in
            func stale(_ name: String) async throws -> [JSONValue?] {
                let list = try await client.send(.get, "/servers/\(id)/collectors").json.array ?? []
                let listed = list.first { $0["name"]?.string == name }
                let one = try await client.send(.get, "/servers/\(id)/collectors/\(name)").json
                return [listed?["state"], listed?["isStale"], one["isStale"]]
            }
            #expect(try await stale("file_io") == ["ok", false, false])
            _ = try await fixture.platform.tenants.ownerTransaction(fixture.tenant) {
                try $0.execute("UPDATE monitoring.collector_runs SET collected_at = now() - interval '5 hours'")
            }
            #expect(try await stale("file_io") == ["ok", true, true])
            let never = try await client.send(.get, "/servers/\(id)/collectors").json.array?.filter { $0["state"] == "pending" } ?? []
            #expect(never.allSatisfy { $0["isStale"] == false })
        }
    }

    @Test("Whether a collector is switched on stands beside how it fares, and the catalogue names all that can be")
    func switchedOff() async throws {
        let (fixture, id) = try await fixture()
        try await fixture.pass()
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            func enabled(_ name: String) async throws -> Bool? {
                let list = try await client.send(.get, "/servers/\(id)/collectors").json.array ?? []
                return list.first { $0["name"]?.string == name }?["enabled"]?.bool
            }
            #expect(try await enabled("file_io") == true)
            let config: JSONValue = ["intervalSeconds": 60, "enabled": true, "metricsEnabled": ["cpu"], "collectorsDisabled": ["file_io"]]
            #expect(try await client.send(.put, "/servers/\(id)/collection-config", config).status == 200)
            #expect(try await enabled("file_io") == false)
            #expect(try await enabled("backups") == true)
            #expect(try await client.send(.get, "/servers/\(id)/collectors/file_io").json["enabled"]?.bool == false)
            #expect(try await client.send(.post, "/servers/\(id)/collection/stop").status == 200)
            #expect(try await enabled("backups") == false)
            let catalogue = try await client.send(.get, "/metrics/collectors").json.array ?? []
            #expect(catalogue.count == EngineKind.allCases.reduce(0) { $0 + CollectorCatalogue.of($1).count })
            #expect(Set(catalogue.compactMap { $0["engine"]?.string }) == ["sqlserver", "postgresql", "mysql"])
        }
    }
}
