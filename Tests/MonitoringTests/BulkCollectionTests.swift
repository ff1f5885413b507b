import Engines
import Fixtures
import Fleet
import Foundation
import Hummingbird
import Logging
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// `POST /servers/bulk/collection-config`: how many servers are read, and what of them, as one operation.
@Suite struct BulkCollectionTests {
    /// Begins a bulk action and does it to its end. Returns the reply, and how many items succeeded and were skipped.
    private static func run(
        _ fixture: CollectionFixture, _ client: MonitoringRoutesTests.Client, _ body: JSONValue, action: String = "collection-config"
    ) async throws -> (status: Int, counts: [Int]) {
        let reply = try await client.send(.post, "/servers/bulk/\(action)", body)
        guard reply.status == 202 else { return (reply.status, []) }
        let service = OperationService(
            tenants: fixture.platform.tenants, kinds: MonitoringRoutesTests.bulkCollection, logger: Logger(label: "test"))
        await service.tick(only: fixture.tenant)
        let row = try await fixture.rows("SELECT succeeded, skipped FROM platform.operations ORDER BY id DESC LIMIT 1")[0]
        return (reply.status, [try row.decode(0), try row.decode(1)])
    }

    @Test("PRD 3.2-4, 3.2-5, 3.2-6, 3.2-7, 3.2-10: a selection, a filter and a group are configured as one operation, from the next run on")
    func manyAreConfiguredAtOnce() async throws {
        let fixture = try await CollectionFixture.make()
        let ids = [try await fixture.server("db1"), try await fixture.server("db2"), try await fixture.server("web")]
        try await fixture.pass()
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let all = JSONValue.array(ids.map { .string($0.description) })
            // By ids: the interval's ends are taken, beyond them nothing.
            for (seconds, status) in [(29, 400), (30, 202), (3600, 202), (3601, 400)] {
                let body: JSONValue = ["ids": all, "intervalSeconds": .int(Int64(seconds))]
                #expect(try await Self.run(fixture, client, body).status == status, "\(seconds)")
            }
            // By filter, beside what each has.
            let off = try await Self.run(fixture, client, ["filter": ["q": "db"], "metricsOff": ["memory", "connection_count"]])
            #expect(off.counts == [2, 0])
            let config = try await client.send(.get, "/servers/\(ids[0])/collection-config").json
            #expect(config["intervalSeconds"] == 3600 && config["enabled"] == true)
            #expect(config["metricsEnabled"]?.array?.count == MetricType.all.count - 2)
            #expect(try await Self.run(fixture, client, ["filter": ["q": "db"], "metricsOff": ["memory"]]).counts == [0, 2])
            // Of a group, a dynamic one; back to the tenant's interval.
            let group = try await client.send(.post, "/groups", ["name": "g", "filter": "name=web"]).json["id"]?.string ?? ""
            let paused = try await Self.run(
                fixture, client, ["filter": ["group": [.string(group)]], "enabled": false, "intervalSeconds": .null])
            #expect(paused.counts == [1, 0])
            let web = try await client.send(.get, "/servers/\(ids[2])/collection-config").json
            #expect(web["enabled"] == false && web["isIntervalDefault"] == true && web["intervalSeconds"] == 60)
            #expect(try await client.send(.get, "/servers/\(ids[2])/health").json["reasons"] == ["Collection is switched off"])
        }
        // The next run of each keeps to it.
        try await fixture.collector.watch.tick(now: fixture.start + 3)
        #expect(try await fixture.pass(after: 3_700) == 2)
        let later = fixture.start + 1
        let metrics = try await fixture.words("SELECT DISTINCT metric FROM monitoring.metric_values m WHERE m.collected_at > \(later)")
        #expect(metrics.contains("cpu_percent") && !metrics.contains("memory_percent") && !metrics.contains("connection_count"))
        #expect(fixture.engine.collects.count { $0 == "web" } == 1)
        #expect(
            try await fixture.number("SELECT count(*)::float8 FROM platform.activity_log WHERE action = 'config_changed'") == 3 + 3 + 2 + 1)
    }

    @Test("PRD 3.2-7, 3.2-8, 3.2-9: switched on and off again, all is as it was, and what the tenant says is followed again")
    func whatWasSwitchedOffComesBack() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        let names = JSONValue.array(MetricType.all.map { .string($0.name) })
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            #expect(try await Self.run(fixture, client, ["filter": [:], "metricsOff": names]).counts == [1, 0])
            #expect(try await client.send(.get, "/servers/\(id)/collection-config").json["metricsEnabled"] == [])
            #expect(try await Self.run(fixture, client, ["filter": [:], "metricsOn": names]).counts == [1, 0])
            #expect(try await Self.run(fixture, client, ["filter": [:]], action: "stop-collection").counts == [1, 0])
            #expect(try await Self.run(fixture, client, ["filter": [:]], action: "start-collection").counts == [1, 0])
            #expect(try await Self.run(fixture, client, ["filter": [:]], action: "start-collection").counts == [0, 1])
        }
        let row = try await fixture.rows("SELECT interval_seconds, enabled, metrics_enabled FROM monitoring.collection_config")[0]
        #expect(try row.decode(0, as: Int?.self) == nil && row.decode(1, as: Bool.self) && row.decode(2, as: [String]?.self) == nil)
    }

    @Test(arguments: [
        (#"{}"#, ["intervalSeconds"]), (#"{"enabled":null}"#, ["enabled"]), (#"{"metricsOff":["x"]}"#, ["metricsOff[0]"]),
        (#"{"metricsOn":["cpu"],"metricsOff":["cpu_percent"]}"#, ["metricsOff"]),
        (#"{"collectorsOff":["no_such"]}"#, ["collectorsOff"]), (#"{"collectorsOff":["No such"]}"#, ["collectorsOff[0]"]),
        (#"{"enabled":true,"speed":1}"#, ["speed"]),
    ])
    func whatIsWrongIsNamed(body: String, fields: [String]) async throws {
        let fixture = try await CollectionFixture.make()
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            var members = try JSONValue.parse(text: body).object ?? [:]
            members["filter"] = [:]
            let reply = try await client.send(.post, "/servers/bulk/collection-config", .object(members))
            #expect(reply.status == 400)
            let named = reply.json.array?.compactMap(\.string) ?? []
            #expect(Set(named).isSuperset(of: fields), "\(named)")
        }
    }

    /// A name that another engine's collector has is kept from a server that cannot run it.
    @Test func collectorsAreSwitchedWhereTheyAre() throws {
        let before = CollectionSettings(intervalSeconds: 60, enabled: true, collectorsDisabled: ["old_one"])
        for engine in EngineKind.allCases {
            let own = CollectorCatalogue.of(engine).map(\.name)
            var change = CollectionChange()
            change.collectorsOn = ["old_one"]
            change.collectorsOff = Set(own.prefix(1) + ["of_no_engine", "the_tenants"])
            let after = change.applied(to: before, engine: engine, tenantIntervalSeconds: 60)
            #expect(after.collectorsDisabled == Array(own.prefix(1)))
            let both = change.applied(to: before, engine: engine, own: ["the_tenants"], tenantIntervalSeconds: 60)
            #expect(both.collectorsDisabled == (own.prefix(1) + ["the_tenants"]).sorted())
        }
    }

    @Test("PRD 3.2-7, 3.2-10: a tenant's own collector is listed and switched with the product's, where the engine is the same")
    func ownCollectorsAreSwitchedToo() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("a")
        try await CustomCollectorRoutesTests.with(.tenantAdmin, fixture) { (client) async throws in
            _ = try await client.make("job_queue")
            let listed = try await client.send(.get, "/metrics/collectors").json.array ?? []
            #expect(listed.last?["name"] == "job_queue" && listed.last?["isCustom"] == true && listed.first?["isCustom"] == false)
        }
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let off: JSONValue = ["filter": [:], "collectorsOff": ["job_queue", "waits"]]
            #expect(try await Self.run(fixture, client, off).counts == [1, 0])
            func disabled() async throws -> JSONValue? {
                try await client.send(.get, "/servers/\(id)/collection-config").json["collectorsDisabled"]
            }
            #expect(try await disabled() == ["job_queue", "waits"])
            #expect(try await Self.run(fixture, client, ["filter": [:], "collectorsOn": ["job_queue"]]).counts == [1, 0])
            #expect(try await disabled() == ["waits"])
            let other: JSONValue = ["filter": [:], "collectorsOn": ["waits"], "collectorsOff": ["nobodys_own"]]
            #expect(try await Self.run(fixture, client, other).status == 400)
            #expect(try await disabled() == ["waits"])
        }
    }

    @Test("PRD 3.2-7, 3.2-10: a collector that is switched off on a server is run there no more from the next run on")
    func aCollectorThatIsOffIsNotRun() async throws {
        let fixture = try await CollectionFixture.make(catalogue: { _ in TestCollectors.all })
        let ids = [try await fixture.server("a"), try await fixture.server("b")]
        for host in ["a", "b"] { fixture.engine.set(host, traits: ServerTraits(version: "15.0.1")) }
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            var settings = try CollectionSettings.find(ids[0], on: session)
            settings.collectorsDisabled = ["test_queries"]
            try settings.save(for: ids[0], at: fixture.start, on: session)
        }
        try await fixture.pass()
        let run: SQL = "SELECT collector FROM monitoring.collector_runs WHERE server_id = "
        #expect(try await fixture.words(run + "\(ids[0]) ORDER BY collector") == ["test_files", "test_settings"])
        #expect(try await fixture.words(run + "\(ids[1]) ORDER BY collector") == ["test_files", "test_queries", "test_settings"])
    }

    @Test func tenThousandServersAreConfiguredInFewStatements() async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            _ = try session.execute(
                """
                INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, change_number, created_at, updated_at)
                SELECT gen_random_uuid(), 'server ' || n, 'sqlserver', 'h', 1433, 'sql', n, now(), now() FROM generate_series(1, 10000) n
                """)
            _ = try session.execute("UPDATE fleet.change_counter SET value = 10000")
        }
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let counts = try await Self.run(fixture, client, ["filter": [:], "intervalSeconds": 300, "enabled": false]).counts
            #expect(counts == [10_000, 0])
        }
        // Collectors learn of each, and of each once.
        let row = try await fixture.rows("SELECT count(DISTINCT change_number), max(change_number) FROM fleet.servers")[0]
        #expect(try row.decode(0, as: Int.self) == 10_000 && row.decode(1, as: Int.self) == 20_000)
        #expect(try await fixture.number("SELECT value::float8 FROM fleet.change_counter") == 20_000)
    }
}
