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

/// Limits at work: a reading is judged by the nearest limits, and a change of limits judges the latest reading anew without another one.
@Suite struct ThresholdCollectionTests {
    private static func limits(_ warning: JSONValue, _ critical: JSONValue) -> JSONValue {
        ["cpuPercent": ["warning": warning, "critical": critical]]
    }

    @Test("PRD 3.6-3, 3.6-4, 3.6-9: other limits judge the latest reading anew at once, at each level, and the change is recorded")
    func otherLimitsJudgeTheLatestReadingAnew() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        let other = try await fixture.server("db2")
        for host in ["db1", "db2"] { fixture.engine.set(host, .reading(cpu: 85, memory: 90, batches: 1)) }
        try await fixture.pass()
        let reasons = ["CPU is at 85 %, above the warning limit of 80 %", "Memory is at 90 %, above the warning limit of 85 %"]
        #expect(try await fixture.state(id) == ("online", "warning", reasons))
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let group = try await client.send(.post, "/groups", ["name": "g"]).json["id"]?.string ?? ""
            _ = try await client.send(.post, "/groups/\(group)/servers", ["serverIds": [.string(id.description)]])
            let steps: [(what: String, method: HTTPRequest.Method, path: String, body: JSONValue?, health: String)] = [
                ("the group says critical from 84", .put, "/groups/\(group)/thresholds", Self.limits(50, 84), "critical"),
                ("the server itself says healthy", .put, "/servers/\(id)/thresholds", Self.limits(98, 99), "warning"),
                (
                    "its memory too", .put, "/servers/\(id)/thresholds",
                    ["cpuPercent": ["warning": 98, "critical": 99], "memoryPercent": ["warning": 95, "critical": 99]], "healthy"
                ),
                ("the server says nothing any more", .delete, "/servers/\(id)/thresholds", nil, "critical"),
                ("it leaves the group", .delete, "/groups/\(group)/servers/\(id)", nil, "warning"),
            ]
            for (index, step) in steps.enumerated() {
                #expect((200...204).contains(try await client.send(step.method, step.path, step.body).status), "\(step.what)")
                // Noticed without a run.
                try await fixture.collector.watch.tick(now: fixture.start + 2 + Double(index))
                #expect(try await fixture.state(id).health == step.health, "\(step.what)")
                #expect(try await fixture.state(other).health == "warning", "\(step.what)")
            }
        }
        #expect(
            try await fixture.words("SELECT to_health FROM monitoring.health_changes WHERE server_id = \(id) ORDER BY id")
                == ["warning", "critical", "warning", "healthy", "critical", "warning"])
        #expect(try await fixture.words("SELECT topic FROM platform.events WHERE topic = 'server.health'").count == 7)
        try await fixture.platform.tenants.transaction(fixture.tenant) { session in
            var settings = try TenantSettings.lock(on: session)
            settings.thresholds.cpuPercent = .init(warning: 60, critical: 70)
            try settings.save(on: session)
        }
        try await fixture.collector.watch.tick(now: fixture.start + 10)
        for server in [id, other] {
            #expect(try await fixture.state(server).health == "critical")
            #expect(try await fixture.state(server).reasons.first == "CPU is at 85 %, above the critical limit of 70 %")
        }
    }

    @Test("PRD 3.6-9: the next reading keeps to the nearest limits, of dynamic groups too")
    func theNextReadingKeepsToTheNearestLimits() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        fixture.engine.set("db1", .reading(cpu: 50, memory: 10, batches: 1))
        try await MonitoringRoutesTests.with(fixture) { (client) async throws in
            let group = try await client.send(.post, "/groups", ["name": "g", "filter": "name~db* and version~\"*2019\""])
            _ = try await client.send(.put, "/groups/\(group.json["id"]?.string ?? "")/thresholds", Self.limits(20, 40))
            try await fixture.pass()
            // Only the reading itself said which version it is.
            #expect(try await fixture.state(id).health == "healthy")
            try await fixture.collector.watch.tick(now: fixture.start + 2)
            #expect(try await fixture.state(id).health == "critical")
            fixture.engine.set("db1", .reading(cpu: 30, memory: 10, batches: 1))
            #expect(try await fixture.pass(after: 62) == 1)
            #expect(try await fixture.state(id).reasons == ["CPU is at 30 %, above the warning limit of 20 %"])
            // A collector that starts anew knows the limits too.
            fixture.engine.set("db1", .reading(cpu: 41, memory: 10, batches: 1))
            try await fixture.collector.leases.tick()
            fixture.collector.index.forgetChangeNumbers()
            #expect(try await fixture.pass(after: 124) == 1)
            #expect(try await fixture.state(id).health == "critical")
        }
    }

    @Test(
        "What could not be judged stays so whatever the limits",
        arguments: [
            (nil, nil, ServerStatus.online, ServerHealth.unknown), (85.0, nil, .offline, .offline), (85, nil, .degraded, .unknown),
        ] as [(Double?, Double?, ServerStatus, ServerHealth)])
    func whatCouldNotBeJudgedStays(cpu: Double?, memory: Double?, status: ServerStatus, health: ServerHealth) {
        var state = ServerState()
        (state.cpuPercent, state.memoryPercent, state.status, state.health, state.reasons) = (cpu, memory, status, health, ["why"])
        let strict = HealthThresholds(cpuPercent: .init(warning: 1, critical: 2), memoryPercent: .init(warning: 1, critical: 2))
        #expect(state.judgedAnew(by: strict, now: Date()) == state)
    }

    @Test func reasonsThatComeOfNoLimitStay() {
        let values: [MetricID: Double] = [.cpuPercent: 85, .memoryPercent: 10]
        let before = ServerState().after(
            .reading(values: values, missing: ["X is missing, for waits"]), thresholds: HealthThresholds(), intervalSeconds: 60,
            now: Date())
        let lax = HealthThresholds(cpuPercent: .init(warning: 90, critical: 95))
        #expect(before.reasons == ["CPU is at 85 %, above the warning limit of 80 %", "X is missing, for waits"])
        let after = before.judgedAnew(by: lax, now: Date())
        #expect(after.reasons == ["X is missing, for waits"] && after.health == .healthy && after.status == .degraded)
    }

    /// A collector that lost its lease leaves the judgement to its successor.
    @Test func anOlderEpochJudgesNothing() async throws {
        let fixture = try await CollectionFixture.make()
        let id = try await fixture.server("db1")
        fixture.engine.set("db1", .reading(cpu: 85, memory: 10, batches: 1))
        try await fixture.pass()
        let strict = HealthThresholds(cpuPercent: .init(warning: 1, critical: 2))
        for (epoch, changes) in [(Int64(0), 0), (nil, 0), (Int64.max, 1)] as [(Int64?, Int)] {
            let count = try await fixture.platform.tenants.transaction(fixture.tenant) {
                try RunSQL.judgeAnew([id], epoch: { _ in epoch }, thresholds: { _ in strict }, now: fixture.start, on: $0)
            }
            #expect(count == changes)
        }
    }
}
