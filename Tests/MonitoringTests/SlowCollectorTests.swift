import Engines
import Fixtures
import Fleet
import Foundation
import Platform
import Postgres
import Primitives
import Testing

@testable import Monitoring

/// One statement that is too slow takes nothing from the others: a deadline is a batch's, and does not tell whose fault it was.
@Suite struct SlowCollectorTests {
    private func fixture(_ catalogue: [CollectorDefinition]) async throws -> (CollectionFixture, Server.ID) {
        let fixture = try await CollectionFixture.make(catalogue: { _ in catalogue })
        fixture.engine.set("a", traits: ServerTraits(version: "15.0.1"))
        // Whose hourly slot is neither now nor soon, and whose daily one not within these hours.
        let id = (0..<1_000).lazy.map { _ in Server.ID() }.first { id in
            let key = PlanKey(tenant: fixture.tenant.id, server: id)
            func seconds(to slot: Int) -> Double {
                CollectionPlan.nextSlot(key, slot, after: fixture.start).timeIntervalSince(fixture.start)
            }
            return (600...3_000).contains(seconds(to: 3_600)) && seconds(to: 86_400) > 6 * 3_600
        }
        return (fixture, try await fixture.server("a", id: #require(id)))
    }

    private func batches(_ fixture: CollectionFixture, after seconds: Double) async throws -> [[String]] {
        _ = fixture.engine.takeBatches()
        #expect(try await fixture.pass(after: seconds) == 1)
        return fixture.engine.takeBatches()
    }

    private func states(_ fixture: CollectionFixture) async throws -> [String: String] {
        let rows = try await fixture.rows("SELECT collector, state, COALESCE(message, '') FROM monitoring.collector_runs")
        return try rows.reduce(into: [:]) { $0[try $1.decode(0)] = try $1.decode(1, as: String.self) + " " + $1.decode(2) }
    }

    @Test("PRD 3.3-7: of an hour's collectors the slow one is found within two runs; the others and those behind them go on")
    func rareCollectors() async throws {
        let (fixture, id) = try await fixture([
            TestCollectors.fileIO, TestCollectors.settings, TestCollectors.jobs, TestCollectors.daily,
        ])
        fixture.engine.set(slow: ["test_jobs"])
        #expect(try await batches(fixture, after: 0) == [["core"], ["test_files"], ["test_settings", "test_jobs"]])
        let shared = "The server gave no answer. It was asked with others; with the next run each is asked alone."
        #expect(try await states(fixture)["test_settings"] == "failed \(shared)")
        // The daily one did not begin: it is not put off until tomorrow.
        #expect(try await batches(fixture, after: 60) == [["core"], ["test_files"], ["test_daily"], ["test_settings"], ["test_jobs"]])
        #expect(
            try await states(fixture) == [
                "test_files": "ok ", "test_settings": "ok ", "test_daily": "ok ", "test_jobs": "failed The server gave no answer.",
            ])
        #expect(try await batches(fixture, after: 120) == [["core"], ["test_files"]])
        #expect(try await fixture.state(id).status == "degraded", "it answers, and what is missing is said")
        // It rests for an hour, while the others are one batch again; then it has its turn behind them.
        #expect(try await batches(fixture, after: 3_660 + 3_600) == [["core"], ["test_files"], ["test_settings"], ["test_jobs"]])
        // Once it answers quickly it is one of them again.
        fixture.engine.set(slow: [])
        #expect(try await batches(fixture, after: 4 * 3_600) == [["core"], ["test_files"], ["test_settings"], ["test_jobs"]])
        #expect(try await batches(fixture, after: 5 * 3_600 + 60) == [["core"], ["test_files"], ["test_settings", "test_jobs"]])
        #expect(try await states(fixture).values.allSatisfy { $0 == "ok " })
    }

    @Test("PRD 3.3-7: a slow collector of every minute does not make a server that answers look offline")
    func everyMinute() async throws {
        let (fixture, id) = try await fixture([TestCollectors.fileIO, TestCollectors.queries])
        fixture.engine.set("a", isTogether: true)
        let both = ["core", "test_files", "test_queries"]
        #expect(try await batches(fixture, after: 0) == [["core"], ["test_files", "test_queries"]], "what it is like is not known yet")
        #expect(try await batches(fixture, after: 60) == [both])
        fixture.engine.set(slow: ["test_queries"])
        #expect(try await batches(fixture, after: 120) == [both])
        // It was asked with the core: that alone is what tells whether the server answers.
        #expect(try await batches(fixture, after: 180) == [["core"], ["test_files", "test_queries"]])
        #expect(try await fixture.state(id).status == "online")
        #expect(try await batches(fixture, after: 240) == [["core"], ["test_files"], ["test_queries"]])
        #expect(try await batches(fixture, after: 300) == [["core", "test_files"]])
        #expect(try await states(fixture) == ["test_files": "ok ", "test_queries": "failed The server gave no answer."])
        #expect(try await fixture.state(id).status == "degraded", "it answers, and what is missing is said")
        // After ten minutes it is tried once, alone.
        #expect(try await batches(fixture, after: 900) == [["core", "test_files"], ["test_queries"]])
        fixture.engine.set(slow: [])
        #expect(try await batches(fixture, after: 1_560) == [["core", "test_files"], ["test_queries"]])
        #expect(try await batches(fixture, after: 1_620) == [both])
        #expect(try await states(fixture).values.allSatisfy { $0 == "ok " })
    }

    @Test("What takes half of its time is not sent together with the core, and what takes long stays alone")
    func slowAnswers() async throws {
        let (fixture, _) = try await fixture([TestCollectors.fileIO, TestCollectors.queries])
        fixture.engine.set("a", isTogether: true)
        fixture.engine.set(slow: [], durationMs: 3_000)
        let apart = [["core"], ["test_files", "test_queries"]]
        for seconds in [0.0, 60, 120] { #expect(try await batches(fixture, after: seconds) == apart) }
        fixture.engine.set(slow: ["test_queries"], durationMs: 3_000)
        #expect(try await batches(fixture, after: 180) == apart)
        fixture.engine.set(slow: [], durationMs: 3_000)
        for seconds in [240.0, 300] { #expect(try await batches(fixture, after: seconds) == [["core"], ["test_files"], ["test_queries"]]) }
        fixture.engine.set(slow: [])
        #expect(try await batches(fixture, after: 360) == [["core"], ["test_files"], ["test_queries"]])
        #expect(try await batches(fixture, after: 420) == apart)
        #expect(try await batches(fixture, after: 480) == [["core", "test_files", "test_queries"]])
    }

    @Test("A clock that is set back does not make a slow collector rest for as long")
    func clockSetBack() {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        var apart = ApartCollectors()
        apart.failed(["one"], seconds: 60, now: now)
        #expect(apart.dueSince("one", seconds: 60, now: now + 599) == nil)
        #expect(apart.dueSince("one", seconds: 60, now: now + 600) == now + 600)
        #expect(apart.dueSince("one", seconds: 60, now: now - 7_200) == now - 7_200)
    }
}
