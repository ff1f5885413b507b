import Engines
import Foundation
import Logging
import Platform
import Primitives

/// Runs tenants' own collectors, after a server's run has ended: on a connection and on threads of their own, so that nothing of theirs is
/// ever in the way of what the product collects.
final class CustomCollection: Sendable {
    /// Threads on which their statements wait for servers, and calls that may hang before no more are made.
    static let limits = TargetLanes.Limits(
        connectThreadCountMax: 1, collectThreadCountMax: 8, abandonedCountMax: 32, waitingCountMax: 5_000)

    private let plan: CustomPlan
    private let leases: ShardLeases
    private let buffer: RunBuffer
    private let metrics: CollectionMetrics
    private let engines: @Sendable (EngineKind) -> any Engine
    private let lanes = TargetLanes(limits: CustomCollection.limits)

    init(
        plan: CustomPlan, leases: ShardLeases, buffer: RunBuffer, metrics: CollectionMetrics,
        engines: @escaping @Sendable (EngineKind) -> any Engine
    ) {
        self.plan = plan
        self.leases = leases
        self.buffer = buffer
        self.metrics = metrics
        self.engines = engines
    }

    /// Runs what is due on a server whose run has just ended, one after the other. Their troubles are their own.
    func run(_ due: FleetIndex.Due, _ reading: Reading, at fixedNow: Date?) async {
        guard !plan.isEmpty else { return }
        let wanted = plan.takeDue(due.run, due.server, now: fixedNow ?? Date())
        guard !wanted.isEmpty else { return }
        defer { plan.released(due.run.key) }
        // A connection for each database that they name.
        for (database, collectors) in Dictionary(grouping: wanted, by: { $0.collector.database ?? "" }).sorted(by: { $0.key < $1.key }) {
            var target = due.session.target
            target.objectsDatabase = nil
            if !database.isEmpty { target.database = database }
            let session = QuerySession(
                target, engine: engines(target.engine), timeoutSeconds: collectors.map(\.collector.timeoutSeconds).max() ?? 1)
            var isOpen = false
            for one in collectors.sorted(by: { $0.collector.name < $1.collector.name }) {
                do {
                    isOpen = try await run(one, on: session, due, reading, at: fixedNow)
                } catch { return }  // cancelled: we are stopping
            }
            // What hangs is the lanes' business: nobody waits for it.
            if isOpen { try? await lanes.run(lane: .connect, deadlineSeconds: CustomQuery.connectSeconds) { session.close() } }
        }
    }

    /// Returns whether the connection is there for another. Throws `CancellationError`.
    private func run(
        _ one: ScopedCollector, on session: QuerySession, _ due: FleetIndex.Due, _ reading: Reading, at fixedNow: Date?
    ) async throws -> Bool {
        let query = one.collector.query
        let seconds = CustomQuery.connectSeconds + Double(query.timeoutSeconds) + 2 * CollectionService.abandonSlackSeconds
        do {
            let answer = try await lanes.run(lane: .collect, deadlineSeconds: seconds) { try session.run(query) }
            let table = CollectedTable(of: one.definition, answer.answer(to: one.definition), durationMs: answer.durationMs)
            store(table, of: one.collector, due, reading, monotonicSeconds: answer.monotonicSeconds, at: fixedNow)
            return true
        } catch let error as EngineError {
            metrics.count(.failedCollectors)
            let table = CollectedTable(
                one.definition, state: error.isPermission ? .noPermissions : .failed, message: error.message,
                durationMs: error.code == .timeout ? query.timeoutSeconds * 1_000 : 0)
            store(table, of: one.collector, due, reading, monotonicSeconds: reading.monotonicSeconds, at: fixedNow)
            return false
        }
    }

    private func store(
        _ table: CollectedTable, of collector: CustomCollector, _ due: FleetIndex.Due, _ reading: Reading, monotonicSeconds: Double,
        at fixedNow: Date?
    ) {
        let origin = CollectorMemory.Origin(serverName: reading.identity.serverName, startedAt: reading.identity.startedAt)
        let now = fixedNow ?? Date()
        let table = plan.collected(table, of: collector, due.run, origin: origin, monotonicSeconds: monotonicSeconds, now: now)
        guard let epoch = leases.held[due.run.key.shard] else { return metrics.count(.fencedRuns) }
        buffer.append(
            CollectorRun(server: due.run.key.server, slotAt: due.run.slotAt, attemptedAt: now, epoch: epoch, tables: [table]),
            for: due.tenant)
    }
}
