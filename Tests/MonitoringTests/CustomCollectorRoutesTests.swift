import Engines
import Fixtures
import Fleet
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Monitoring

/// `/custom-collectors` on a real PostgreSQL, and what its collectors bring from a fake engine to the answer (issue 4).
@Suite struct CustomCollectorRoutesTests {
    /// The statements that were tried, with their targets, and what they answer.
    final class Tried: Sendable {
        let all = Mutex<[(target: Target, query: CustomQuery)]>([])
        let answer = Mutex<Result<QueryAnswer, EngineError>>(
            .success(QueryAnswer(columns: [.init("one", .integer)], rows: [[.integer(1)]])))
    }

    struct Client: Sendable {
        let client: any TestClientProtocol
        let fixture: CollectionFixture
        let tried: Tried

        struct Reply {
            let status: Int
            let json: JSONValue
            let headers: HTTPFields
            var id: String { json["id"]?.string ?? "" }
            var fields: [String] { json["error"]?["details"]?.array?.compactMap { $0["field"]?.string } ?? [] }
            var message: String { json["error"]?["message"]?.string ?? "" }
        }

        @discardableResult
        func send(_ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil, ifMatch: String? = nil) async throws -> Reply {
            var headers: HTTPFields = body == nil ? [:] : [.contentType: "application/json"]
            if let ifMatch { headers[.ifMatch] = ifMatch }
            return try await client.execute(
                uri: "/api/v1\(path)", method: method, headers: headers, body: body.map { ByteBuffer(string: $0.text) }
            ) { reply in
                let text = String(buffer: reply.body)
                let json = (try? JSONValue.parse(text: text)) ?? .string(text)
                return Reply(status: reply.status.code, json: text.isEmpty ? .null : json, headers: reply.headers)
            }
        }

        /// Makes a collector and returns its id.
        func make(_ name: String, _ more: [String: JSONValue] = [:]) async throws -> String {
            let reply = try await send(.post, "/custom-collectors", CustomCollectorRoutesTests.body(name, more))
            try #require(reply.status == 201, "\(reply.json.text)")
            return reply.id
        }

        func activities() async throws -> [String] {
            try await fixture.words("SELECT action FROM platform.activity_log WHERE action LIKE 'collector%' ORDER BY id")
        }
    }

    static func body(_ name: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
        let body: [String: JSONValue] = [
            "name": .string(name), "title": "Job queue", "engine": "sqlserver", "statement": "SELECT queue, waiting, done FROM jobs",
            "cadence": "minute",
            "columns": [
                ["name": "queue", "kind": "label"], ["name": "waiting", "kind": "gauge", "unit": "count", "metric": "jobs_waiting"],
                ["name": "done", "kind": "counter", "unit": "jobs"],
            ],
        ]
        return .object(body.merging(more) { $1 })
    }

    static func with(_ role: Role = .tenantAdmin, _ fixture: CollectionFixture? = nil, _ body: @Sendable (Client) async throws -> Void)
        async throws
    {
        let made = if let fixture { fixture } else { try await CollectionFixture.make() }
        let (router, tried) = (Router(context: AppRequestContext.self), Tried())
        router.add(middleware: SignedIn(tenant: made.tenant, role: role))
        let group = router.group("/api/v1")
        let previews = CustomPreviews { target, query async throws(EngineError) in
            tried.all.withLock { $0.append((target, query)) }
            return try tried.answer.withLock { $0 }.get()
        }
        CustomCollectorRoutes(databases: made.platform.tenants, secrets: made.platform.secrets, previews: previews).add(to: group)
        CollectorRoutes(databases: made.platform.tenants).add(to: group)
        CollectorSeriesRoutes(databases: made.platform.tenants).add(to: group)
        ExportRoutes(databases: made.platform.tenants).add(to: group)
        ServerGroupRoutes(databases: made.platform.tenants).add(to: group)
        try await Application(router: router).test(.router) { try await body(Client(client: $0, fixture: made, tried: tried)) }
    }

    private struct SignedIn: RouterMiddleware {
        let tenant: Tenant
        let role: Role

