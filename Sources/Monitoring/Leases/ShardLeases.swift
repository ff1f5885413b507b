import Foundation
package import Logging
package import Platform
package import Primitives
import ServiceLifecycle
import Synchronization

/// Holds this collector's share of the 256 shards. Several collectors, on one node or many, divide the fleet among themselves; a dead
/// one's shards move
/// within `leaseSeconds` plus one heartbeat.
///
/// While the system database cannot be reached the shards are kept: what is collected waits in a buffer, and the epochs keep two writers
/// apart.
package final class ShardLeases: Service {
    package static let leaseSeconds = 20.0
    package static let heartbeatSeconds = 5.0

    private struct State {
        var held: [Int: Int64] = [:]
        var isClaimed = false
        var generation = 0
    }

    private let system: SystemDatabase
    private let collector: UUID
    private let node: String
    private let processIndex: Int
    private let logger: Logger
    private let trouble = LastingTrouble()
    private let statistics: @Sendable () -> JSONValue
    private let state = Mutex(State())

    /// - Parameter node: names this installation's node; a process started anew with the same `node` and `processIndex` takes its
    /// predecessor's shards at once.
    /// - Parameter statistics: what the collector says of its own work with each heartbeat.
    package init(
        system: SystemDatabase, node: String, processIndex: Int, logger: Logger, statistics: @escaping @Sendable () -> JSONValue = { [:] }
    ) {
        self.statistics = statistics
        self.system = system
        self.node = node
        self.processIndex = processIndex
        self.logger = logger
        collector = Self.collectorID(node: node, processIndex: processIndex)
    }

    /// Shard to epoch.
    package var held: [Int: Int64] { state.withLock { $0.held } }
    /// Grows whenever shards were gained: their servers must then be looked for.
    package var generation: Int { state.withLock { $0.generation } }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do {
                    try await tick()
                    trouble.ended()
                } catch {
                    trouble.failed("The shard leases could not be renewed; collection goes on with those held", error, to: logger)
                }
                try? await Task.sleep(for: .seconds(Self.heartbeatSeconds))  // cancelled: the loop ends
            }
        }
        await release()
    }

    /// One heartbeat. Returns how many shards are held. Throws `PostgresError`.
    @discardableResult package func tick() async throws -> Int {
        let known = state.withLock { $0.isClaimed ? $0.held : nil }
        let (collector, node, processIndex, statistics) = (collector, node, processIndex, statistics())
        let outcome: LeaseOutcome? = try await system.transaction { session in
            if known == nil { try ShardLeaseSQL.claim(collector, node: node, processIndex: processIndex, on: session) }
            if let outcome = try ShardLeaseSQL.heartbeat(
                collector, known: known, leaseSeconds: Self.leaseSeconds, statistics: statistics, on: session)
            {
                return outcome
            }
            try ShardLeaseSQL.claim(collector, node: node, processIndex: processIndex, on: session)
            return try ShardLeaseSQL.heartbeat(collector, known: nil, leaseSeconds: Self.leaseSeconds, statistics: statistics, on: session)
        }
        guard let outcome else { return 0 }
        let (before, now) = state.withLock { state in
            let before = state.held.count
            if outcome.held.contains(where: { state.held[$0.key] != $0.value }) { state.generation += 1 }
            state.held = outcome.held
            state.isClaimed = true
            return (before, state.held.count)
        }
        if before != now {
            logger.info("The share of the fleet changed", metadata: ["shards": "\(now)", "collectors": "\(outcome.liveCollectorCount)"])
        }
        return now
    }

    /// Gives all shards back. A failure is no harm: they run out.
    package func release() async {
        let collector = collector
        try? await system.transaction { try ShardLeaseSQL.release(collector, on: $0) }
        state.withLock { state in
            state.held = [:]
            state.isClaimed = false
        }
    }

    /// The same id for the same name: 16 bytes of FNV-1a, twice.
    private static func collectorID(node: String, processIndex: Int) -> UUID {
        func hash(_ seed: UInt64) -> UInt64 { "\(node)/\(processIndex)".utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 } }
        var bytes = UUID().uuid
        withUnsafeMutableBytes(of: &bytes) { raw in
            raw.storeBytes(of: hash(0xcbf2_9ce4_8422_2325).bigEndian, as: UInt64.self)
            raw.storeBytes(of: hash(0x9E37_79B9_7F4A_7C15).bigEndian, toByteOffset: 8, as: UInt64.self)
            raw[6] = raw[6] & 0x0F | 0x80  // version 8: made by a rule of our own
            raw[8] = raw[8] & 0x3F | 0x80
        }
        return UUID(uuid: bytes)
    }
}
