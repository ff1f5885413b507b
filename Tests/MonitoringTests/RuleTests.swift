import Engines
import Fleet
import Foundation
import Testing

@testable import Monitoring

@Suite struct ServerStateTests {
    static let t0 = Date(timeIntervalSince1970: 1_700_000_000)

    static func state(after results: [RunResult]) -> ServerState {
        results.enumerated().reduce(ServerState()) {
            $0.after($1.element, thresholds: HealthThresholds(), intervalSeconds: 60, now: t0 + Double($1.offset))
        }
    }
    static let good = RunResult.reading(values: [.cpuPercent: 10, .memoryPercent: 10], missing: [])
    static let bad = RunResult.failure(CollectionFailure(code: "TIMEOUT", message: "No answer."))

    @Test(
        "PRD 3.6-3, 3.6-4: health follows the thresholds of CPU and memory",
        arguments: [
            (80.0, 10.0, ServerHealth.healthy), (80.1, 10, .warning), (95, 10, .warning), (95.1, 10, .critical), (10, 85, .healthy),
            (10, 86, .warning),
            (10, 96, .critical), (90, 96, .critical), (96, 86, .critical),
        ])
    func healthFollowsTheThresholds(cpu: Double, memory: Double, health: ServerHealth) {
        #expect(Self.state(after: [.reading(values: [.cpuPercent: cpu, .memoryPercent: memory], missing: [])]).health == health)
    }

    @Test(
        arguments: [
            ([good], ServerStatus.online, ServerHealth.healthy), ([bad], .unknown, .unknown), ([bad, bad], .offline, .offline),
            ([good, bad], .online, .healthy),
            ([good, bad, bad], .offline, .offline), ([good, bad, good, bad], .online, .healthy), ([bad, bad, good], .online, .healthy),
            ([.reading(values: [.cpuPercent: 1], missing: ["x"])], .degraded, .healthy),
            ([.reading(values: [.connectionCount: 1], missing: ["x"])], .degraded, .unknown),
            ([.reading(values: [.cpuPercent: 1], missing: [], troubled: ["x"])], .degraded, .healthy),
            ([.reading(values: [.connectionCount: 1], missing: [], troubled: ["x"])], .degraded, .healthy),
            ([.reading(values: [.connectionCount: 1], missing: [])], .online, .healthy),
            ([.reading(values: [:], missing: [])], .online, .unknown),
        ] as [([RunResult], ServerStatus, ServerHealth)])
    func statusFollowsTheAttempts(results: [RunResult], status: ServerStatus, health: ServerHealth) {
        let state = Self.state(after: results)
        #expect(state.status == status)
        #expect(state.health == health)
    }

    @Test(
        "PRD 3.6-5: silence is offline after five minutes, or two and a half intervals",
        arguments: [(60, 299.0, ServerStatus.online), (60, 301, .offline), (3600, 8_999, .online), (3600, 9_001, .offline)])
    func silenceIsOfflineAfterFiveMinutesOrTwoAndAHalfIntervals(interval: Int, seconds: Double, status: ServerStatus) {
        let state = ServerState().after(Self.good, thresholds: HealthThresholds(), intervalSeconds: interval, now: Self.t0)
        #expect(state.sweep(now: Self.t0 + seconds).status == status)
    }

    @Test("A server that answers that a right is missing is not offline; one that nobody asks any more is")
    func aRefusalIsAnAnswer() {
        let denied = RunResult.failure(CollectionFailure(code: "NO_PERMISSIONS", message: "No right.", isPermission: true))
        let state = Self.state(after: [Self.good, denied])
        var later = state
        later.attemptedAt = Self.t0 + 1_200
        #expect(later.sweep(now: Self.t0 + 1_260) == later)
        #expect(later.sweep(now: Self.t0 + 1_200 + 301).status == .offline)
        #expect(state.sweep(now: Self.t0 + 1_200).status == .offline)
        let failed = Self.state(after: [Self.good, denied, Self.bad])
        #expect(failed.sweep(now: Self.t0 + 301).status == .offline)
    }

    @Test("A value is never shown as the limit that it is above", arguments: [
        (85.04, "Memory is at 85.04 %, above the warning limit of 85 %"), (85.06, "Memory is at 85.1 %, above the warning limit of 85 %"),
        (90, "Memory is at 90 %, above the warning limit of 85 %"), (85.0001, "Memory is at 85.0001 %, above the warning limit of 85 %"),
    ])
    func aValueAboveItsLimitLooksSo(memory: Double, reason: String) {
        let state = ServerState().after(
            .reading(values: [.cpuPercent: 1, .memoryPercent: memory], missing: []), thresholds: HealthThresholds(), intervalSeconds: 60,
            now: Self.t0)
        #expect(state.reasons == [reason])
    }

    @Test func changedAtStaysWhileTheHealthDoes() {
        #expect(Self.state(after: [Self.good, Self.good, Self.good]).changedAt == Self.t0)
    }
}

@Suite struct DifferencingTests {
    static func reading(
        batches: Int64?, at seconds: Double, name: String = "S", startedAt: Double? = 100, hits: Int64? = nil, lookups: Int64? = nil
    ) -> Reading {
        var counters: [Metric: Int64] = [:]
        counters[.batchRequestsSec] = batches
        counters[.cacheHits] = hits
        counters[.cacheLookups] = lookups
        return Reading(
            identity: ServerIdentity(
                serverName: name, startedAt: startedAt.map { Date(timeIntervalSince1970: $0) }, productVersion: "1", edition: "e",
                version: "v", coreCount: nil),
            collectedAt: Date(timeIntervalSince1970: seconds), monotonicSeconds: seconds, counters: counters)
    }

