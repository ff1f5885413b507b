import Fleet
import Foundation
import Platform
import Primitives
import Testing

@testable import Monitoring

@Suite struct CollectionPlanTests {
    static let t0 = Date(timeIntervalSince1970: 1_700_000_000)
    static let key = PlanKey(tenant: Tenant.ID(), server: Server.ID())

    static func plan(interval: Int = 60, lastAttemptAt: Date? = nil, failures: Int = 0) -> CollectionPlan {
        var plan = CollectionPlan()
        plan.upsert(key, intervalSeconds: interval, lastAttemptAt: lastAttemptAt, failuresInARow: failures, now: t0)
        return plan
    }

    @Test func aNewServerIsDueAtOnce() {
        var plan = Self.plan()
        #expect(plan.takeDue(now: Self.t0, countMax: 10).map(\.key) == [Self.key])
        #expect(plan.takeDue(now: Self.t0, countMax: 10).isEmpty)  // one run in flight
    }

    @Test(arguments: [30, 60, 3600])
    func slotsFollowEachOtherByTheInterval(interval: Int) {
        var plan = Self.plan(interval: interval)
        var (now, slots) = (Self.t0, [Date]())
        for _ in 0..<5 {
            let run = plan.takeDue(now: now, countMax: 1)
            slots += run.map(\.slotAt)
            plan.finished(Self.key, succeeded: true, startedAt: now, now: now + 0.2)
            now = plan.nextDueAt ?? now
        }
        #expect(zip(slots, slots.dropFirst()).allSatisfy { $1.timeIntervalSince($0) == Double(interval) })
    }

    @Test func theBeginningOfASlotLiesInIt() {
        for interval in [30, 60, 3600] {
            for _ in 0..<2_000 {
                let key = PlanKey(tenant: Self.key.tenant, server: Server.ID())
                let slot = CollectionPlan.slot(key, interval, at: Self.t0)
                #expect(CollectionPlan.slot(key, interval, at: slot) == slot)
            }
        }
    }

    @Test func slotsThatNobodyAskedForAreCounted() {
        var plan = Self.plan()
        _ = plan.takeDue(now: Self.t0, countMax: 1)
        plan.finished(Self.key, succeeded: true, startedAt: Self.t0, now: Self.t0 + 0.01)
        let due = plan.nextDueAt ?? Self.t0
        _ = plan.takeDue(now: due + 130, countMax: 1)
        #expect(plan.skippedCount == 2, "of three slots the last is read")
    }

    @Test("PRD 3.2-6: a longer interval holds from the next cycle on, which is not put off by it", arguments: [false, true])
    func aLongerIntervalPutsNothingOff(isRunning: Bool) throws {
        var plan = Self.plan()
        var now = Self.t0
        var slots: [Date] = []
        func lengthen() { plan.upsert(Self.key, intervalSeconds: 3_600, lastAttemptAt: now, failuresInARow: 0, now: now + 0.1) }
        for round in 0..<4 {
            let run = try #require(plan.takeDue(now: now, countMax: 1).first)
            slots.append(run.slotAt)
            #expect(run.intervalSeconds == (round < 2 ? 60 : 3_600))
            if round == 1, isRunning { lengthen() }
            plan.finished(Self.key, succeeded: true, startedAt: now, now: now + 0.1)
            if round == 1, !isRunning { lengthen() }
            let next = try #require(plan.nextDueAt)
            #expect(next.timeIntervalSince(now) <= (round < 2 ? 60 : 3_600))
            now = next
        }
        #expect(zip(slots, slots.dropFirst()).allSatisfy { $0 < $1 }, "no slot twice: its run would not be stored")
    }

    @Test func aFailureAfterALongerIntervalTakesNoSlotThatWasReadIn() throws {
        var plan = Self.plan()
        var (now, slots) = (Self.t0, [Date]())
        for round in 0..<5 {
            let run = try #require(plan.takeDue(now: now, countMax: 1).first)
            if round != 2 { slots.append(run.slotAt) }  // of a failure nothing is stored
            plan.finished(Self.key, succeeded: round != 2, startedAt: now, now: now + 0.1)
            if round == 1 { plan.upsert(Self.key, intervalSeconds: 3_600, lastAttemptAt: now, failuresInARow: 0, now: now + 0.1) }
            now = try #require(plan.nextDueAt)
        }
        #expect(zip(slots, slots.dropFirst()).allSatisfy { $0 < $1 }, "\(slots)")
    }

    @Test func aShorterIntervalHoldsSooner() throws {
        var plan = Self.plan(interval: 3_600)
        _ = plan.takeDue(now: Self.t0, countMax: 1)
        plan.finished(Self.key, succeeded: true, startedAt: Self.t0, now: Self.t0 + 1)
        plan.upsert(Self.key, intervalSeconds: 60, lastAttemptAt: Self.t0, failuresInARow: 0, now: Self.t0 + 1)
        #expect(try #require(plan.nextDueAt).timeIntervalSince(Self.t0) <= 61)
    }

    @Test func offsetsSpreadTheFleetEvenly() {
        var plan = CollectionPlan()
        for _ in 0..<6_000 {
            plan.upsert(
                PlanKey(tenant: Self.key.tenant, server: Server.ID()), intervalSeconds: 60, lastAttemptAt: Self.t0 - 1, failuresInARow: 0,
                now: Self.t0)
        }
        var counts: [Int] = []
        for second in 1...60 { counts.append(plan.takeDue(now: Self.t0 + Double(second), countMax: 10_000).count) }
        #expect(counts.reduce(0, +) == 6_000)
        #expect(counts[6..<59].allSatisfy { (50...160).contains($0) })
    }

    @Test func failuresAreTriedAgainQuicklyOnceAndThenEverMoreRarely() {
        let waits = (1...12).map { CollectionPlan.retryAt(Self.key, $0, 60, Self.t0).timeIntervalSince(Self.t0) }
        #expect((5...10).contains(waits[0]))
        #expect((54...66).contains(waits[1]))
        #expect((108...132).contains(waits[2]))
        #expect(waits.dropFirst(4).allSatisfy { (270...330).contains($0) })
    }

    @Test func aRestartDoesNotTryTheDeadAsIfTheyWereNew() {
        var plan = Self.plan(lastAttemptAt: Self.t0 - 10, failures: 9)
        #expect(plan.takeDue(now: Self.t0 + 200, countMax: 1).isEmpty)
        #expect(plan.takeDue(now: Self.t0 + 330, countMax: 1).map(\.failuresInARow) == [9])
    }

    @Test func slotsThatWentByAreCountedAndNotMadeUpFor() {
        var plan = Self.plan()
        _ = plan.takeDue(now: Self.t0, countMax: 1)
        plan.finished(Self.key, succeeded: true, startedAt: Self.t0, now: Self.t0 + 150)
        #expect(plan.skippedCount == 2 || plan.skippedCount == 3)
        #expect((plan.nextDueAt ?? Self.t0) > Self.t0 + 150)
    }

    @Test func aClockThatGoesBackLeavesNobodyUnread() {
        var plan = Self.plan()
        _ = plan.takeDue(now: Self.t0, countMax: 1)
        plan.finished(Self.key, succeeded: true, startedAt: Self.t0, now: Self.t0)
        let back = Self.t0 - 86_400
        _ = plan.takeDue(now: back, countMax: 1)
        #expect((plan.nextDueAt ?? .distantFuture) <= back + 60)
    }

    @Test func aRemovedServerIsNotDue() {
        var plan = Self.plan()
        plan.remove(Self.key)
        #expect(plan.takeDue(now: Self.t0, countMax: 1).isEmpty)
    }
}
