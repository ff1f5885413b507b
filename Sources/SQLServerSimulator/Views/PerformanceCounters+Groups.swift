import TDS

/// Counters that come in families: waits in progress, durations of batches, availability groups.
extension PerformanceCounters {
    /// Objects that have no row without an availability group.
    static func replicaNames(_ world: World) -> [String] {
        let partners = AvailabilityGroup.replicas(world).filter { !$0.isLocal }.map { "\(AvailabilityGroup.name):\($0.server)" }
        return world.state.availability == .none ? [] : (partners + ["_Total"]).map(padded)
    }

    static func groupDatabaseNames(_ world: World) -> [String] {
        let names = AvailabilityGroup.databases(world).map(\.name)
        return world.state.availability == .none ? [] : (names + ["_Total"]).map(padded)
    }

    /// Each kind of wait has four instances, of which one is a plain number.
    static let waits: [Counter] = {
        let kinds: [(name: String, perSecond: Double)] = [
            ("Lock waits", 0.12), ("Memory grant queue waits", 0.01), ("Thread-safe memory objects waits", 0.5), ("Log write waits", 13),
            ("Log buffer waits", 0.1), ("Network IO waits", 30), ("Page IO latch waits", 12), ("Page latch waits", 2),
            ("Non-Page latch waits", 1), ("Wait for the worker", 0.001), ("Workspace synchronization waits", 0.01),
            ("Transaction ownership waits", 0.01),
        ]
        return kinds.enumerated().flatMap { index, kind -> [Counter] in
            [
                counter("Wait Statistics", kind.name, .smallGauge, .named([padded("Waits in progress")])) { world, _ in
                    if index == 0 { return Int64(world.state.blockedSessions) }
                    return kind.perSecond < 1 ? 0 : Int64(world.gauge(0...2, salt: 420 + index))
                },
                growing("Wait Statistics", kind.name, kind.perSecond, .named([padded("Waits started per second")])),
            ]
        }
    }()

    /// The ranges of Batch Resp Statistics in milliseconds, and how many of a hundred batches fall into each.
    private static let ranges: [(from: Int, to: Int?, percent: Double)] = [
        (0, 1, 62), (1, 2, 14), (2, 5, 9), (5, 10, 5), (10, 20, 3), (20, 50, 2.5), (50, 100, 1.5), (100, 200, 1.2), (200, 500, 0.9),
        (500, 1_000, 0.5), (1_000, 2_000, 0.2), (2_000, 5_000, 0.1), (5_000, 10_000, 0.05), (10_000, 20_000, 0.02),
        (20_000, 50_000, 0.01), (50_000, 100_000, 0.005), (100_000, nil, 0.001),
    ]

    static let batches: [Counter] = ranges.enumerated().flatMap { index, range -> [Counter] in
        let digits = { (number: Int) in String(repeating: "0", count: 6 - String(number).count) + String(number) }
        let name = "Batches >=\(digits(range.from))ms" + (range.to.map { " & <\(digits($0))ms" } ?? "")
        let middle = Int64((range.from + (range.to ?? 150_000)) / 2)
        return [("CPU Time", 0.7), ("Elapsed Time", 1.0)].enumerated().flatMap { kind, measured -> [Counter] in
            let count = { @Sendable (world: World) in
                world.counter(perSecond: 1.8 * range.percent * measured.1, salt: 430 + index * 2 + kind)
            }
            return [
                counter("Batch Resp Statistics", name, .smallGauge, .named([padded("\(measured.0):Requests")])) { world, _ in count(world)
                },
                counter("Batch Resp Statistics", name, .smallGauge, .named([padded("\(measured.0):Total(ms)")])) { world, _ in
                    count(world) * middle
                },
            ]
        }
    }

    static let availability: [Counter] = [
        growing("Availability Replica", "Bytes Sent to Replica/sec", 240_000, .replicas),
        growing("Availability Replica", "Bytes Received from Replica/sec", 9_000, .replicas),
        growing("Availability Replica", "Flow Control Time (ms/sec)", 0.2, .replicas),
        growing("Availability Replica", "Flow Control/sec", 0.05, .replicas),
        growing("Availability Replica", "Resent Messages/sec", 0.001, .replicas),
        growing("Database Replica", "Log Bytes Received/sec", 120_000, .groupDatabases),
        growing("Database Replica", "Redone Bytes/sec", 118_000, .groupDatabases),
        growing("Database Replica", "Mirrored Write Transactions/sec", 12, .groupDatabases),
        growing("Database Replica", "Transaction Delay", 20, .groupDatabases),
    ]
}
