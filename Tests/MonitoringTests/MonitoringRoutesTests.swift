import Engines
import Fixtures
import Fleet
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

@Suite struct MonitoringRoutesTests {
    /// Routes of Monitoring for the fixture's tenant, and a client that is signed in.
    static func with(_ fixture: CollectionFixture, role: Role = .operator, _ body: @Sendable (Client) async throws -> Void) async throws {
        let router = Router(context: AppRequestContext.self)
        router.add(middleware: SignedIn(tenant: fixture.tenant, role: role))
        let group = router.group("/api/v1")
        HealthRoutes(databases: fixture.platform.tenants).add(to: group)
        MetricRoutes(databases: fixture.platform.tenants).add(to: group)
        CollectorRoutes(databases: fixture.platform.tenants).add(to: group)
        ReplicaBackupRoutes(databases: fixture.platform.tenants).add(to: group)
        QueryPlanRoutes(databases: fixture.platform.tenants).add(to: group)
        CollectorSeriesRoutes(databases: fixture.platform.tenants).add(to: group)
        ExportRoutes(databases: fixture.platform.tenants).add(to: group)
        CollectionRoutes(databases: fixture.platform.tenants).add(to: group)
        WaitRoutes(databases: fixture.platform.tenants).add(to: group)
        CompareRoutes(databases: fixture.platform.tenants).add(to: group)
        ServerGroupRoutes(databases: fixture.platform.tenants).add(to: group)
        ThresholdRoutes(databases: fixture.platform.tenants).add(to: group)
        BulkRoutes(databases: fixture.platform.tenants, actions: bulkCollection).add(to: group)
        try await Application(router: router).test(.router) { try await body(Client(client: $0)) }
    }

    static let bulkCollection: [BulkCollection] = [.start, .stop, .interval, .configure].map { BulkCollection($0) }

    struct Client: Sendable {
        let client: any TestClientProtocol
        /// A page of a list: its rows, how many there are on all, and the address of the next.
        func page(_ path: String) async throws -> (json: JSONValue, total: Int?, next: String?) {
            try await client.execute(uri: "/api/v1\(path)", method: .get) { reply in
                let link = reply.headers[.link]?.split(separator: ">").first?.dropFirst()
                return (
                    try JSONValue.parse(text: String(buffer: reply.body)), reply.headers[.totalCount].flatMap { Int($0) },
                    link.map(String.init)
                )
            }
        }
        func send(_ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil) async throws -> (status: Int, json: JSONValue) {
            let headers: HTTPFields = body == nil ? [:] : [.contentType: "application/json"]
            return try await client.execute(
                uri: "/api/v1\(path)", method: method, headers: headers, body: body.map { ByteBuffer(string: $0.text) }
            ) { reply in
                let text = String(buffer: reply.body)
                return (reply.status.code, text.isEmpty ? .null : try JSONValue.parse(text: text))
            }
        }

        func text(_ path: String) async throws -> (status: Int, type: String?, text: String) {
            try await client.execute(uri: "/api/v1\(path)", method: .get) {
                ($0.status.code, $0.headers[.contentType], String(buffer: $0.body))
            }
        }
    }

    struct SignedIn: RouterMiddleware {
        let tenant: Tenant
        let role: Role
        func handle(
            _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
        ) async throws -> Response {
            var context = context
            context.caller = Caller(userID: User.ID(), email: "ada@example.com", role: role)
            context.tenant = tenant
            do { return try await next(request, context) } catch let error as AppError {
                let status: HTTPResponse.Status =
                    switch error.code {
                    case .notFound: .notFound
                    case .forbidden: .forbidden
                    case .validationError: .badRequest
                    default: .internalServerError
                    }
                return try json(error.details.map(\.field), status: status)
            }
        }
    }

