import Engines
import Fixtures
import Foundation
import Hummingbird
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

@Suite struct ServerRoutesTests {
    @Test func aServerIsAddedAndReadBack() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let reply = try await fleet.send(
                .post, "/servers",
                [
                    "name": "Orders", "hostname": #"sql01\SALES"#, "username": "dbtools", "password": "s3cret-pass",
                    "labels": ["prod", "Prod", "emea"],
                ])
            #expect(reply.status == 201)
            #expect(reply.headers[.location] == "/api/v1/servers/\(reply.id)")
            #expect(reply.headers[.eTag] == "\"v1\"")
            let read = try await fleet.send(.get, "/servers/\(reply.id)")
            #expect(read.json == reply.json)
            #expect(read.json["hostname"] == "sql01")
            #expect(read.json["instanceName"] == "SALES")
            #expect(read.json["hasPassword"] == true)
            #expect(read.json["status"] == "unknown")
            #expect(read.json["health"] == "unknown")
            #expect(read.json["healthReasons"] == ["Not collected yet"])
            #expect(read.json["labels"]?.array?.compactMap { $0["name"]?.string } == ["emea", "prod"])
            #expect(read.json["collection"] == ["enabled": true, "intervalSeconds": 60])
            #expect(read.json["lastError"] == .null)
            #expect(try await fleet.actions() == ["server_added"])
            #expect(try await fleet.topics() == ["server.created"])
        }
    }

    @Test func thePasswordIsSealedAndNeverShown() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders", ["password": "s3cret-pass"])
            #expect(try await !fleet.send(.get, "/servers/\(id)").text.contains("s3cret"))
            #expect(try await !fleet.send(.get, "/servers").text.contains("s3cret"))
            try await fleet.send(.patch, "/servers/\(id)", ["password": "n3w-secret"])
            let stored = try await fleet.rows("SELECT details::text FROM platform.activity_log").map { try $0.decode(0, as: String.self) }
                .joined()
            #expect(!stored.contains("s3cret") && !stored.contains("n3w-secret"))
            #expect(stored.contains(#""password": "changed""#))
            let sealed: Bytes = try await fleet.rows("SELECT password_encrypted FROM fleet.servers")[0].decode(0)
            #expect(!String(decoding: sealed.bytes, as: UTF8.self).contains("n3w-secret"))
            try await fleet.send(.post, "/servers/\(id)/test-connection")
            #expect(fleet.probed.targets.withLock { $0.last?.password } == "n3w-secret")
        }
    }

    @Test func putWithoutAPasswordKeepsTheOldOneAndNullRemovesIt() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders", ["encrypt": false])
            let put = try await fleet.send(.put, "/servers/\(id)", ["name": "Orders", "hostname": "other"])
            #expect(put.status == 200)
            #expect(put.json["hasPassword"] == true)
            #expect(put.json["encrypt"] == true)
            #expect(put.json["username"] == .null)
            #expect(try await fleet.send(.patch, "/servers/\(id)", ["password": .null]).json["hasPassword"] == false)
        }
    }

    @Test func namesAreUniqueWithoutRegardToCaseAndFreeAgainAfterADelete() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders")
            let again = try await fleet.send(.post, "/servers", ["name": "ORDERS", "hostname": "h"])
            #expect(again.status == 409)
            #expect(again.fields == ["name"])
            #expect(try await fleet.send(.delete, "/servers/\(id)").status == 204)
            #expect(try await fleet.send(.get, "/servers/\(id)").status == 404)
            #expect(try await fleet.send(.delete, "/servers/\(id)").status == 404)
            _ = try await fleet.server("orders")
            let restored = try await fleet.send(.post, "/servers/\(id)/restore")
            #expect(restored.json["name"] == "Orders (2)")
            #expect(try await fleet.actions() == ["server_added", "server_deleted", "server_added", "server_restored"])
        }
    }

    @Test func anOldETagIsRefusedAndLiveValuesDoNotMoveIt() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders")
            #expect(try await fleet.send(.patch, "/servers/\(id)", ["name": "B"], ifMatch: "\"v1\"").headers[.eTag] == "\"v2\"")
            #expect(try await fleet.send(.patch, "/servers/\(id)", ["name": "C"], ifMatch: "\"v1\"").status == 412)
            #expect(try await fleet.send(.delete, "/servers/\(id)", ifMatch: "\"v1\"").status == 412)
            try await fleet.send(.post, "/servers/\(id)/test-connection")
            let read = try await fleet.send(.get, "/servers/\(id)")
            #expect(read.headers[.eTag] == "\"v2\"")
            #expect(read.json["name"] == "B")
            #expect(read.json["version"] == "SQL Server 2019")
            #expect(read.json["edition"] == "Developer")
        }
    }

    @Test("PRD 2.2-8, 2.2-9: with validate the server is tested first, and nothing is kept when the test fails")
    func nothingIsKeptWhenTheTestFails() async throws {
        try await FleetFixture.with { (fleet) async throws in
            fleet.probed.answer.withLock {
                $0 = ProbeResult(success: false, message: "The login failed.", errorCode: .authFailed, engine: .sqlserver)
            }
            let reply = try await fleet.send(.post, "/servers", ["name": "Orders", "hostname": "h", "validate": true])
            #expect(reply.status == 502)
            #expect(reply.code == "CONNECTION_ERROR")
            #expect(reply.json["error"]?["message"] == "The login failed.")
            #expect(try await fleet.send(.get, "/servers").json == [])
            #expect(try await fleet.actions().isEmpty)
        }
    }

    @Test func aTestKeepsNothingAndAnswersAlsoWhenItFails() async throws {
        try await FleetFixture.with { (fleet) async throws in
            fleet.probed.answer.withLock {
                $0 = ProbeResult(success: false, message: "Nothing answered.", errorCode: .timeout, engine: .postgresql)
            }
            let reply = try await fleet.send(
                .post, "/servers/test-connection", ["hostname": "h,77", "engine": "postgresql", "password": "p"])
            #expect(reply.status == 200)
            #expect(reply.json["errorCode"] == "TIMEOUT")
            #expect(reply.json["success"] == false)
            #expect(fleet.probed.targets.withLock { $0.map(\.port) } == [77])
            #expect(try await fleet.send(.get, "/servers").json == [])
        }
    }

    @Test func testsAreLimitedPerTenant() async throws {
        try await FleetFixture.with { (fleet) async throws in
            var last = 200
            for _ in 0...ConnectionTests.burstMax {
                last = try await fleet.send(.post, "/servers/test-connection", ["hostname": "h"]).status
            }
            #expect(last == 429)
        }
    }

    @Test func viewersMayLookAndNothingElse() async throws {
        try await FleetFixture.with(.viewer) { (fleet) async throws in
            #expect(try await fleet.send(.get, "/servers").status == 200)
            #expect(try await fleet.send(.post, "/servers", ["name": "x", "hostname": "h"]).status == 403)
            #expect(try await fleet.send(.post, "/servers/test-connection", ["hostname": "h"]).status == 403)
        }
    }

    @Test(arguments: ["not-a-uuid", "7d9fd5a0-0000-7000-8000-000000000000"])
    func whatNothingIsCalledIsNotFound(id: String) async throws {
        try await FleetFixture.with { (fleet) async throws in
            #expect(try await fleet.send(.get, "/servers/\(id)").status == 404)
            #expect(try await fleet.send(.patch, "/servers/\(id)", [:]).status == 404)
            #expect(try await fleet.send(.post, "/servers/\(id)/test-connection").status == 404)
            #expect(try await fleet.send(.post, "/servers/\(id)/restore").status == 404)
        }
    }

    @Test func anotherTenantSeesNothing() async throws {
        try await FleetFixture.with { (first) async throws in
            let id = try await first.server("Orders")
            try await FleetFixture.with { (second) async throws in
                #expect(try await second.send(.get, "/servers/\(id)").status == 404)
                #expect(try await second.send(.get, "/servers").json == [])
            }
        }
    }

    @Test func collectorsLearnOfEveryChange() async throws {
        try await FleetFixture.with { (fleet) async throws in
            func number() async throws -> Int { try await fleet.rows("SELECT max(change_number) FROM fleet.servers")[0].decode(0) }
            let id = try await fleet.server("Orders")
            let added = try await number()
            try await fleet.send(.patch, "/servers/\(id)", ["port": 1500])
            let changed = try await number()
            try await fleet.send(.delete, "/servers/\(id)")
            let deleted = try await number()
            #expect(added < changed && changed < deleted)
        }
    }

    // MARK: Lists

    @Test func pagesAreStableWhenServersAreAdded() async throws {
        try await FleetFixture.with { (fleet) async throws in
            for name in ["b", "D", "f", "h"] { _ = try await fleet.server(name) }
            let first = try await fleet.send(.get, "/servers?limit=2")
            #expect(first.names == ["b", "D"])
            #expect(first.headers[.totalCount] == "4")
            let link = try #require(first.headers[.link])
            let next = try #require(link.split(separator: ">").first?.dropFirst("</api/v1".count))
            _ = try await fleet.server("a")
            let second = try await fleet.send(.get, String(next))
            #expect(second.names == ["f", "h"])
            #expect(second.headers[.link] == nil)
            #expect(second.headers[.totalCount] == "5")
        }
    }

    @Test(arguments: ServerSort.allCases, ["asc", "desc"])
    func everyOrderCanBePagedToItsEnd(sort: ServerSort, order: String) async throws {
        try await FleetFixture.with { (fleet) async throws in
            for name in ["c", "a", "d", "b", "e"] { _ = try await fleet.server(name, ["hostname": .string("h-\(name)")]) }
            var (path, names) = ("/servers?limit=2&sort=\(sort.rawValue)&order=\(order)", [String]())
            for _ in 0..<5 {
                let page = try await fleet.send(.get, path)
                try #require(page.status == 200, "\(page.text)")
                names += page.names
                guard let link = page.headers[.link], let next = link.split(separator: ">").first?.dropFirst("</api/v1".count) else {
                    break
                }
                path = String(next)
            }
            #expect(names.sorted() == ["a", "b", "c", "d", "e"])
            if sort == .name || sort == .host { #expect(names == (order == "asc" ? names.sorted() : names.sorted().reversed())) }
        }
    }

    @Test func filtersNarrowTheList() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let group = try await fleet.send(.post, "/groups", ["name": "Production"]).id
            _ = try await fleet.server("alpha", ["groupIds": [.string(group)], "labels": ["emea", "gold"]])
            _ = try await fleet.server("beta", ["engine": "postgresql", "hostname": "pg.example.com", "labels": ["emea"]])
            _ = try await fleet.server("100%_x", ["engine": "mysql"])
            let cases = [
                ("engine=postgresql", ["beta"]), ("engine=mysql,postgresql", ["100%_x", "beta"]), ("group=\(group)", ["alpha"]),
                ("label=EMEA", ["alpha", "beta"]), ("label=emea&label=gold", ["alpha"]), ("q=PG.ex", ["beta"]), ("q=produc", ["alpha"]),
                ("q=gol", ["alpha"]), ("q=%25_", ["100%_x"]), ("status=unknown", ["100%_x", "alpha", "beta"]), ("health=critical", []),
            ]
            for (query, names) in cases {
                let reply = try await fleet.send(.get, "/servers?\(query)")
                #expect(reply.names == names, "\(query)")
                #expect(reply.headers[.totalCount] == "\(names.count)", "\(query)")
            }
            for query in ["engine=oracle", "limit=0", "sort=x", "cursor=abc", "status=up", "group=1"] {
                #expect(try await fleet.send(.get, "/servers?\(query)").status == 400, "\(query)")
            }
        }
    }

    private static func tenThousand(_ fleet: FleetFixture) async throws {
        try await fleet.platform.tenants.ownerTransaction(fleet.tenant) { session in
            try session.execute(
                """
                INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, change_number, created_at, updated_at)
                SELECT gen_random_uuid(), 'server ' || n, (ARRAY['sqlserver', 'postgresql', 'mysql'])[1 + n % 3], 'h' || n, 1433, 'sql', n,
                    now() - n * interval '1 second', now()
                FROM generate_series(1, 10000) n
                """)
            try session.execute(
                """
                INSERT INTO fleet.labels (id, name, color, created_at)
                SELECT gen_random_uuid(), 'l' || n, '#2b6cb0', now() FROM generate_series(1, 50) n
                """)
            try session.execute(
                """
                INSERT INTO fleet.server_labels (server_id, label_id)
                SELECT s.id, l.id FROM fleet.servers s JOIN fleet.labels l ON l.name IN ('l' || s.change_number % 50, 'l' || s.change_number % 7)
                """)
            try session.execute(
                """
                INSERT INTO fleet.server_groups (id, name, created_at, updated_at)
                SELECT gen_random_uuid(), 'g' || n, now(), now() FROM generate_series(1, 50) n
                """)
            try session.execute(
                """
                INSERT INTO fleet.server_group_members (server_id, group_id)
                SELECT s.id, g.id FROM fleet.servers s JOIN fleet.server_groups g ON g.name = 'g' || s.change_number % 50
                """)
            try session.execute("ANALYZE fleet.servers, fleet.labels, fleet.server_labels, fleet.server_groups, fleet.server_group_members")
        }
    }

    private static func plan(_ filter: ServerFilter, _ sort: ServerSort, _ order: QueryReader.Order, _ fleet: FleetFixture) async throws
        -> (text: String, cost: Double)
    {
        let statement = try ServerOverview.listStatement(filter, sort: sort, order: order, after: nil, limit: 50)
        let text = try await fleet.rows("EXPLAIN \(statement)").map { try $0.decode(0, as: String.self) }.joined(separator: "\n")
        return (text, try #require(text.firstMatch(of: #/cost=[0-9.]+\.\.([0-9.]+)/#).flatMap { Double($0.1) }))
    }

    /// A hot query has a cost test: the page comes from the name's index, and groups and labels are fetched for the page alone.
    @Test func theFirstPageOfTenThousandIsCheap() async throws {
        try await FleetFixture.with { (fleet) async throws in
            try await Self.tenThousand(fleet)
            let (plan, cost) = try await Self.plan(ServerFilter(), .name, .ascending, fleet)
            #expect(plan.contains("servers_name_key"))
            #expect(cost < 6_000, "\(plan)")
        }
    }

    /// Issue 3: a filter answers within 100 ms with 10,000 servers, whatever the order. The time is the machine's; the plan is not: each
    /// reads the fleet a few times at most, and asks no table anew for each of its servers. (On a quiet machine of two cores 100 ms are
    /// about 60,000 of PostgreSQL's units.)
    @Test func everyFilterInEveryOrderIsCheap() async throws {
        try await FleetFixture.with { (fleet) async throws in
            try await Self.tenThousand(fleet)
            let group: ServerGroup.ID = try await fleet.rows("SELECT id FROM fleet.server_groups WHERE name = 'g7'")[0].decode(0)
            let queries = [
                "status=unknown", "health=critical,unknown", "engine=mysql", "deployment=none", "group=\(group)", "label=l7", "label=l7&label=l1",
                "credential=nobody", "deleted=true", "q=server%2099", "engine=mysql&label=l3&group=\(group)&status=unknown&q=h1",
            ]
            for query in queries {
                let filter = ServerFilter(QueryReader(query: query))
                for sort in ServerSort.allCases {
                    for order in QueryReader.Order.allCases {
                        let (plan, cost) = try await Self.plan(filter, sort, order, fleet)
                        #expect(cost < 30_000, "\(query) by \(sort) \(order): \(plan)")
                    }
                }
            }
        }
    }
}