        func handle(
            _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
        ) async throws -> Response {
            var context = context
            context.caller = Caller(userID: User.ID(), email: "ada@example.com", role: role)
            context.tenant = tenant
            do { return try await next(request, context) } catch let error as AppError {
                let details = error.details.map { JSONValue.object(["field": .string($0.field), "reason": .string($0.reason)]) }
                let body: JSONValue = ["error": ["message": .string(error.message), "details": .array(details)]]
                let status: HTTPResponse.Status =
                    switch error.code {
                    case .notFound: .notFound
                    case .forbidden: .forbidden
                    case .validationError: .badRequest
                    case .conflict: .conflict
                    case .preconditionFailed: .preconditionFailed
                    case .unavailable: .serviceUnavailable
                    default: .internalServerError
                    }
                return json(bytes: Array(body.text.utf8), status: status)
            }
        }
    }

    // MARK: Made, changed, deleted

    @Test("A collector is made, read, changed under its ETag and deleted; each change is in the activity log and on the stream")
    func life() async throws {
        try await Self.with { (client) async throws in
            let made = try await client.send(.post, "/custom-collectors", Self.body("job_queue"))
            #expect(made.status == 201, "\(made.json.text)")
            #expect(made.headers[.location] == "/api/v1/custom-collectors/\(made.id)" && made.headers[.eTag] == "\"v1\"")
            #expect(made.json["timeoutSeconds"] == 5 && made.json["rowCountMax"] == 100 && made.json["enabled"] == true)
            #expect(made.json["columns"]?.array?.map { $0["metric"] } == [.null, "jobs_waiting", "job_queue_done"])
            #expect(made.json["groupIds"] == .null && made.json["serverCounts"]?["ok"] == 0 && made.json["problem"] == .null)
            let path = "/custom-collectors/\(made.id)"
            let changed = try await client.send(.patch, path, ["title": "Jobs", "timeoutSeconds": 9], ifMatch: "\"v1\"")
            #expect(changed.status == 200 && changed.headers[.eTag] == "\"v2\"" && changed.json["title"] == "Jobs")
            let stale = try await client.send(.patch, path, ["title": "Work"], ifMatch: "\"v1\"")
            #expect(stale.status == 412 && stale.fields == ["timeoutSeconds", "title"], "\(stale.json.text)")
            let same = try await client.send(.patch, path, ["title": "Jobs"])
            #expect(same.headers[.eTag] == "\"v2\"", "nothing changed")
            let list = try await client.send(.get, "/custom-collectors")
            #expect(list.json.array?.count == 1 && list.headers[.totalCount] == "1")
            #expect(try await client.send(.delete, path, ifMatch: "\"v1\"").status == 412)
            #expect(try await client.send(.delete, path, ifMatch: "\"v2\"").status == 204)
            for method in [HTTPRequest.Method.get, .delete] { #expect(try await client.send(method, path).status == 404) }
            #expect(try await client.activities() == ["collector_created", "collector_updated", "collector_deleted"])
            let topics = try await client.fixture.words("SELECT topic FROM platform.events WHERE topic LIKE 'collector%'")
            #expect(topics == Array(repeating: "collector.changed", count: 3))
        }
    }

    @Test("What cannot be is refused with every failing field, and nothing is made")
    func refusals() async throws {
        try await Self.with { (client) async throws in
            let cases: [([String: JSONValue], [String])] = [
                (["name": "file_io"], ["name"]), (["name": "No Slug"], ["name"]), (["statement": "DROP TABLE jobs"], ["statement"]),
                (["statement": "SELECT 1 DELETE FROM jobs"], ["statement"]), (["engine": "oracle"], ["engine"]),
                (["timeoutSeconds": 31], ["timeoutSeconds"]), (["rowCountMax": 1_001], ["rowCountMax"]),
                (["cadence": "second"], ["cadence"]),
                (["keep": .null], ["keep"]), (["columns": []], ["columns"]), (["groupIds": []], ["groupIds"]),
                (["groupIds": [.string(ServerGroup.ID().description)]], ["groupIds[0]"]), (["database": ""], ["database"]),
                (["more": 1], ["more"]), (["columns": [["name": "a", "kind": "gauge", "metric": "file_reads"]]], ["columns[0].metric"]),
                (["name": "databases", "statement": "x"], ["name", "statement"]),
            ]
            for (change, fields) in cases {
                let reply = try await client.send(.post, "/custom-collectors", Self.body("fine", change))
                #expect(reply.status == 400 && reply.fields == fields, "\(change): \(reply.status) \(reply.json.text)")
            }
            let id = try await client.make("fine")
            #expect(try await client.send(.post, "/custom-collectors", Self.body("fine")).status == 409)
            for (change, field) in [("name", "other"), ("engine", "mysql"), ("statement", "SELECT 1; SELECT 2")] {
                let reply = try await client.send(.patch, "/custom-collectors/\(id)", .object([change: .string(field)]))
                #expect(reply.status == 400 && reply.fields == [change], "\(reply.json.text)")
            }
            #expect(try await client.send(.get, "/custom-collectors").json.array?.count == 1)
        }
    }

    @Test("A metric keeps kind, unit and labels for good, also past its collector")
    func metricsKeepTheirMeaning() async throws {
        try await Self.with { (client) async throws in
            let first = try await client.make("first")
            #expect(try await client.send(.delete, "/custom-collectors/\(first)").status == 204)
            let others: [JSONValue] = [
                [["name": "queue", "kind": "label"], ["name": "waiting", "kind": "counter", "metric": "jobs_waiting"]],
                [["name": "queue", "kind": "label"], ["name": "waiting", "kind": "gauge", "unit": "bytes", "metric": "jobs_waiting"]],
                [["name": "waiting", "kind": "gauge", "unit": "count", "metric": "jobs_waiting"]],
            ]
            for columns in others {
                let reply = try await client.send(.post, "/custom-collectors", Self.body("second", ["columns": columns]))
                #expect(reply.status == 400 && reply.message.contains("already a gauge in count by queue"), "\(reply.json.text)")
            }
            _ = try await client.make("second", ["columns": Self.body("x")["columns"] ?? .null])
        }
    }

    @Test("50 collectors are the most of a tenant")
    func countLimit() async throws {
        try await Self.with { (client) async throws in
            try await client.fixture.platform.tenants.transaction(client.fixture.tenant) { session in
                for index in 0..<CustomCollector.countMax {
                    try CustomCollectorTests.collector { $0.name = "c\(index)" }.insert(on: session)
                }
            }
            let reply = try await client.send(.post, "/custom-collectors", Self.body("one_more"))
            #expect(reply.status == 409 && reply.message.contains("50"), "\(reply.json.text)")
        }
    }

    @Test("Viewers and operators see them; only admins make, try and change them", arguments: [Role.viewer, .operator])
    func roles(_ role: Role) async throws {
        let fixture = try await CollectionFixture.make()
        let server = try await fixture.server("a")
        try await Self.with(.tenantAdmin, fixture) { (client) async throws in _ = try await client.make("job_queue") }
        try await Self.with(role, fixture) { (client) async throws in
            let id = try await client.send(.get, "/custom-collectors").json.array?.first?["id"]?.string ?? ""
            #expect(try await client.send(.get, "/custom-collectors/\(id)").status == 200)
            #expect(try await client.send(.post, "/custom-collectors", Self.body("other")).status == 403)
            #expect(try await client.send(.patch, "/custom-collectors/\(id)", ["enabled": false]).status == 403)
            #expect(try await client.send(.delete, "/custom-collectors/\(id)").status == 403)
            let preview: JSONValue = ["serverId": .string(server.description), "statement": "SELECT 1 AS one"]
            #expect(try await client.send(.post, "/custom-collectors/preview", preview).status == 403)
            #expect(client.tried.all.withLock { $0.isEmpty })
        }
    }

    @Test("Another tenant sees nothing of it")
    func otherTenants() async throws {
        try await Self.with { (client) async throws in
            let id = try await client.make("job_queue")
            try await Self.with { (other) async throws in
                #expect(try await other.send(.get, "/custom-collectors").json == [])
                #expect(try await other.send(.get, "/custom-collectors/\(id)").status == 404)
                #expect(try await other.send(.delete, "/custom-collectors/\(id)").status == 404)
            }
        }
    }

    // MARK: Tried

    @Test("A preview runs the statement on the server with its limits, is written down first, and is a failure in words where it fails")
    func preview() async throws {
        let fixture = try await CollectionFixture.make()
        let server = try await fixture.server("a", password: "secret-1")
        try await Self.with(.tenantAdmin, fixture) { (client) async throws in
            let body: JSONValue = [
                "serverId": .string(server.description), "statement": "SELECT 1 AS one", "timeoutSeconds": 7, "rowCountMax": 3,
                "database": "shop", "columns": [["name": "two", "kind": "gauge"]], "name": "q",
            ]
            let good = try await client.send(.post, "/custom-collectors/preview", body)
            #expect(good.status == 200 && good.json["success"] == true && good.json["rows"] == [[1]], "\(good.json.text)")
            #expect(good.json["columns"]?.array?.first?["suggestion"]?["kind"] == "gauge")
            #expect(good.json["warnings"] == ["The answer has no column “two”: the collector would fail."])
            let (target, query) = try #require(client.tried.all.withLock { $0.first })
            #expect(target.hostname == "a" && target.password == "secret-1" && target.database == "shop")
            #expect(query == CustomQuery(statement: "SELECT 1 AS one", timeoutSeconds: 7, rowCountMax: 3))
            client.tried.answer.withLock { $0 = .failure(EngineError(.timeout, "The statement did not end within 7 s.")) }
            let bad = try await client.send(.post, "/custom-collectors/preview", body)
            #expect(bad.status == 200 && bad.json["success"] == false && bad.json["errorCode"] == "TIMEOUT")
            #expect(bad.json["message"] == "The statement did not end within 7 s.")
            #expect(try await client.activities() == ["collector_previewed", "collector_previewed"])
            let said = try await fixture.words(
                "SELECT details->>'statement' FROM platform.activity_log WHERE action = 'collector_previewed' LIMIT 1")
            #expect(said == ["SELECT 1 AS one"])
        }
    }

    @Test("A statement that writes is refused before anything is sent or written down")
    func previewRefuses() async throws {
        let fixture = try await CollectionFixture.make()
        let server = try await fixture.server("a")
        try await Self.with(.tenantAdmin, fixture) { (client) async throws in
            for (statement, status) in [("DELETE FROM t", 400), ("SELECT 1 EXEC sp_x", 400), ("SELECT 1", 200)] {
                let body: JSONValue = ["serverId": .string(server.description), "statement": .string(statement)]
                let reply = try await client.send(.post, "/custom-collectors/preview", body)
                #expect(reply.status == status && (status == 200 || reply.fields == ["statement"]), "\(reply.json.text)")
            }
            #expect(client.tried.all.withLock { $0.count } == 1)
            let nobody: JSONValue = ["serverId": .string(Server.ID().description), "statement": "SELECT 1"]
            #expect(try await client.send(.post, "/custom-collectors/preview", nobody).status == 404)
        }
    }

    @Test("Two previews of a tenant at once are the most")
    func previewLimit() async throws {
        let (began, continuation) = AsyncStream.makeStream(of: Void.self)
        let gate = AsyncStream.makeStream(of: Void.self)
        let previews = CustomPreviews { _, _ async throws(EngineError) in
            continuation.yield()
            for await _ in gate.stream { break }
            return QueryAnswer(columns: [])
        }
        let (tenant, target) = (Tenant.ID(), Target(engine: .mysql, hostname: "a"))
        let query = CustomQuery(statement: "SELECT 1", timeoutSeconds: 1, rowCountMax: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { _ = try await previews.answer(query, on: target, for: tenant) } }
            var beginnings = began.makeAsyncIterator()
            for _ in 0..<2 { await beginnings.next() }
            await #expect(throws: AppError.self) { try await previews.answer(query, on: target, for: tenant) }
            gate.continuation.finish()
            try await group.waitForAll()
        }
        _ = try await previews.answer(query, on: target, for: tenant)
    }
}
