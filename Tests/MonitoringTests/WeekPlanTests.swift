import Engines
import Foundation
import Postgres
import Primitives
import Testing

@testable import Monitoring

@Suite struct WeekPlanTests {
    private let key = PlanKey(tenant: .init(), server: .init())
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let week = 604_800.0

    /// Seconds after `from`, minute by minute, at which the collectors of a week run.
    private func runs(_ plan: inout CadencePlan, from: Double = 0, minutes: Int, isNew: Bool = false) -> [Double] {
        (0..<minutes).map { from + Double($0) * 60 }.filter { seconds in
            plan.takeDue(
                [TestCollectors.weekly], key: key, intervalSeconds: 60, isNew: isNew && seconds == from, now: now + seconds
            ).contains { $0.cadence == .week }
        }
    }

    @Test("On a new server it is not among the first round, comes within six hours, and then once a week")
    func firstAndNext() throws {
        var plan = CadencePlan()
        let all = runs(&plan, minutes: 3 * 7 * 1_440, isNew: true)
        let first = try #require(all.first)
        #expect(first > 0 && first <= Double(CadencePlan.firstWeekSeconds) + 60)
        #expect(all == [first, first + week, first + 2 * week])
    }

    @Test("The servers of a fleet that was added at once are spread over the six hours")
    func spread() {
        let hours = (0..<200).map { _ in
            let key = PlanKey(tenant: .init(), server: .init())
            return Int(CadencePlan.firstWeekAt(key, dueAt: nil, now: now).timeIntervalSince(now) / 3_600)
        }
        #expect(Set(hours).isSuperset(of: 0..<6))
    }

    @Test("A process that is started anew every hour neither repeats it nor puts it off for ever")
    func restarts() throws {
        var ranAt: [Double] = []
        for hour in 0..<(15 * 24) {
            var plan = CadencePlan(weekDueAt: ranAt.last.map { ["test_weekly": now + $0 + week] } ?? [:])
            // To the minute in which the next one begins: what is due in between is nobody's else.
            ranAt += runs(&plan, from: Double(hour) * 3_600, minutes: 61)
        }
        let first = try #require(ranAt.first)
        #expect(first <= Double(CadencePlan.firstWeekSeconds) + 60)
        #expect(ranAt.count == 3)
        for (one, next) in zip(ranAt, ranAt.dropFirst()) { #expect(next - one >= week && next - one <= week + 660) }
    }

    @Test("A clock that is set back puts off nothing that is rare for as long, nor a rest for want of a right")
    func clockSetBack() {
        var plan = CadencePlan()
        let all = [TestCollectors.settings, TestCollectors.fileIO]
        func taken(_ seconds: Double, isNew: Bool = false) -> [String] {
            plan.takeDue(all, key: key, intervalSeconds: 60, isNew: isNew, now: now + seconds).flatMap { $0.collectors.map(\.name) }
        }
        #expect(taken(0, isNew: true) == ["test_files", "test_settings"] && taken(60) == ["test_files"])
        plan.denied("test_files", now: now + 60)
        #expect(taken(120) == [])
        let back = -3 * 86_400.0
        let first = (0...61).first { taken(back + Double($0) * 60).contains("test_settings") }
        #expect(first != nil, "within its hour, by the clock that is now")
        #expect(taken(back + 3_720).contains("test_files"))
    }

    @Test("One that fails is tried again after a day; one that is switched on later does not wait for a week")
    func retriesAndSwitches() {
        var plan = CadencePlan(weekDueAt: ["test_weekly": now])
        let first = runs(&plan, minutes: 12)
        #expect(first.count == 1)
        plan.weekFailed(now: now)
        #expect(runs(&plan, from: 720, minutes: 1_440).map { $0 >= CadencePlan.weekRetrySeconds } == [true])
        var off = CadencePlan()
        #expect(off.takeDue([], key: key, intervalSeconds: 60, isNew: true, now: now).isEmpty)
        let later = runs(&off, from: week, minutes: 361)
        #expect(later.count == 1)
    }

    @Test("When it last ran is read from the database: a process that begins anew does not repeat it, and runs it when it is due")
    func storedRuns() async throws {
        let definition = try #require(CollectorCatalogue.named("index_fragmentation", of: .sqlserver))
        let fixture = try await CollectionFixture.make(catalogue: { _ in [definition] })
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        fixture.engine.set("a", CollectorAnswer(collector: definition.name, rows: []))
        let id = try await fixture.server("a")
        func ranAt() async throws -> Double? {
            try await fixture.number(
                "SELECT extract(epoch FROM attempted_at)::float8 FROM monitoring.collector_runs WHERE server_id = \(id)")
        }
        try await fixture.pass()
        #expect(try await ranAt() == nil, "not among the first round")
        let first = Double(CadencePlan.firstWeekSeconds)
        // The last one is for a busy machine: a process that is behind puts rare collectors off, for half an hour at most.
        for seconds: Double in [first, first + 60, first + 3_600] { try await fixture.pass(after: seconds) }
        let ran = try #require(try await ranAt())
        for seconds: Double in [86_400, 87_060, 90_000, 259_200] {
            fixture.collector.index.keepOnly(tenants: [], shards: [])
            for later: Double in [0, 660, 720] { try await fixture.pass(after: seconds + later) }
        }
        #expect(try await ranAt() == ran)
        fixture.collector.index.keepOnly(tenants: [], shards: [])
        for seconds: Double in [first + 608_400, first + 609_100, first + 612_700] { try await fixture.pass(after: seconds) }
        let again = try #require(try await ranAt())
        #expect(again >= ran + week)
    }
}
