package import Fleet
import Foundation
package import Platform
import Synchronization

/// What a collector process knows of the tenants' stored layouts, metrics and rows, so that storing a run needs no reading. All of it is
/// in the databases too: a fresh process reads what it misses.
package final class CollectorCache: Sendable {
    struct Key: Hashable, Sendable, Comparable {
        var server: Server.ID
        var collector: String

        static func < (left: Key, right: Key) -> Bool { (left.server, left.collector) < (right.server, right.collector) }
    }
    /// What a transaction found or made; to be kept once it has committed.
    package struct Findings: Sendable {
        var layouts: [Key: KnownLayout] = [:]
        var rowsHashes: [Key: UInt64] = [:]
        var metrics: [String: Int16] = [:]

        mutating func merge(_ other: Findings) {
            layouts.merge(other.layouts) { $1 }
            rowsHashes.merge(other.rowsHashes) { $1 }
            metrics.merge(other.metrics) { $1 }
        }
    }
    private struct State {
        var servers: [Server.ID: [String: Entry]] = [:]
        var metrics: [Tenant.ID: [String: Int16]] = [:]
    }
    private struct Entry {
        var layout: KnownLayout?
        var rowsHash: UInt64?
    }
    private let state = Mutex(State())

    package init() {}

    func layout(_ key: Key) -> KnownLayout? { state.withLock { $0.servers[key.server]?[key.collector]?.layout } }
    func rowsHash(_ key: Key) -> UInt64? { state.withLock { $0.servers[key.server]?[key.collector]?.rowsHash } }
    func metrics(of tenant: Tenant.ID) -> [String: Int16] { state.withLock { $0.metrics[tenant] ?? [:] } }

    /// After the commit.
    package func keep(_ findings: Findings, of tenant: Tenant.ID) {
        state.withLock { state in
            for (key, layout) in findings.layouts {
                state.servers[key.server, default: [:]][key.collector, default: Entry()].layout = layout
            }
            for (key, hash) in findings.rowsHashes {
                state.servers[key.server, default: [:]][key.collector, default: Entry()].rowsHash = hash
            }
            state.metrics[tenant, default: [:]].merge(findings.metrics) { $1 }
        }
    }

    /// A server is not read here any more.
    package func forget(_ server: Server.ID) { state.withLock { $0.servers[server] = nil } }
}
