import Engines
import Fixtures
import Fleet
import Foundation
import Platform
import Postgres
import Primitives
import SQLServerSimulator
import Synchronization
import Testing

@testable import Monitoring

/// What a simulated SQL Server's tasks waited for: over TDS and ODBC, collected, stored, compacted, and read again.
@Suite struct WaitJourneyTests {
    private typealias Journey = DeploymentJourneyTests

    /// The real engine with a test's clock in place of the machine's, so that a day can be collected in a second.
    private final class ClockedEngine: Engine {
        private let engine = Journey.engine()
        private let clock = Mutex(0.0)

        func pass(seconds: Double) { clock.withLock { $0 += seconds } }

        func probe(_ target: Target, deadlineSeconds: Double) -> ProbeResult { engine.probe(target, deadlineSeconds: deadlineSeconds) }
        func databases(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> [DatabaseInfo] {
            try engine.databases(target, deadlineSeconds: deadlineSeconds)
        }
        func deploy(_ target: Target, _ order: DeployOrder, deadlineSeconds: Double) -> DeployResult {
            engine.deploy(target, order, deadlineSeconds: deadlineSeconds)
        }
        func openForQueries(_ target: Target, timeoutSeconds: Int, deadlineSeconds: Double) throws(EngineError) -> any QueryConnection {
            try engine.openForQueries(target, timeoutSeconds: timeoutSeconds, deadlineSeconds: deadlineSeconds)
        }
        func connect(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> any EngineConnection {
            Connection(try engine.connect(target, deadlineSeconds: deadlineSeconds), self)
        }

        private final class Connection: EngineConnection {
            private let connection: any EngineConnection
            private let engine: ClockedEngine

            init(_ connection: any EngineConnection, _ engine: ClockedEngine) { (self.connection, self.engine) = (connection, engine) }

            func collect(deadlineSeconds: Double) throws(EngineError) -> Reading {
                var reading = try connection.collect(deadlineSeconds: deadlineSeconds)
                reading.monotonicSeconds = engine.clock.withLock { $0 }
                return reading
            }
            func collect(
                with collectors: [CollectorDefinition], deadlineSeconds: Double
            ) throws(EngineError) -> (reading: Reading, answers: CollectorAnswers?) {
                var (reading, answers) = try connection.collect(with: collectors, deadlineSeconds: deadlineSeconds)
                reading.monotonicSeconds = engine.clock.withLock { $0 }
                answers?.monotonicSeconds = reading.monotonicSeconds
                return (reading, answers)
            }
            func run(_ collectors: [CollectorDefinition], deadlineSeconds: Double) throws(EngineError) -> CollectorAnswers {
                var answers = try connection.run(collectors, deadlineSeconds: deadlineSeconds)
                answers.monotonicSeconds = engine.clock.withLock { $0 }
                return answers
            }
            func close() { connection.close() }
        }
    }

    private static let definition = CollectorCatalogue.of(.sqlserver).filter { $0.name == "waits" }

    @Test("PRD 3.4-5: the view's totals are the history's waits, raw, compacted and rolled up; names lose their blanks")
    func theViewsTotalsAreTheHistorysWaits() async throws {
        try await CollectionJourneyTests.withSimulator { (port, control) async throws in
            let platform = try await TestPlatform.make()
            let tenant = try await platform.tenant()
            let id = try await CollectionJourneyTests.add(port, platform, tenant)
            let engine = ClockedEngine()
            let collector = CollectionJourneyTests.collector(platform, catalogue: { _ in Self.definition }) { _ in engine }
            try await collector.leases.tick()
            let day = Date(milliseconds: Stretch.start(Date().milliseconds, of: Stretch.dayMilliseconds) - Stretch.dayMilliseconds)
            let first = day + 3_600
            for minute in 0...20 {
                let rows = [("WRITELOG ", 500 + minute * 100), ("CXPACKET", 90 + minute * 30), ("LAZYWRITER_SLEEP", minute * 60_000)].map {
                    #"{"wait_type":"\#($0)","waiting_tasks_count":\#($1 / 10),"wait_time_ms":\#($1),"signal_wait_time_ms":\#($1 / 5)}"#
                }
                try await CollectionJourneyTests.change(control, #"{"views":{"sys.dm_os_wait_stats":[\#(rows.joined(separator: ","))]}}"#)
                engine.pass(seconds: 60)
                let now = first + Double(minute) * 60
                try await collector.watch.tick(now: now)
                #expect(await collector.collection.tick(now: now) == 1)
                await collector.buffer.tick(now: now)
            }
            func history(_ step: Int?) async throws -> WaitHistory {
                try await platform.tenants.read(tenant) {
                    try WaitHistory.read(
                        id, SeriesRequest(from: first, to: first + 1_500, stepSeconds: step), intervalSeconds: 60, benign: false,
                        topCount: 10, on: $0)
                }
            }
            func check(_ history: WaitHistory, _ points: ClosedRange<Int>, _ note: String) {
                #expect(history.top.map(\.type) == ["WRITELOG", "CXPACKET"], "\(note)")
                #expect(history.top.map(\.waitMs) == [2_000, 600] && history.top.map(\.signalMs) == [400, 120], "\(note)")
                #expect(history.top.map(\.waitingTasks) == [200, 60], "\(note)")
                #expect(history.categories.map(\.name) == [.logIO, .parallelism], "\(note)")
                #expect(history.categories.allSatisfy { points.contains($0.points.count) }, "\(note)")
                for (category, rate) in zip(history.categories, [100.0 / 60, 0.5]) {
                    #expect(category.points.allSatisfy { abs($0.msPerSecond - rate) < 0.01 }, "\(note): \(category)")
                }
            }
            check(try await history(nil), 20...20, "head")
            try await collector.compaction.tick(now: day + 28 * 3_600)
            check(try await history(nil), 20...20, "chunks")
            try await platform.tenants.transaction(tenant) { _ = try $0.execute("DELETE FROM monitoring.chunks WHERE resolution = 0") }
            // Steps are of slots, which lie before the runs by the server's phase.
            check(try await history(300), 4...5, "rollups")
        }
    }

    @Test("PRD 3.4-5: DBCC SQLPERF clears the totals: the run after it has no value", arguments: Journey.drivers)
    func clearedWaitsHaveNoValue(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, _ async throws in
            let port = try #require(ports.first)
            let connection = try Journey.engine(driver).connect(Journey.target(port), deadlineSeconds: 10)
            defer { connection.close() }
            let origin = CollectorMemory.Origin(serverName: "a", startedAt: nil)
            func table() throws -> CollectedTable {
                let answer = try #require(try connection.run(Self.definition, deadlineSeconds: 10).answers.first)
                #expect(answer.trouble == nil && answer.rows.allSatisfy { $0[0].text?.hasSuffix(" ") == false })
                let names = answer.rows.compactMap(\.[0].text)
                #expect(names == names.sorted(), "in the order in which they are stored")
                return CollectedTable(of: Self.definition[0], answer, durationMs: 1)
            }
            func rated(_ memory: CollectorMemory, _ seconds: Double) throws -> CollectedTable {
                var table = try table()
                CollectorMemory.addRates(to: &table, after: memory, origin: origin, monotonicSeconds: seconds, gapSecondsMax: 3_600)
                return table
            }
            let memory = CollectorMemory(try table(), origin: origin, monotonicSeconds: 0)
            let steady = try rated(memory, 60)
            #expect(steady.rowCount > 60 && steady.seconds == 60 && steady.rates.allSatisfy { $0 != nil })
            try Journey.execute("DBCC SQLPERF('sys.dm_os_wait_stats', CLEAR)", port)
            let cleared = try rated(memory, 120)
            #expect(cleared.seconds == nil && cleared.rates.allSatisfy { $0 == nil })
        }
    }

    @Test("PRD 3.4-5: without the right there is no row, and no sum that looks like zero", arguments: Journey.drivers)
    func noRightIsNoZero(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1) { ports, control async throws in
            try await Journey.change(control, 1, #"{"permissions":[]}"#)
            let connection = try Journey.engine(driver).connect(Journey.target(try #require(ports.first)), deadlineSeconds: 10)
            defer { connection.close() }
            let reading = try connection.collect(deadlineSeconds: 10)
            #expect(reading.counters[.waitTimeMs] == nil && !reading.denied.isEmpty)
            let answer = try #require(try connection.run(Self.definition, deadlineSeconds: 10).answers.first)
            #expect(answer.rows.isEmpty)
            guard case .noPermission = answer.trouble else {
                Issue.record("\(String(describing: answer.trouble)) is no missing right")
                return
            }
        }
    }
}
