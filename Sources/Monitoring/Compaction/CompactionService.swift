package import Foundation
package import Logging
package import Platform
import Postgres
import ServiceLifecycle
import Synchronization

/// Moves samples that are older than two hours or so out of the head into compressed chunks, and makes the rollups of days that are over.
/// Both in small parts, minute by minute: the collection has the same processors.
///
/// A tenant is done by the collector that holds its shard; a lock in each transaction keeps out one that lost it and does not know yet.
/// What a transaction took out of the head it stores, or neither: a kill at any point loses nothing and stores nothing twice. Samples that
/// come late are merged into their stretch's chunk.
package final class CompactionService: Service {
    package static let tickSeconds = 60.0
    /// Seconds until the next look of a process that holds no shard yet.
    package static let firstTickSeconds = 1.0
    /// Seconds between two looks for days without rollups.
    package static let rollupSeconds = 600.0
    /// Seconds of a tick that rollups may take; the next ones go on. Until then the day is read from its raw chunks.
    package static let rollupSecondsMax = 6.0
    /// Days back that are looked through for days without rollups. Older days that samples came for so late are read from their raw chunks.
    package static let rollupDayCountMax = 7
    /// Rounds over a tenant's servers in one tick; each does every server's oldest stretch.
    package static let roundCountMax = 400

    /// What one tick did.
    package struct Outcome: Sendable, Equatable {
        package var rowCount = 0
        package var sampleCount = 0
        package var chunkCount = 0
        package var rollupCount = 0
        /// Chunks that could not be read and were replaced by what could.
        package var damagedCount = 0
        /// Values for which a chunk had no room.
        package var leftOutCount = 0

        package static func += (left: inout Outcome, right: Outcome) {
            left.rowCount += right.rowCount
            left.sampleCount += right.sampleCount
            left.chunkCount += right.chunkCount
            left.rollupCount += right.rollupCount
            left.damagedCount += right.damagedCount
            left.leftOutCount += right.leftOutCount
        }
    }

    private let databases: TenantDatabases
    private let leases: ShardLeases
    private let halt: CollectionHalt
    private let logger: Logger
    private let rolledUpAt = Mutex<[Tenant.ID: Date]>([:])

    /// - Parameter halt: while it is on, nothing is compacted: a chunk needs room before the samples give theirs back.
    package init(databases: TenantDatabases, leases: ShardLeases, halt: CollectionHalt = CollectionHalt(), logger: Logger) {
        self.halt = halt
        self.databases = databases
        self.leases = leases
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do { try await tick(now: Date()) } catch {
                    logger.warning("Samples could not be compacted", metadata: ["error": "\(error)"])
                }
                let seconds = leases.held.isEmpty ? Self.firstTickSeconds : Self.tickSeconds
                try? await Task.sleep(for: .seconds(seconds))  // cancelled: the loop ends
            }
        }
    }

    /// One round over our tenants: what is due is compacted. Throws `PostgresError` when the tenants cannot be listed.
    @discardableResult package func tick(now: Date) async throws -> Outcome {
        var total = Outcome()
        for tenant in try await databases.tenants() where isOurs(tenant) {
            let startedAt = ContinuousClock.now
            do {
                var outcome = try await compact(tenant, now: now)
                outcome += try await rollUp(tenant, now: now)
                total += outcome
                guard outcome != Outcome() else { continue }
                logger.info(
                    "Samples were compacted",
                    metadata: [
                        "tenant": "\(tenant.slug)", "rows": "\(outcome.rowCount)", "samples": "\(outcome.sampleCount)",
                        "chunks": "\(outcome.chunkCount)", "rollups": "\(outcome.rollupCount)",
                        "duration_ms": "\(Int((ContinuousClock.now - startedAt) / .milliseconds(1)))",
                    ])
            } catch {
                logger.warning("A tenant's samples could not be compacted", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
            }
        }
        return total
    }

    private func isOurs(_ tenant: Tenant) -> Bool { !halt.isOn && leases.held[MaintenanceService.shard(of: tenant.id)] != nil }

    // MARK: Chunks

    /// All stretches of the tenant's servers that are old enough. Throws `PostgresError`.
    package func compact(_ tenant: Tenant, now: Date) async throws -> Outcome {
        let settled = now - Stretch.settleSeconds
        var total = Outcome()
        for _ in 0..<Self.roundCountMax {
            let before = total.rowCount
            var after: DueStretch?
            repeat {
                let last = after?.server
                let found = try await databases.read(tenant) {
                    try CompactionSQL.due(before: settled, isByTurns: true, after: last, on: $0)
                }
                for batch in Self.batches(found.filter { $0.rowCount > 0 }) {
                    guard isOurs(tenant), !Task.isCancelled else { return total }
                    total += try await store(batch, tenant)
                }
                after = found.count == CompactionSQL.serverCountMax ? found.last : nil
            } while after != nil
            if total.rowCount == before { break }
        }
        return total
    }

    /// Stretches for one transaction each time: together at most `rowCountMax` rows and `sizeBytesMax` bytes. Of one that is larger by
    /// itself a part is taken; the rest is merged by the next rounds.
    static func batches(_ stretches: [DueStretch]) -> [[DueStretch]] {
        var batches: [[DueStretch]] = []
        var (rows, size) = (0, 0)
        for var stretch in stretches {
            let share = min(
                Double(CompactionSQL.rowCountMax) / Double(max(1, stretch.rowCount)),
                Double(CompactionSQL.sizeBytesMax) / Double(max(1, stretch.sizeBytes)))
            if share < 1 { stretch.rowLimit = max(1, Int(Double(stretch.rowCount) * share)) }
            let isFull = rows + stretch.rowCount > CompactionSQL.rowCountMax || size + stretch.sizeBytes > CompactionSQL.sizeBytesMax
            if isFull || batches.isEmpty {
                batches.append([])
                (rows, size) = (0, 0)
            }
            batches[batches.count - 1].append(stretch)
            rows += min(stretch.rowCount, stretch.rowLimit)
            size += stretch.sizeBytes
        }
        return batches
    }

    private func store(_ stretches: [DueStretch], _ tenant: Tenant) async throws -> Outcome {
        do { return try await storeOnce(stretches, tenant) } catch let error as PostgresError where error.isMissingPartition {
            for day in Set(stretches.map { Stretch.start($0.from, of: Stretch.dayMilliseconds) }) {
                _ = try await databases.transaction(tenant) { try PartitionSQL.make(from: Date(milliseconds: day), days: 1, on: $0) }
            }
            return try await storeOnce(stretches, tenant)
        }
    }

    private func storeOnce(_ stretches: [DueStretch], _ tenant: Tenant) async throws -> Outcome {
        let outcome = try await databases.transaction(tenant) { try Compaction.store(stretches, on: $0) }
        if outcome.damagedCount > 0 {
            logger.error(
                "Chunks could not be read and were replaced by the samples that came late",
                metadata: ["tenant": "\(tenant.slug)", "chunks": "\(outcome.damagedCount)"])
        }
        logLeftOut(outcome, tenant)
        return outcome
    }

    private func logLeftOut(_ outcome: Outcome, _ tenant: Tenant) {
        guard outcome.leftOutCount > 0 else { return }
        logger.error(
            "Collectors whose rows have other labels in each run brought more series than a chunk holds: the newest were left out",
            metadata: ["tenant": "\(tenant.slug)", "values": "\(outcome.leftOutCount)"])
    }

    // MARK: Rollups

    /// The rollups of the days that are over and have none, as many as fit into `rollupSecondsMax`. Throws `PostgresError`.
    package func rollUp(_ tenant: Tenant, now: Date) async throws -> Outcome {
        let isDue = rolledUpAt.withLock { now.timeIntervalSince($0[tenant.id] ?? .distantPast) >= Self.rollupSeconds }
        var total = Outcome()
        guard isDue else { return total }
        let end = ContinuousClock.now + .seconds(Self.rollupSecondsMax)
        let today = Stretch.start(Stretch.cutoff(now: now).milliseconds, of: Stretch.dayMilliseconds)
        for back in 1...Self.rollupDayCountMax {
            let day = today - Int64(back) * Stretch.dayMilliseconds
            while true {
                let servers = try await databases.read(tenant) { try ChunkSQL.withoutRollups(day: Date(milliseconds: day), on: $0) }
                for server in servers {
                    guard isOurs(tenant), !Task.isCancelled else { return total }
                    let outcome = try await databases.transaction(tenant) { try Compaction.rollUp(server, day: day, on: $0) }
                    guard let outcome else { return total }  // somebody else is at it
                    logLeftOut(outcome, tenant)
                    total += outcome
                    guard ContinuousClock.now < end else { return total }
                }
                if servers.count < ChunkSQL.dayCountMax { break }
            }
        }
        rolledUpAt.withLock { $0[tenant.id] = now }  // after an error, and with days left, the next tick looks again
        return total
    }
}