    @Test(
        arguments: [
            (reading(batches: 700, at: 30), 20.0), (reading(batches: 100, at: 30), 0), (reading(batches: 99, at: 30), nil),
            (reading(batches: 700, at: 30, name: "T"), nil), (reading(batches: 700, at: 30, startedAt: 200), nil),
            (reading(batches: 700, at: 30, startedAt: 102), 20),
            (reading(batches: 700, at: 3_601), nil), (reading(batches: 700, at: 0), nil), (reading(batches: nil, at: 30), nil),
            (reading(batches: 700, at: 30, startedAt: nil), 20),
        ] as [(Reading, Double?)])
    func ratesAreHonest(next: Reading, rate: Double?) {
        let memory = Differencing.Memory(Self.reading(batches: 100, at: 0))
        #expect(Differencing.values(of: next, after: memory, intervalSeconds: 60)[.batchRequestsSec] == rate)
    }

    @Test("Readings an hour apart, or half an hour with one missed, are compared though a slot comes late", arguments: [
        (3_600, 3_600.4, true), (3_600, 7_201, true), (3_600, 9_001, false), (1_800, 3_601, true), (60, 3_601, false),
    ])
    func slowIntervalsCompare(intervalSeconds: Int, after seconds: Double, isCompared: Bool) {
        let memory = Differencing.Memory(Self.reading(batches: 100, at: 0))
        let next = Self.reading(batches: 700, at: seconds)
        #expect((memory.seconds(to: next, intervalSeconds: intervalSeconds) == seconds) == isCompared)
        #expect((Differencing.values(of: next, after: memory, intervalSeconds: intervalSeconds)[.batchRequestsSec] != nil) == isCompared)
    }

    @Test("A sum that lost a member grew by too little: neither it nor the next has a rate, and what is no sum has")
    func sumsOfOtherMembersAreNotCompared() {
        var memory: Differencing.Memory?
        /// The rates of one reading after another.
        func rates(_ batches: Int64, at seconds: Double, mark: Int64?) -> [Double?] {
            var next = Self.reading(batches: batches, at: seconds)
            next.counters[.diskReads] = batches
            next.membership = mark.map { Reading.Membership(mark: $0, metrics: [.batchRequestsSec]) }
            next = Differencing.comparable(next, after: memory)
            let values = Differencing.values(of: next, after: memory, intervalSeconds: 60)
            memory = Differencing.Memory(next)
            return [values[.batchRequestsSec], values[.diskReads]]
        }
        #expect(rates(100, at: 0, mark: 1) == [nil, nil])
        #expect(rates(400, at: 30, mark: 1) == [10, 10])
        #expect(rates(700, at: 60, mark: 2) == [nil, 10])
        #expect(rates(1_000, at: 90, mark: 2) == [nil, 10])
        #expect(rates(1_300, at: 120, mark: 2) == [10, 10])
        // From another way of asking, which does not tell: there is nothing to object.
        #expect(rates(1_600, at: 150, mark: nil) == [10, 10])
        #expect(rates(1_900, at: 180, mark: 1) == [10, 10])
    }

    @Test func theFirstSightingHasNoRates() {
        #expect(Differencing.values(of: Self.reading(batches: 100, at: 0), after: nil, intervalSeconds: 60).isEmpty)
    }

    @Test func ratiosNeedSomethingToDivideBy() {
        let memory = Differencing.Memory(Self.reading(batches: nil, at: 0, hits: 100, lookups: 100))
        func percent(_ next: Reading) -> Double? { Differencing.values(of: next, after: memory, intervalSeconds: 60)[.cacheHitPercent] }
        #expect(percent(Self.reading(batches: nil, at: 10, hits: 190, lookups: 200)) == 90)
        #expect(percent(Self.reading(batches: nil, at: 10, hits: 100, lookups: 100)) == nil)
    }
}

@Suite struct SeriesRequestTests {
    static let to = Date(timeIntervalSince1970: 1_700_000_000)

    @Test(
        arguments: [
            (3600.0, 60, nil), (21_600, 60, nil), (86_400, 60, 300), (604_800, 60, 1800), (2_592_000, 60, 7200), (3600, 30, nil),
            (21_600, 30, 60),
            (86_400, 3600, nil), (31_536_000, 60, 86_400),
        ] as [(Double, Int, Int?)])
    func stepsKeepWithinFiveHundredPoints(span: Double, interval: Int, step: Int?) throws {
        let request = try #require(SeriesRequest.fitting(from: Self.to - span, to: Self.to, intervalSeconds: interval, given: nil))
        #expect(request.stepSeconds == step)
    }

    @Test func aStepThatMakesTooManyPointsIsRefused() {
        #expect(SeriesRequest.fitting(from: Self.to - 86_400, to: Self.to, intervalSeconds: 60, given: 60) == nil)
        #expect(SeriesRequest.fitting(from: Self.to - 86_400, to: Self.to, intervalSeconds: 60, given: 600)?.stepSeconds == 600)
        #expect(SeriesRequest.fitting(from: Self.to - 86_400, to: Self.to, intervalSeconds: 60, given: 401)?.stepSeconds == 401)
    }

    @Test("Over more than two days a step is whole 5 minutes, so that rollups are read and not a month of raw samples")
    func longStretchesAreReadFromRollups() {
        func step(_ given: Int, days: Double) -> Int? {
            SeriesRequest.fitting(from: Self.to - days * 86_400, to: Self.to, intervalSeconds: 60, given: given)?.stepSeconds
        }
        #expect(step(5_201, days: 30) == 5_400)
        #expect(step(5_400, days: 30) == 5_400)
        #expect(step(86_399, days: 365) == 86_400)
        #expect(step(5_100, days: 30) == nil, "too many points as it was asked for")
    }
}
