import Foundation
package import Logging
package import Platform
import Primitives
import ServiceLifecycle
import Synchronization

/// What all collectors last said of their work, for `/metrics` of an API process: counters are summed, achieved gaps are the worst
/// collector's.
package final class CollectorStatistics: Service {
    package static let pollSeconds = 5.0

    /// Name, help, and whether collectors' values are added up (otherwise the largest counts).
    private static let figures: [(name: String, help: String, isSum: Bool)] = [
        ("servers", "Servers that are read.", true), ("good_runs", "Collections that brought readings.", true),
        ("failed_runs", "Collections that failed.", true),
        ("skipped_runs", "Slots that went by without a run: the one before was under way, or collection stood still.", true),
        ("dropped_runs", "Runs that never reached the database.", true),
        ("dropped_collector_runs", "Runs of collectors beside the core that never reached the database.", true),
        ("handed_over_runs", "Runs that had not begun when another collector took the server over.", true),
        ("fenced_runs", "Runs of shards that had another holder by then.", true),
        ("stored_runs", "Runs in the database.", true),
        ("failed_flushes", "Times that PostgreSQL was away when runs were to be stored.", true),
        ("health_changes", "Changes of health.", true),
        ("failed_collectors", "Collectors beside the core whose round trip failed.", true),
        ("waiting_runs", "Runs that wait to be stored, those of collectors beside the core included.", true),
        ("waiting_bytes", "Memory that they take, about.", true),
        ("waiting_calls", "Calls to database servers that wait for a thread.", true),
        ("abandoned_calls", "Calls to database servers that hung past their deadline.", true),
        ("gap_ratio_p50", "Achieved gap between two collections, as a multiple of the interval: median.", false),
        ("gap_ratio_p99", "The same: 99th percentile.", false), ("gap_ratio_max", "The same: longest.", false),
    ]

    private let system: SystemDatabase
    private let logger: Logger
    private let values = Mutex<[String: Double]>([:])
    private let readAt = Mutex<ContinuousClock.Instant?>(nil)

    package init(system: SystemDatabase, logger: Logger) {
        self.system = system
        self.logger = logger
    }

    /// For `Edge.makeApplication`.
    package var gauges: [PrometheusPage.Gauge] {
        let age = PrometheusPage.Gauge(
            "dbtools_collection_statistics_age_seconds", help: "Since the other dbtools_collection figures were read; -1: never."
        ) { [self] in ageSeconds() ?? -1 }
        return Self.figures.map { figure in
            PrometheusPage.Gauge("dbtools_collection_\(figure.name)", help: figure.help) { [self] in value(figure.name) ?? 0 }
        } + [age]
    }

    /// How old the figures are: while the database is away they stay as they were. Nil before the first.
    package func ageSeconds() -> Double? {
        readAt.withLock { $0 }.map { (ContinuousClock.now - $0) / .seconds(1) }
    }

    /// The figure called `name`; nil before a collector said it.
    package func value(_ name: String) -> Double? { values.withLock { $0[name] } }

    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do { try await tick() } catch {
                    logger.debug("The collectors' statistics could not be read", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(Self.pollSeconds))  // cancelled: the loop ends
            }
        }
    }

    /// Reads what the live collectors last said. Throws `PostgresError`.
    package func tick() async throws {
        let all = try await system.read { try ShardLeaseSQL.statistics(leaseSeconds: ShardLeases.leaseSeconds, on: $0) }
        var sums: [String: Double] = [:]
        for statistics in all {
            for figure in Self.figures {
                guard let value = statistics[figure.name]?.double else { continue }
                sums[figure.name] = figure.isSum ? sums[figure.name, default: 0] + value : max(sums[figure.name, default: 0], value)
            }
        }
        values.withLock { [sums] in $0 = sums }
        readAt.withLock { $0 = .now }
    }
}
