import Foundation
import Platform
import Postgres
import Testing

@testable import Monitoring

@Suite struct SeriesReaderTests {
    private let hour = 3600.0

    @Test func rawPointsComeFromHeadAndChunksAlike() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<300), layout: try await fixture.layout())
        let before = try await fixture.read(1, from: 0, to: 5 * hour)
        try await fixture.compaction.tick(now: fixture.day + CompactionFixture.firstIsDue)
        let after = try await fixture.read(1, from: 0, to: 5 * hour)
        #expect(after.map(\.labels) == [["a"], ["b"]])
        #expect(after.map(\.points) == before.map(\.points))
        #expect(after[0].points.count == 300)
        // Every tenth value of b is not known: there is no point.
        #expect(after[1].points.count == 270)
        #expect(after[0].points[7] == .init(at: fixture.day + 420.04, average: 1.75, smallest: 1.75, largest: 1.75))
    }

    @Test func aCountersPointsAreRatesAlsoAcrossChunks() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<300), layout: try await fixture.layout())
        try await fixture.compaction.tick(now: fixture.day + CompactionFixture.firstIsDue)
        let series = try await fixture.read(3, from: 0, to: 5 * hour)
        #expect(series.allSatisfy { $0.isCounter })
        #expect(series[0].points.count == 299)
        #expect(series[0].points.allSatisfy { $0.average == 1 })
        // What begins in the middle has its first rate too, from the row before.
        #expect(try await fixture.read(3, from: 2 * hour, to: 3 * hour)[0].points.count == 60)
    }

    @Test func aRestartAndALostRunGiveNoRate() async throws {
        let fixture = try await CompactionFixture.make()
        var runs = CompactionFixture.minutes(0..<120)
        runs[40].seconds = nil  // restarted
        for row in 70..<120 { runs[row].counters[0]! -= 3_000 }  // this counter alone was reset
        runs.remove(at: 20)  // the run is lost, and the next one's seconds are not those since the one before it
        try await fixture.store(runs, layout: try await fixture.layout())
        try await fixture.compaction.tick(now: fixture.day + CompactionFixture.firstIsDue)
        let points = try await fixture.read(3, from: 0, to: 2 * hour)[0].points
        let minutes = Set(points.map { Int($0.at.timeIntervalSince(fixture.day) / 60) })
        #expect(Set(1..<120).subtracting(minutes) == [20, 21, 40, 70])
        #expect(points.allSatisfy { $0.average == 1 })
    }

    @Test(arguments: [300, 1_800, 3_600, 7_200])
    func stepsAreTheSameFromRollupsAndFromRawSamples(step: Int) async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<1_440), layout: try await fixture.layout())
        for metric in [Int16(1), 2, 3] {
            let raw = try await fixture.read(metric, from: 0, to: 24 * hour, step: step)
            _ = try await fixture.compaction.compact(fixture.tenant, now: fixture.day + 28 * hour)
            let chunked = try await fixture.read(metric, from: 0, to: 24 * hour, step: step)
            #expect(chunked.map(\.points) == raw.map(\.points))
            _ = try await fixture.databases.transaction(fixture.tenant) {
                try Compaction.rollUp(fixture.server, day: fixture.day.milliseconds, on: $0)
            }
            // Only the rollups are left to read from.
            _ = try await fixture.databases.transaction(fixture.tenant) {
                try $0.execute("DELETE FROM monitoring.chunks WHERE resolution = 0")
            }
            let rolledUp = try await fixture.read(metric, from: 0, to: 24 * hour, step: step)
            #expect(rolledUp.map(\.labels) == raw.map(\.labels))
            for (series, exact) in zip(rolledUp, raw) {
                #expect(series.points.map(\.at) == exact.points.map(\.at))
                for (point, right) in zip(series.points, exact.points) {
                    for path in [\Series.Point.average, \.smallest, \.largest] {
                        #expect(abs(point[keyPath: path] - right[keyPath: path]) <= abs(right[keyPath: path]) / 500 + 1.0 / 256 / 60)
                    }
                }
            }
            _ = try await fixture.databases.transaction(fixture.tenant) { try $0.execute("DELETE FROM monitoring.chunks") }
            try await fixture.store(CompactionFixture.minutes(0..<1_440), layout: try await fixture.layout())
        }
    }

    @Test func aStretchOverDaysWithAndWithoutRollupsHasNoSeam() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<1_600), layout: try await fixture.layout())
        try await fixture.compaction.tick(now: fixture.day + 28 * hour)
        let series = try await fixture.read(3, from: 20 * hour, to: 26 * hour, step: 300)
        #expect(series[0].points.count == 72)
        #expect(series[0].points.allSatisfy { abs($0.average - 1) < 0.001 })
    }

    @Test("The first step has all that belongs to it, also what lies before the stretch, from head and chunks alike")
    func theFirstStepIsWhole() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<600), layout: try await fixture.layout())
        for _ in 0..<2 {
            let whole = try await fixture.read(1, from: 0, to: 10 * hour, step: 14_400)[0].points
            let last = try await fixture.read(1, from: 7.9 * hour, to: 10 * hour, step: 14_400)[0].points
            #expect(whole.count == 3 && last == Array(whole[1...]))
            try await fixture.compaction.tick(now: fixture.day + CompactionFixture.firstIsDue)
        }
    }

    @Test func aSeriesGoesOnWhenTheSetOfRowsChanges() async throws {
        let fixture = try await CompactionFixture.make()
        let (first, second) = (try await fixture.layout(), try await fixture.layout([#"["new"]"#, #"["a"]"#, #"["b"]"#]))
        let runs = CompactionFixture.minutes(0..<120)
        try await fixture.store(Array(runs[..<60]), layout: first)
        try await fixture.store(
            runs[60...].map { run in
                .init(at: run.at, seconds: 60, gauges: [1, 1] + run.gauges, counters: [7] + run.counters)
            }, layout: second)
        try await fixture.compaction.tick(now: fixture.day + 5 * hour)
        let series = try await fixture.read(3, from: 0, to: 2 * hour)
        let a = try #require(series.first { $0.labels == ["a"] })
        #expect(a.points.count == 119)
        #expect(a.points.allSatisfy { $0.average == 1 })
        // The rate of the first run under the new layout is in the rollups too.
        _ = try await fixture.databases.transaction(fixture.tenant) {
            try Compaction.rollUp(fixture.server, day: fixture.day.milliseconds, on: $0)
        }
        let steps = try await fixture.read(3, from: 0, to: 2 * hour, step: 300)
        #expect(steps.first { $0.labels == ["a"] }?.points.count == 24)
    }

    @Test func labelsAreFiltered() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<10), layout: try await fixture.layout())
        let reading = SeriesReading(
            server: fixture.server, metrics: [1], request: SeriesRequest(from: fixture.day, to: fixture.day + hour, stepSeconds: nil))
        let series = try await fixture.databases.read(fixture.tenant) { session in
            try SeriesReader.read(reading, on: session) { collector, labels in collector == "files" && labels == ["b"] }
        }
        #expect(series.map(\.labels) == [["b"]])
        #expect(try await fixture.read(99, from: 0, to: hour).isEmpty)
    }

    @Test func aDamagedChunkIsAGap() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<360), layout: try await fixture.layout())
        try await fixture.compaction.tick(now: fixture.day + 8 * hour)
        _ = try await fixture.databases.transaction(fixture.tenant) {
            try $0.execute(
                """
                UPDATE monitoring.chunks
                SET data = set_byte(data, 30, get_byte(data, 30) # 1)
                WHERE from_at = \(fixture.day + 2 * 3600)
                """)
        }
        let points = try await fixture.read(1, from: 0, to: 6 * hour)[0].points
        #expect(points.count == 240)
        #expect(points[120].at == fixture.day + 4 * hour + 0.04)
    }

    @Test("A stretch with more than 500 samples is there as a whole, in steps: the server was read more often before")
    func moreThan500SamplesAreBinned() async throws {
        let fixture = try await CompactionFixture.make()
        try await fixture.store(CompactionFixture.minutes(0..<600), layout: try await fixture.layout())
        try await fixture.compaction.tick(now: fixture.day + 12 * hour)
        for metric in [Int16(1), 3] {
            let reading = SeriesReading(
                server: fixture.server, metrics: [metric],
                request: SeriesRequest(from: fixture.day, to: fixture.day + 10 * hour, stepSeconds: nil, intervalSeconds: 300),
                lookbackSeconds: 7_200)
            let series = try await fixture.databases.read(fixture.tenant) { try SeriesReader.read(reading, on: $0) }
            let stepped = try await fixture.read(metric, from: 0, to: 10 * hour, step: 300)
            #expect(series.map(\.stepSeconds) == [300, 300])
            #expect(series[0].points.count == 120)
            #expect(series.map(\.labels) == stepped.map(\.labels))
            for (points, right) in zip(series.map(\.points), stepped.map(\.points)) {
                #expect(points.map(\.at) == right.map(\.at))
                #expect(points.map(\.smallest) == right.map(\.smallest))
                #expect(points.map(\.largest) == right.map(\.largest))
                #expect(zip(points, right).allSatisfy { abs($0.average - $1.average) < 1e-9 })
            }
        }
        // Read hourly now, the step is an hour: more often than samples come there would be gaps between all of them.
        let hourly = SeriesRequest(from: fixture.day, to: fixture.day + 10 * hour, stepSeconds: nil, intervalSeconds: 3_600)
        #expect(hourly.coarserStepSeconds == 3_600)
        let few = try await fixture.read(1, from: 0, to: 5 * hour)[0]
        #expect(few.stepSeconds == nil && few.points.count == 300)
    }

    @Test("Points that came every hour are an hour apart, whatever the interval is now; an outage is not taken for an interval")
    func cadenceOfThePast() {
        func points(_ minutes: [Double]) -> [Series.Point] {
            minutes.map { .init(at: Date(timeIntervalSince1970: $0 * 60), average: 1, smallest: 1, largest: 1) }
        }
        #expect(Series.cadenceSeconds(points([0, 60, 120.2, 180, 240, 241, 242, 243])) >= 3_560)
        #expect(Series.cadenceSeconds(points([0, 1, 2, 3, 300, 301, 302, 303, 900, 901])) == 60)
        #expect(Series.cadenceSeconds(points([0, 60, 120])) == 0)
        #expect(Series.cadenceSeconds([]) == 0)
        let (minutes, hours) = (points([0, 1, 2, 3, 93, 94, 95]), points([0, 60, 120, 180]))
        #expect(Series.intervalSeconds(step: nil, usual: 3_600, minutes) == 60, "an outage of 90 minutes is one")
        #expect(Series.intervalSeconds(step: nil, usual: 60, hours) == 3_600)
        #expect(Series.intervalSeconds(step: 300, usual: 60, hours) == 3_600)
        #expect(Series.intervalSeconds(step: 7_200, usual: 60, hours) == 7_200)
        #expect(Series.intervalSeconds(step: nil, usual: 60, points([0, 1.02, 2.03, 3.05])) == 60, "some run a little late")
        #expect(Series.intervalSeconds(step: nil, usual: 60, points([0, 60])) == 60)
    }

    /// A month of one chart reads the rollups by their key, and nothing else.
    @Test func aMonthIsReadByTheKey() async throws {
        let fixture = try await CompactionFixture.make()
        let plan = try await fixture.collection.words(
            """
            EXPLAIN SELECT from_at, directory FROM monitoring.chunks
            WHERE server_id = \(fixture.server) AND resolution = 3600 AND from_at >= \(fixture.day) AND from_at < \(fixture.day + 86_400)
            """)
        #expect(plan.contains { $0.contains("Index Scan") || $0.contains("Bitmap Index Scan") })
        #expect(!plan.contains { $0.contains("Seq Scan") })
    }
}