    @Test("Issue 3: what a server does not have is shown with its reason: no value, no fault, and no reason of its health")
    func whatIsNotAvailableIsShown() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        let phrase = "sys.dm_os_ring_buffers (Invalid object name 'sys.dm_os_ring_buffers')"
        fixture.engine.set("db1", .reading(cpu: nil, memory: 50, batches: 1))
        fixture.engine.set("db1", unavailable: [phrase])
        try await fixture.pass()
        func shown() async throws -> JSONValue {
            var writer = JSONWriter()
            let overview = try await fixture.platform.tenants.read(fixture.tenant) { try ServerOverview.find(id, on: $0) }
            try overview.write(to: &writer, now: fixture.start)
            return try JSONValue.parse(writer.bytes)
        }
        let server = try await shown()
        #expect(server["status"] == "online" && server["health"] == "healthy" && server["healthReasons"] == [])
        #expect(server["unavailable"] == [.string(phrase)] && server["latest"]?["cpuPercent"] == .null)
        try await Self.with(fixture) { (client) async throws in
            #expect(try await client.send(.get, "/servers/\(id)/health").json["reasons"] == [])
            #expect(try await client.send(.get, "/servers/health/changes").json.array?.first?["reasons"] == [])
        }
        // It stays while the server is away, and goes when the server has it again.
        fixture.engine.set("db1", .failure(.unreachable))
        try await fixture.pass(after: 60)
        try await fixture.pass(after: 120)
        let away = try await shown()
        #expect(away["status"] == "offline" && away["healthReasons"] == ["It is away."] && away["unavailable"] == [.string(phrase)])
        fixture.engine.set("db1", .reading(cpu: 5, memory: 50, batches: 2))
        fixture.engine.set("db1", unavailable: [])
        try await fixture.pass(after: 900)
        #expect(try await shown()["unavailable"] == [])
    }

    @Test("PRD 3.6-1, 3.6-2, 3.6-7, 3.6-8: the health of all and of one say the same")
    func healthOfAllAndOfOneSayTheSame() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.server("db2")
        fixture.engine.set("db1", .reading(cpu: 97, memory: 50, batches: 1))
        try await fixture.pass()
        try await Self.with(fixture) { (client) async throws in
            let all = try await client.send(.get, "/servers/health").json.array ?? []
            let one = try await client.send(.get, "/servers/\(id)/health").json
            #expect(all.count == 2 && all.contains(one))
            #expect(one["status"] == "critical" && one["reachability"] == "online" && one["cpuPercent"] == 97 && one["groupIds"] == [])
            #expect(one["reasons"] == ["CPU is at 97 %, above the critical limit of 95 %"])
            #expect(one["batchRequestsSec"] == .null)
            let dashboard = try await client.send(.get, "/metrics/dashboard").json
            #expect(dashboard["total"] == 2)
            #expect(dashboard["byHealth"] == ["healthy": 1, "warning": 0, "critical": 1, "offline": 0, "unknown": 0])
            let changes = try await client.send(.get, "/servers/health/changes?limit=1").json.array ?? []
            #expect(changes.count == 1 && changes.first?["from"] == "unknown")
            #expect(try await client.send(.get, "/servers/7d9fd5a0-0000-7000-8000-000000000000/health").status == 404)
        }
    }

    @Test("The history of one server's health comes in pages, newest first, and loses none of one moment; other servers' stays out")
    func healthHistoryOfAServer() async throws {
        let fixture = try await CollectionFixture.make()
        let (id, other) = (try await fixture.server("db1"), try await fixture.server("db2"))
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            for number in 0..<7 {
                for server in [id, other] {
                    try session.execute(
                        """
                        INSERT INTO monitoring.health_changes (server_id, from_health, to_health, status, reasons, changed_at)
                        VALUES (\(server), 'healthy', 'warning', 'online', ARRAY[\("reason \(number)")]::text[],
                            \(fixture.start - (number < 5 ? 60 : 120)))
                        """)
                }
            }
        }
        try await Self.with(fixture, role: .viewer) { (client) async throws in
            var (seen, pages, path) = ([String](), 0, "/servers/\(id)/health/changes?limit=3")
            while pages < 5 {
                let page = try await client.page(path)
                #expect(page.total == 7)
                #expect(page.json.array?.allSatisfy { $0["serverId"]?.string == "\(id)" && $0["name"] == "db1" } == true)
                seen += page.json.array?.compactMap { $0["reasons"]?.array?.first?.string } ?? []
                pages += 1
                guard let next = page.next else { break }
                path = String(next.trimmingPrefix("/api/v1"))
            }
            #expect(pages == 3)
            #expect(seen == [4, 3, 2, 1, 0, 6, 5].map { "reason \($0)" })
            let all = try await client.send(.get, "/servers/\(id)/health/changes")
            #expect(all.json.array?.count == 7 && all.json.array?.first?["to"] == "warning" && all.json.array?.first?["status"] == "online")
            for query in ["limit=0", "limit=501", "cursor=x"] {
                #expect(try await client.send(.get, "/servers/\(id)/health/changes?\(query)").status == 400, "\(query)")
            }
            #expect(try await client.send(.get, "/servers/\(Server.ID())/health/changes").status == 404)
        }
    }

    @Test func theDashboardCountsByGroup() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.server("db2")
        let now = fixture.start
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            for name in ["full", "Empty"] {
                let group = ServerGroup(
                    id: ServerGroup.ID(), name: name, description: "", color: nil, revision: 1, serverCount: 0, createdAt: now,
                    updatedAt: now)
                try group.insert(on: session)
                if name == "full" { _ = try group.add([id], on: session) }
            }
        }
        try await Self.with(fixture) { (client) async throws in
            let groups = try await client.send(.get, "/metrics/dashboard").json["groups"]?.array ?? []
            #expect(groups.compactMap { $0["name"]?.string } == ["Empty", "full"])
            #expect(groups.compactMap { $0["total"]?.int } == [0, 1])
            #expect(groups.last?["byHealth"]?["unknown"] == 1)
        }
    }

    @Test("PRD 3.8-6, 3.8-7: series in steps that fit the range, with gaps where nothing was read")
    func seriesHaveGapsWhereNothingWasRead() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        for minutes in [50.0, 49, 20, 19] {
            let at = fixture.start - minutes * 60
            fixture.collector.buffer.append(
                StoredRun(
                    server: id, slotAt: at, finishedAt: at, intervalSeconds: 60, epoch: 1,
                    result: .reading(values: [.cpuPercent: minutes, .connectionCount: 3], missing: [])), for: fixture.tenant)
        }
        await fixture.collector.buffer.tick(now: fixture.start)
        try await Self.with(fixture) { (client) async throws in
            let raw = try await client.send(.get, "/servers/\(id)/metrics?metric=cpu&range=1h").json
            #expect(raw["metric"] == "cpu_percent" && raw["unit"] == "percent" && raw["interval"] == 60)
            #expect(raw["points"]?.array?.compactMap { $0.array?[1] } == [50, 49, 20, 19])
            let binned = try await client.send(.get, "/servers/\(id)/metrics?metric=cpu&metric=connections&range=24h").json.array ?? []
            #expect(binned.compactMap { $0["interval"]?.int } == [300, 300])
            #expect((2...4).contains(binned.first?["points"]?.array?.count ?? 0))
            #expect(binned.last?["points"]?.array?.allSatisfy { $0.array?[1] == 3 } == true)
            #expect(try await client.send(.get, "/servers/\(id)/metrics?metric=memory").json["points"] == [])
            let history = try await client.send(.get, "/metrics/servers/\(id)/history").json.array ?? []
            #expect(history.compactMap { $0["metric"]?.string } == MetricType.all.map(\.name))
            #expect(history.first?["points"] == raw["points"])
            let named = try await client.send(.get, "/metrics/servers/\(id)/history?metric=cpu&range=1h").json.array ?? []
            #expect(named.count == 1 && named.first?["points"] == raw["points"])
        }
    }

    @Test(arguments: [
        ("", ["metric"]), ("metric=nonsense", ["metric"]), ("metric=cpu&range=2h", ["range"]), ("metric=cpu&from=x", ["from"]),
        ("metric=cpu&to=2026-01-01T00:00:00Z", ["from"]), ("metric=cpu&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", ["to"]),
        ("metric=cpu&from=2020-01-02T00:00:00Z", ["from"]), ("metric=cpu&range=24h&interval=60", ["interval"]),
        ("metric=cpu&interval=1", ["interval"]),
        ("metric=cpu&range=1h&from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z", ["range"]),
    ])
    func seriesRefusalsNameTheParameter(query: String, fields: [String]) async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await Self.with(fixture) { (client) async throws in
            let reply = try await client.send(.get, "/servers/\(id)/metrics?\(query)")
            #expect(reply.status == 400)
            #expect(reply.json == .array(fields.map { .string($0) }))
        }
    }

    @Test("PRD 3.2-1 to 3.2-10: collection is configured, and the next pass keeps to it")
    func collectionIsConfigured() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await fixture.pass()
        try await Self.with(fixture) { (client) async throws in
            let initial = try await client.send(.get, "/servers/\(id)/collection-config").json
            #expect(initial["intervalSeconds"] == 60 && initial["enabled"] == true)
            #expect(initial["metricsEnabled"]?.array?.count == MetricType.all.count)
            let put = try await client.send(
                .put, "/servers/\(id)/collection-config", ["intervalSeconds": 30, "enabled": true, "metricsEnabled": ["cpu_percent"]])
            #expect(
                put.json == [
                    "intervalSeconds": 30, "isIntervalDefault": false, "enabled": true, "metricsEnabled": ["cpu_percent"],
                    "collectorsDisabled": [],
                ])
            for body in [["intervalSeconds": 29, "enabled": true], ["intervalSeconds": 3601, "enabled": true]] as [JSONValue] {
                #expect(try await client.send(.put, "/servers/\(id)/collection-config", body).json == ["intervalSeconds"])
            }
            #expect(
                try await client.send(
                    .put, "/servers/\(id)/collection-config", ["intervalSeconds": 60, "enabled": true, "metricsEnabled": ["x"]]
                ).json
                    == ["metricsEnabled[0]"])
            // What is absent stays; null is the tenant's interval, and all metrics.
            let path = "/servers/\(id)/collection-config"
            let longer = try await client.send(.put, path, ["intervalSeconds": 90]).json
            #expect(longer["intervalSeconds"] == 90 && longer["metricsEnabled"] == ["cpu_percent"] && longer["enabled"] == true)
            let usual = try await client.send(.put, path, ["intervalSeconds": nil, "metricsEnabled": nil]).json
            #expect(usual["isIntervalDefault"] == true && usual["metricsEnabled"]?.array?.count == MetricType.all.count)
            let back = try await client.send(.put, path, ["intervalSeconds": 30, "metricsEnabled": ["cpu_percent"]]).json
            #expect(back == put.json)
            // The answer of a GET can be sent back: it stays, and with another interval that one holds.
            _ = try await client.send(.put, path, ["isIntervalDefault": true])
            for interval in [60, 120, 120] as [JSONValue] {
                var sent = try #require(try await client.send(.get, path).json.object)
                sent["intervalSeconds"] = interval
                let answer = try await client.send(.put, path, .object(sent)).json
                #expect(answer["intervalSeconds"] == interval && answer["isIntervalDefault"] == .bool(interval == 60))
            }
            let fixed = try await client.send(.put, path, ["intervalSeconds": 60]).json
            #expect(fixed["isIntervalDefault"] == false)
            #expect(try await client.send(.put, path, ["isIntervalDefault": nil]).json == ["isIntervalDefault"])
            #expect(try await client.send(.put, path, back).json == back)
            #expect(try await client.send(.put, path, [:]).status == 400)
            #expect(try await client.send(.put, path, ["enabled": nil]).json == ["enabled"])
            #expect(try await client.send(.put, path, ["collectorsDisabled": nil]).json == ["collectorsDisabled"])
            #expect(try await client.send(.post, "/servers/\(id)/collection/stop").json["enabled"] == false)
            #expect(try await client.send(.get, "/servers/\(id)/health").json["status"] == "unknown")
            #expect(try await client.send(.post, "/servers/\(id)/collection/start").json["enabled"] == true)
        }
        #expect(
            try await fixture.words("SELECT action FROM platform.activity_log ORDER BY id")
                == Array(repeating: "config_changed", count: 12))
        try await fixture.pass(after: 30)
        #expect(
            try await fixture.words("SELECT DISTINCT metric FROM monitoring.metric_values m WHERE m.collected_at > \(fixture.start + 1)")
                == ["cpu_percent"])
    }

    @Test func viewersMayNotStopCollection() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        try await Self.with(fixture, role: .viewer) { (client) async throws in
            #expect(try await client.send(.post, "/servers/\(id)/collection/stop").status == 403)
            #expect(try await client.send(.get, "/servers/\(id)/collection-config").status == 200)
            let types = try await client.send(.get, "/metrics/types").json.array ?? []
            #expect(types.prefix(MetricType.all.count).map { $0["name"]?.string } == MetricType.all.map(\.name))
            #expect(types.prefix(MetricType.all.count).allSatisfy { $0["collector"] == .null && $0["engines"]?.array?.count == 3 })
            #expect(types.first?["kind"] == "gauge" && types.first?["unit"] == "percent" && types.first?["labels"] == [])
            let reads = types.first { $0["name"] == "file_reads" }
            #expect(reads?["kind"] == "counter" && reads?["unit"] == "operations/s" && reads?["collector"] == "file_io")
            #expect(reads?["labels"]?.array?.contains("file_name") == true)
            let signals = try await client.send(.get, "/metrics/stats").json.array?.map { $0["signal"]?.string }
            #expect(signals?.count == 6)
        }
    }

    /// Ten thousand servers in one answer: the plan reads each table once. (Time is measured by the benchmark, in a release build.)
    @Test func healthOfTenThousandReadsEachTableOnce() async throws {
        let fixture = try await CollectionFixture.make()
        try await fixture.platform.tenants.ownerTransaction(fixture.tenant) { session in
            try session.execute(
                """
                INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, change_number, created_at, updated_at)
                SELECT gen_random_uuid(), 'server ' || n, 'sqlserver', 'h', 1433, 'sql', n, now(), now() FROM generate_series(1, 10000) n
                """)
            try session.execute(
                """
                INSERT INTO monitoring.server_snapshots (server_id, status, health, collected_at, attempted_at, cpu_percent)
                SELECT id, 'online', 'healthy', now(), now(), 5 FROM fleet.servers
                """)
            try session.execute("ANALYZE fleet.servers, monitoring.server_snapshots, monitoring.collection_config")
        }
        try await Self.with(fixture) { (client) async throws in
            #expect(try await client.send(.get, "/servers/health").json.array?.count == 10_000)
        }
        let plan = try await fixture.words("EXPLAIN \(HealthSQL.statement)").joined(separator: "\n")
        for table in ["fleet.servers", "monitoring.server_snapshots", "monitoring.collection_config"] {
            let name = table.split(separator: ".")[1]
            #expect(plan.matches(of: try Regex("Scan .*on \(name) ")).count == 1, "\(plan)")
        }
        #expect(!plan.contains("Nested Loop"), "10,000 times anything is too often: \(plan)")
    }
}
