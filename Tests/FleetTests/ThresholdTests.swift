import Fixtures
import Foundation
import Hummingbird
import Platform
import Postgres
import Primitives
import Testing

@testable import Fleet

/// Limits of health nearer than the tenant's: the nearest wins.
@Suite struct ThresholdTests {
    private static func limit(_ warning: Double, _ critical: Double) -> TenantSettings.Threshold {
        TenantSettings.Threshold(warning: warning, critical: critical)
    }
    private static func cpu(_ warning: Double, _ critical: Double) -> OwnThresholds {
        OwnThresholds(cpuPercent: limit(warning, critical))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var server: OwnThresholds?
        var groups: [OwnThresholds] = []
        let warning: Double
        let critical: Double
        let from: [EffectiveThresholds.Origin]
    }
    private static let first = ServerGroup.ID()
    private static let second = ServerGroup.ID()
    private static let a = EffectiveThresholds.Origin.group(first, name: "a")
    private static let b = EffectiveThresholds.Origin.group(second, name: "b")

    static let matrix = [
        Case(testDescription: "nobody nearer", warning: 80, critical: 95, from: [.tenant, .tenant]),
        Case(testDescription: "a group over the tenant", groups: [cpu(90, 99)], warning: 90, critical: 99, from: [a, a]),
        Case(testDescription: "the server over the tenant", server: cpu(90, 99), warning: 90, critical: 99, from: [.server, .server]),
        Case(
            testDescription: "the server over its group, be it laxer or stricter", server: cpu(90, 99), groups: [cpu(10, 20)], warning: 90,
            critical: 99, from: [.server, .server]),
        Case(
            testDescription: "of two groups the stricter", groups: [cpu(90, 99), cpu(70, 90)], warning: 70, critical: 90, from: [b, b]),
        Case(
            testDescription: "of two groups each value by the stricter", groups: [cpu(60, 99), cpu(70, 90)], warning: 60, critical: 90,
            from: [a, b]),
        Case(
            testDescription: "groups that say the same: the first by name", groups: [cpu(70, 90), cpu(70, 90)], warning: 70, critical: 90,
            from: [a, a]),
        Case(
            testDescription: "a group without a limit of CPU says nothing of it",
            groups: [OwnThresholds(memoryPercent: limit(1, 2)), cpu(70, 90)], warning: 70, critical: 90, from: [b, b]),
        Case(
            testDescription: "a server without a limit of CPU leaves it to its group", server: OwnThresholds(memoryPercent: limit(1, 2)),
            groups: [cpu(70, 90)], warning: 70, critical: 90, from: [a, a]),
    ]

    @Test("PRD 3.6-9: the nearest limits win", arguments: matrix)
    func theNearestWin(_ given: Case) {
        let ids = [(Self.first, "a"), (Self.second, "b")]
        let groups = zip(ids, given.groups).map { (id: $0.0, name: $0.1, own: $1) }
        let effective = EffectiveThresholds(server: given.server, groups: groups, tenant: TenantSettings.initial.thresholds).cpuPercent
        #expect(effective.warning.percent == given.warning && effective.critical.percent == given.critical)
        #expect([effective.warning.origin, effective.critical.origin] == given.from)
    }

