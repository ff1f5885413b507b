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

    @Test func valuesComeFromTheRows() {
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
        #expect(values.counters == [.batchRequestsSec: 900, .cacheLookups: 1_000, .cacheHits: 970, .waitTimeMs: 100])
        #expect(values.pageLifeExpectancySeconds == 4_711)
    }

    @Test func whatIsCutOffOrFailedIsNoTotal() {
        let row: [Cell] = [.text("CXPACKET"), .integer(5), .integer(70), .integer(1)]
        for answer in [
            CollectorAnswer(collector: "waits", rows: [row], isCutOff: true), CollectorAnswer(collector: "waits", trouble: .failed("No.")),
        ] {
            #expect(CoreValues(of: [answer], share: .waits).counters.isEmpty)
        }
        #expect(CoreValues(of: [CollectorAnswer(collector: "waits", rows: [row])], share: []).counters.isEmpty, "the core asked itself")
    }
}
