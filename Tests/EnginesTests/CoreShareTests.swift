import Foundation
import ODBC
import Testing

@testable import Engines

/// What the core leaves to the collectors of its batch.
@Suite struct CoreShareTests {
    private func collectors(_ names: [String]) -> [CollectorDefinition] {
        names.compactMap { CollectorCatalogue.named($0, of: .sqlserver) }
    }

    @Test func onlyWhatIsBroughtIsLeftOut() {
        let whole = CoreShare([]).batch.statements
        #expect(whole == SQLServerBatch(CollectorSQL.sqlServerCollect).statements)
        #expect(CoreShare(of: collectors(["performance_counters"])) == [], "one half of the counters is not enough")
        let counters = CoreShare(of: collectors(["performance_counters", "performance_gauges"]))
        #expect(counters == .counters && counters.batch.statements == whole.filter { !$0.contains("dm_os_performance_counters") })
        let waits = CoreShare(of: collectors(["waits", "file_io"]))
        #expect(waits == .waits && waits.batch.statements == whole.filter { !$0.contains("dm_os_wait_stats") })
        #expect(CoreShare([.counters, .waits]).batch.statements.count == whole.count - 2)
    }

    /// A reading of the identity alone, with these values.
    private func reading(with values: CoreValues) throws -> Reading {
        let failure = SQLServerFailure(target: Target(engine: .sqlserver, hostname: "x"), port: 1433)
        return try SQLServerReading([.success(SQLServerRulesTests.identity("15.0.1.1", state: .int(1)))], with: values, failure: failure)
            .reading(collectedAt: Date(), monotonicSeconds: 1, start: \.date)
    }

    @Test func valuesComeFromTheRows() throws {
        let values = CoreValues(
            of: [
                CollectorAnswer(
                    collector: "performance_counters",
                    rows: [
                        [.text("SQL Statistics"), .text("Batch Requests/sec"), .text(""), .integer(900)],
                        [.text("Buffer Manager"), .text("Page reads/sec"), .text(""), .integer(30)],
                        [.text("Buffer Manager"), .text("Page lookups/sec"), .text(""), .integer(1_000)],
                    ]),
                CollectorAnswer(
                    collector: "performance_gauges",
                    rows: [
                        [.text("Buffer Node"), .text("Page life expectancy"), .text("000"), .number(7), .null],
                        [.text("Buffer Manager"), .text("Page life expectancy"), .text(""), .number(4_711), .null],
                    ]),
                CollectorAnswer(
                    collector: "waits",
                    rows: [
                        [.text("CXPACKET"), .integer(5), .integer(70), .integer(1)],
                        [.text("LAZYWRITER_SLEEP"), .integer(5), .integer(9), .integer(1)],
                        [.text("LCK_M_X"), .integer(1), .integer(30), .integer(0)],
                    ]),
            ], share: [.counters, .waits])
        let reading = try reading(with: values)
        #expect(reading.counters == [.batchRequestsSec: 900, .cacheLookups: 1_000, .cacheHits: 970, .waitTimeMs: 100])
        #expect(reading.gauges == [.pageLifeExpectancySeconds: 4_711])
    }

    @Test func waitsThatAreCutOffOrFailedAreNoTotal() throws {
        let row: [Cell] = [.text("CXPACKET"), .integer(5), .integer(70), .integer(1)]
        let part = CoreValues(of: [CollectorAnswer(collector: "waits", rows: [row], isCutOff: true)], share: .waits)
        #expect(part.waitTimeMs == nil && part.cutOff == .waits, "the core asks for it itself from then on")
        let failed = CoreValues(of: [CollectorAnswer(collector: "waits", trouble: .failed("No."))], share: .waits)
        #expect(failed.waitTimeMs == nil && failed.cutOff == [])
        #expect(try reading(with: failed).counters.isEmpty)
        let unasked = CoreValues(of: [CollectorAnswer(collector: "waits", rows: [row])], share: [])
        #expect(unasked.waitTimeMs == nil, "the core asked itself")
    }

    @Test func countersOfAListThatWasCutOffAreWhole() {
        let rows: [[Cell]] = [
            [.text("SQL Statistics"), .text("Batch Requests/sec"), .text(""), .integer(900)],
            [.text("Databases"), .text("Log Flushes/sec"), .text("db"), .integer(5)],
        ]
        let values = CoreValues(of: [CollectorAnswer(collector: "performance_counters", rows: rows, isCutOff: true)], share: .counters)
        #expect(values.counters.map(\.value) == [900] && values.cutOff == [])
    }
}