    /// The rule stands in Swift, for the one who asks whose limits they are, and in SQL, for lists and collectors.
    @Test("PRD 3.6-9: a server's page, the list and the collectors keep to one rule", arguments: matrix)
    func theDatabaseKeepsToTheSameRule(_ given: Case) async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("db1", ["labels": ["prod"]])
            for (index, own) in given.groups.enumerated() {
                // The first is filled by hand, the second by its filter.
                let group = try await fleet.send(
                    .post, "/groups", index == 0 ? ["name": "a"] : ["name": "b", "filter": "label=prod"]
                ).id
                if index == 0 { try await fleet.send(.post, "/groups/\(group)/servers", ["serverIds": [.string(id)]]) }
                #expect(try await fleet.send(.put, "/groups/\(group)/thresholds", Self.body(own)).status == 200)
            }
            if let own = given.server { #expect(try await fleet.send(.put, "/servers/\(id)/thresholds", Self.body(own)).status == 200) }
            let page = try await fleet.send(.get, "/servers/\(id)/thresholds").json["effective"]?["cpuPercent"]
            #expect(page?["warning"]?["value"]?.double == given.warning && page?["critical"]?["value"]?.double == given.critical)
            let words = given.from.map { origin -> [String] in
                switch origin {
                case .server: ["server"]
                case .tenant: ["tenant"]
                case .group(_, let name): ["group", name]
                }
            }
            let said = ["warning", "critical"].map { name in
                [page?[name]?["from"]?.string, page?[name]?["group"]?["name"]?.string].compactMap { $0 }
            }
            #expect(said == words)
            let fleetWide = try await fleet.send(.get, "/servers/thresholds").json.array ?? []
            #expect(fleetWide.count == (given.server == nil && given.groups.isEmpty ? 0 : 1))
            if let nearest = fleetWide.first?["cpuPercent"] {
                #expect(nearest["warning"] == page?["warning"]?["value"], "the same rule over the whole fleet")
                #expect(nearest["critical"] == page?["critical"]?["value"])
            }
            let one = try await fleet.send(.get, "/servers/\(id)").json["thresholds"]
            let listed = try await fleet.send(.get, "/servers").json[0]?["thresholds"]
            #expect(one?["cpuPercent"]?["warning"]?.double == given.warning && one?["cpuPercent"]?["critical"]?.double == given.critical)
            #expect(listed == one)
            let dynamic = try await fleet.platform.tenants.read(fleet.tenant) { try DynamicGroup.withThresholds(on: $0) }
            let nearest = try await fleet.rows(
                "SELECT nearest.* FROM fleet.servers s \(OwnThresholds.nearest(to: "s.id", dynamic))")[0]
            let limits = try OwnThresholds(nearest).over(TenantSettings.initial.thresholds).cpuPercent
            #expect(limits == Self.limit(given.warning, given.critical))
        }
    }

    private static func body(_ own: OwnThresholds) -> JSONValue {
        ["cpuPercent": own.cpuPercent?.json ?? .null, "memoryPercent": own.memoryPercent?.json ?? .null]
    }

    @Test func limitsComeAndGoAndLeaveActivity() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("db1")
            let group = try await fleet.send(.post, "/groups", ["name": "G"]).id
            for path in ["/servers/\(id)/thresholds", "/groups/\(group)/thresholds"] {
                let before = try await fleet.send(.get, path)
                #expect(before.json["own"] == ["cpuPercent": .null, "memoryPercent": .null])
                let put = try await fleet.send(.put, path, ["cpu_percent": ["warning": 90, "critical": 98.5]])
                #expect(put.status == 200 && put.json["own"]?["cpuPercent"] == ["warning": 90, "critical": 98.5], "\(put.text)")
                #expect(put.json["own"]?["memoryPercent"] == .null)
                #expect(put.json["effective"]?["memoryPercent"]?["warning"] == ["value": 85, "from": "tenant", "group": .null])
                _ = try await fleet.send(.put, path, ["cpuPercent": ["warning": 90, "critical": 98.5]])  // the same: no row
                #expect(try await fleet.send(.delete, path).status == 204)
                #expect(try await fleet.send(.get, path).json == before.json)
                #expect(try await fleet.send(.delete, path).status == 204)
            }
            let rows = try await fleet.rows(
                """
                SELECT entity_type || ' ' || (details->>'what') || ' ' || (details->'after'->>'cpuPercent' IS NULL)
                FROM platform.activity_log
                WHERE action = 'config_changed'
                ORDER BY id
                """)
            #expect(
                try rows.map { try $0.decode(0, as: String.self) } == [
                    "server thresholds false", "server thresholds true", "group thresholds false", "group thresholds true",
                ])
        }
    }

    @Test func whoHasLimitsOfItsOwnIsListed() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let (a, b) = (try await fleet.server("a"), try await fleet.server("b"))
            let group = try await fleet.send(.post, "/groups", ["name": "z"]).id
            for path in ["/servers/\(a)", "/servers/\(b)", "/groups/\(group)"] {
                try await fleet.send(.put, "\(path)/thresholds", ["memoryPercent": ["warning": 50, "critical": 60]])
            }
            try await fleet.send(.delete, "/servers/\(b)")
            let listed = try await fleet.send(.get, "/thresholds")
            #expect(listed.json.array?.map { $0["id"]?.string } == [group, a] && listed.headers[.totalCount] == "2")
            #expect(
                listed.json[0] == [
                    "kind": "group", "id": .string(group), "name": "z", "cpuPercent": .null,
                    "memoryPercent": ["warning": 50, "critical": 60],
                ])
        }
    }

    @Test(arguments: [
        (#"{}"#, ["cpuPercent"]), (#"{"cpuPercent":null}"#, ["cpuPercent"]),
        (#"{"cpuPercent":{"warning":90,"critical":80}}"#, ["cpuPercent"]), (#"{"cpuPercent":{"warning":0,"critical":80}}"#, ["cpuPercent"]),
        (#"{"cpuPercent":{"warning":0,"critical":0}}"#, ["cpuPercent"]), (#"{"memoryPercent":{"warning":0,"critical":0}}"#, ["memoryPercent"]),
        (#"{"cpuPercent":{"warning":90}}"#, ["cpuPercent.critical"]),
        (#"{"memoryPercent":{"warning":90,"critical":101}}"#, ["memoryPercent.critical"]),
        (#"{"cpuPercent":{"warning":1,"critical":2},"disk":{}}"#, ["disk"]),
    ])
    func whatIsWrongIsNamed(body: String, fields: [String]) async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("db1")
            let reply = try await fleet.send(.put, "/servers/\(id)/thresholds", try JSONValue.parse(text: body))
            #expect(reply.status == 400)
            #expect(Set(reply.fields).isSuperset(of: fields), "\(reply.fields)")
            let unknown = "7d9fd5a0-0000-7000-8000-000000000000"
            #expect(try await fleet.send(.get, "/servers/\(unknown)/thresholds").status == 404)
            #expect(try await fleet.send(.delete, "/groups/\(unknown)/thresholds").status == 404)
        }
    }

    @Test func onlyOperatorsMayChangeLimitsAndAnotherTenantSeesNone() async throws {
        try await FleetFixture.with { (first) async throws in
            let id = try await first.server("db1")
            try await FleetFixture.with(.viewer) { (second) async throws in
                let body: JSONValue = ["cpuPercent": ["warning": 1, "critical": 2]]
                #expect(try await second.send(.put, "/servers/\(id)/thresholds", body).status == 403)
                #expect(try await second.send(.get, "/servers/\(id)/thresholds").status == 404)
            }
        }
    }

    /// Collectors learn of servers by their change numbers: whatever may change who is judged by a group's limits gives one.
    @Test func whatChangesWhoIsInAGroupWithLimitsIsToldToCollectors() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("db1")
            let other = try await fleet.server("db2")
            let byHand = try await fleet.send(.post, "/groups", ["name": "by hand"]).id
            let byFilter = try await fleet.send(.post, "/groups", ["name": "by filter", "filter": "label=prod"]).id
            for group in [byHand, byFilter] {
                try await fleet.send(.put, "/groups/\(group)/thresholds", ["cpuPercent": ["warning": 1, "critical": 2]])
            }
            func numbers() async throws -> [Int64] {
                try await fleet.rows("SELECT change_number FROM fleet.servers ORDER BY name").map { try $0.decode(0) }
            }
            var last = try await numbers()
            func expectTold(_ what: String, _ body: () async throws -> Int) async throws {
                let status = try await body()
                #expect((200...299).contains(status), "\(what)")
                let now = try await numbers()
                #expect(now[0] > last[0], "\(what)")
                #expect(now[1] == last[1], "\(what) told of another server")
                last = now
            }
            try await expectTold("into a group") {
                try await fleet.send(.post, "/groups/\(byHand)/servers", ["serverIds": [.string(id)]]).status
            }
            try await expectTold("the group's limits") {
                try await fleet.send(.put, "/groups/\(byHand)/thresholds", ["cpuPercent": ["warning": 3, "critical": 4]]).status
            }
            try await expectTold("out of a group") { try await fleet.send(.delete, "/groups/\(byHand)/servers/\(id)").status }
            try await expectTold("a label") { try await fleet.send(.post, "/servers/\(id)/labels", ["labels": ["prod"]]).status }
            let label = try await fleet.send(.get, "/labels").json[0]?["id"]?.string ?? ""
            try await expectTold("a label's name") { try await fleet.send(.patch, "/labels/\(label)", ["name": "test"]).status }
            try await expectTold("a label's name back") { try await fleet.send(.patch, "/labels/\(label)", ["name": "prod"]).status }
            try await expectTold("the filter") {
                try await fleet.send(.patch, "/groups/\(byFilter)", ["filter": "label=prod and name=db1"]).status
            }
            try await expectTold("its version") {
                try await fleet.platform.tenants.transaction(fleet.tenant) {
                    try Server.record(ServerFacts(version: "SQL Server 2022"), of: try #require(Server.ID(text: id)), on: $0)
                }
                return 200
            }
            try await expectTold("the group's end") { try await fleet.send(.delete, "/groups/\(byFilter)").status }
            #expect(try await fleet.send(.get, "/servers/\(other)").status == 200)
        }
    }
}
