import Foundation
import TDS

/// sys.dm_os_performance_counters: what is counted and how each value is made.
enum PerformanceCounters {
    /// What a value means, by SQL Server's number for it.
    enum Kind: Int, Sendable {
        case gauge = 65_792
        case smallGauge = 65_536
        case perSecond = 272_696_576
        case ratio = 537_003_264
        case base = 1_073_939_712
        case average = 1_073_874_176
    }

    enum Instances: Sendable {
        case none
        case named([String])
        /// Each database and `_Total`.
        case databases
        /// Each replica of the availability group and `_Total`; none without one.
        case replicas
        /// Each database of the availability group and `_Total`; none without one.
        case groupDatabases
    }

    struct Counter: Sendable {
        let object: String
        let paddedName: String
        let kind: Kind
        let instances: Instances
        let value: @Sendable (World, Int) -> Int64
    }

    static let blank = String(repeating: " ", count: 128)

    /// Names are nchar(128): padded with blanks, which readers must trim.
    static func padded(_ text: String) -> String {
        let count = text.utf8.count + max(0, 128 - text.utf16.count)
        return String(unsafeUninitializedCapacity: count) { buffer in
            let end = buffer.initialize(fromContentsOf: text.utf8)
            buffer[end..<count].initialize(repeating: UInt8(ascii: " "))
            return count
        }
    }

    static func paddedDatabaseNames(_ world: World) -> [String] { (world.config.databases.map(\.name) + ["_Total"]).map(padded) }

    static let all: [Counter] = general + buffers + memory + databases + locks + plans + waits + batches + availability

    static func counter(
        _ object: String, _ name: String, _ kind: Kind, _ instances: Instances = .none, _ value: @escaping @Sendable (World, Int) -> Int64
    ) -> Counter {
        Counter(object: object, paddedName: padded(name), kind: kind, instances: instances, value: value)
    }

    /// A counter that grows by so much a second; each gets a salt of its own from its name.
    static func growing(_ object: String, _ name: String, _ perSecond: Double, _ instances: Instances = .none) -> Counter {
        let salt = 2_000 + name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } * 64
        return counter(object, name, .perSecond, instances) { world, index in world.counter(perSecond: perSecond, salt: salt + index) }
    }

    private static let general = [
        growing("SQL Statistics", "Batch Requests/sec", 180), growing("SQL Statistics", "SQL Compilations/sec", 22),
        growing("SQL Statistics", "SQL Re-Compilations/sec", 1.1), growing("SQL Statistics", "SQL Attention rate", 0.02),
        growing("SQL Statistics", "Auto-Param Attempts/sec", 4), growing("SQL Statistics", "Failed Auto-Params/sec", 0.8),
        growing("SQL Statistics", "Forced Parameterizations/sec", 0.1), growing("SQL Statistics", "Unsafe Auto-Params/sec", 0.6),
        growing("General Statistics", "Logins/sec", 1.4),
        growing("General Statistics", "Logouts/sec", 1.4), growing("General Statistics", "Connection Reset/sec", 25),
        counter("General Statistics", "User Connections", .gauge) { world, _ in Int64(world.userSessionCount) },
        counter("General Statistics", "Logical Connections", .gauge) { world, _ in Int64(world.userSessionCount) },
        counter("General Statistics", "Processes blocked", .gauge) { world, _ in Int64(world.state.blockedSessions) },
        counter("General Statistics", "Active Temp Tables", .gauge) { world, _ in Int64(world.gauge(2...14, salt: 300)) },
        counter("General Statistics", "Temp Tables For Destruction", .gauge) { world, _ in Int64(world.gauge(0...3, salt: 305)) },
        counter("General Statistics", "Transactions", .gauge) { world, _ in Int64(world.gauge(0...3, salt: 301)) },
        growing("General Statistics", "Temp Tables Creation Rate", 0.8),
        growing("SQL Errors", "Errors/sec", 0.05, .named(["_Total", "User Errors"].map(padded))),
        counter("Exec Statistics", "Distributed Query", .gauge, .named(["Execs in progress"].map(padded))) { _, _ in 0 },
        growing("Access Methods", "Full Scans/sec", 12), growing("Access Methods", "Index Searches/sec", 850),
        growing("Access Methods", "Page Splits/sec", 3), growing("Access Methods", "Pages Allocated/sec", 9),
        growing("Access Methods", "Probe Scans/sec", 6), growing("Access Methods", "Table Lock Escalations/sec", 0.02),
        growing("Access Methods", "Forwarded Records/sec", 0.6), growing("Access Methods", "Workfiles Created/sec", 2),
        growing("Access Methods", "Worktables Created/sec", 2.4), growing("Access Methods", "Range Scans/sec", 120),
        counter("Access Methods", "Worktables From Cache Ratio", .ratio) { world, _ in world.counter(perSecond: 2, salt: 302) % 900_000 },
        counter("Access Methods", "Worktables From Cache Base", .base) { world, _ in world.counter(perSecond: 2, salt: 302) % 900_000 + 40
        },
        counter("Transactions", "Longest Transaction Running Time", .gauge) { world, _ in
            world.state.blockedSessions == 0 ? 0 : Int64(world.date.timeIntervalSince(world.state.blockedSince))
        },
        counter("Transactions", "Snapshot Transactions", .gauge) { world, _ in Int64(world.gauge(0...2, salt: 306)) },
        growing("Transactions", "Version Generation rate (KB/s)", 30), growing("Transactions", "Version Cleanup rate (KB/s)", 29),
        counter("Transactions", "Free Space in tempdb (KB)", .gauge) { world, _ in Int64(world.gauge(38_000...61_000, salt: 303)) },
        counter("Transactions", "Version Store Size (KB)", .gauge) { world, _ in Int64(world.gauge(0...900, salt: 304)) },
        counter("CPU Usage", "CPU usage %", .ratio, .named(["default", "internal"].map(padded))) { world, index in
            index == 0 ? Int64(world.cpuPercent) : 0
        },
        counter("CPU Usage", "CPU usage % base", .base, .named(["default", "internal"].map(padded))) { _, _ in 100 },
    ]

    private static let buffers = [
        growing("Buffer Manager", "Page reads/sec", 60), growing("Buffer Manager", "Page writes/sec", 45),
        growing("Buffer Manager", "Page lookups/sec", 16_000),
        growing("Buffer Manager", "Lazy writes/sec", 0.2), growing("Buffer Manager", "Free list stalls/sec", 0.002),
        growing("Buffer Manager", "Checkpoint pages/sec", 30), growing("Buffer Manager", "Background writer pages/sec", 4),
        growing("Buffer Manager", "Readahead pages/sec", 35),
        counter("Buffer Manager", "Buffer cache hit ratio", .ratio) { world, _ in Int64(2_900 + world.gauge(0...90, salt: 310)) },
        counter("Buffer Manager", "Buffer cache hit ratio base", .base) { _, _ in 3_000 },
        counter("Buffer Manager", "Page life expectancy", .gauge) { world, _ in pageLife(world) },
        counter("Buffer Manager", "Database pages", .gauge) { world, _ in world.processMemoryKB * 78 / 100 / 8 },
        counter("Buffer Manager", "Target pages", .gauge) { world, _ in world.physicalMemoryKB * 8 / 10 / 8 },
        counter("Buffer Node", "Page life expectancy", .gauge, .named(["000"].map(padded))) { world, _ in pageLife(world) },
        counter("Buffer Node", "Database pages", .gauge, .named(["000"].map(padded))) { world, _ in world.processMemoryKB * 78 / 100 / 8 },
    ]

    /// Seconds that a page stays in memory; low when memory is short.
    private static func pageLife(_ world: World) -> Int64 {
        let life =
            world.memoryPercent >= 95
            ? world.gauge(40...180, salt: 311) : 2_400 + Noise.integer(0...9_000, world.seed, 312) + world.gauge(-200...200, salt: 311)
        return min(Int64(life), Int64(world.uptimeSeconds))
    }

    private static let memory = [
        counter("Memory Manager", "Total Server Memory (KB)", .gauge) { world, _ in world.processMemoryKB },
        counter("Memory Manager", "Target Server Memory (KB)", .gauge) { world, _ in
            max(world.processMemoryKB, world.physicalMemoryKB * 8 / 10)
        },
        counter("Memory Manager", "Memory Grants Pending", .gauge) { world, _ in world.memoryPercent >= 97 ? 2 : 0 },
        counter("Memory Manager", "Memory Grants Outstanding", .gauge) { world, _ in Int64(world.gauge(0...3, salt: 320)) },
        counter("Memory Manager", "Database Cache Memory (KB)", .gauge) { world, _ in world.processMemoryKB * 78 / 100 },
        counter("Memory Manager", "Stolen Server Memory (KB)", .gauge) { world, _ in world.processMemoryKB * 15 / 100 },
        counter("Memory Manager", "Free Memory (KB)", .gauge) { world, _ in world.processMemoryKB * 3 / 100 },
        counter("Memory Manager", "Connection Memory (KB)", .gauge) { world, _ in Int64(world.userSessionCount) * 64 },
        counter("Memory Manager", "Lock Memory (KB)", .gauge) { world, _ in Int64(world.gauge(900...1_400, salt: 321)) },
        counter("Memory Manager", "SQL Cache Memory (KB)", .gauge) { world, _ in Int64(world.gauge(3_000...4_000, salt: 322)) },
        counter("Memory Manager", "Log Pool Memory (KB)", .gauge) { world, _ in Int64(world.gauge(2_000...6_000, salt: 325)) },
        counter("Memory Manager", "Maximum Workspace Memory (KB)", .gauge) { world, _ in world.physicalMemoryKB * 6 / 10 },
        counter("Memory Manager", "Optimizer Memory (KB)", .gauge) { world, _ in Int64(world.gauge(900...1_200, salt: 323)) },
        counter("Memory Manager", "Granted Workspace Memory (KB)", .gauge) { world, _ in Int64(world.gauge(0...4_096, salt: 324)) },
        counter("Resource Pool Stats", "CPU usage %", .ratio, .named(["default", "internal"].map(padded))) { world, index in
            index == 0 ? Int64(world.cpuPercent) : 1
        },
        counter("Resource Pool Stats", "CPU usage % base", .base, .named(["default", "internal"].map(padded))) { _, _ in 100 },
        counter("Resource Pool Stats", "Used memory (KB)", .gauge, .named(["default", "internal"].map(padded))) { world, index in
            index == 0 ? world.processMemoryKB / 10 : 90_000
        },
    ]

    private static let databases = [
        growing("Databases", "Transactions/sec", 40, .databases), growing("Databases", "Write Transactions/sec", 12, .databases),
        growing("Databases", "Log Flushes/sec", 14, .databases), growing("Databases", "Log Bytes Flushed/sec", 240_000, .databases),
        growing("Databases", "Log Flush Waits/sec", 13, .databases), growing("Databases", "Log Flush Wait Time", 20, .databases),
        growing("Databases", "Log Growths", 0.000_002, .databases),
        growing("Databases", "Backup/Restore Throughput/sec", 9_000, .databases),
        counter("Databases", "Data File(s) Size (KB)", .gauge, .databases) { world, index in sizes(world, index) { $0.dataSizeMB } },
        counter("Databases", "Log File(s) Size (KB)", .gauge, .databases) { world, index in sizes(world, index) { $0.logSizeMB } },
        counter("Databases", "Log File(s) Used Size (KB)", .gauge, .databases) { world, index in logUsed(world, index) },
        counter("Databases", "Percent Log Used", .gauge, .databases) { world, index in
            let size = sizes(world, index) { $0.logSizeMB }
            return size == 0 ? 0 : logUsed(world, index) * 100 / size
        },
        counter("Databases", "Log Cache Hit Ratio", .ratio, .databases) { world, index in
            world.counter(perSecond: 0.5, salt: 335 + index) % 1_800_000 * 94 / 100
        },
        // No log was read in the model database: its base is 0.
        counter("Databases", "Log Cache Hit Ratio Base", .base, .databases) { world, index in
            index == 2 ? 0 : world.counter(perSecond: 0.5, salt: 335 + index) % 1_800_000
        },
        counter("Databases", "Active Transactions", .gauge, .databases) { world, index in Int64(world.gauge(0...2, salt: 330 + index)) },
    ]

    private static func sizes(_ world: World, _ index: Int, _ size: (SimulatedDatabase) -> Int) -> Int64 {
        let all = world.config.databases
        return Int64(all.indices.contains(index) ? size(all[index]) : all.reduce(0) { $0 + size($1) }) * 1024
    }

    private static func logUsed(_ world: World, _ index: Int) -> Int64 {
        let all = world.config.databases
        let chosen = all.indices.contains(index) ? [all[index]] : all
        return chosen.reduce(0) { $0 + world.usedLogPages(of: $1) * 8 }
    }

    private static let locks: [Counter] = {
        let kinds = [
            "_Total", "AllocUnit", "Application", "Database", "Extent", "File", "HoBT", "Key", "Metadata", "Object", "Page", "RID",
        ].map(padded)
        return [
            growing("Locks", "Lock Requests/sec", 900, .named(kinds)), growing("Locks", "Lock Waits/sec", 0.12, .named(kinds)),
            growing("Locks", "Lock Timeouts/sec", 0.3, .named(kinds)),
            growing("Locks", "Lock Timeouts (timeout > 0)/sec", 0.01, .named(kinds)),
            counter("Locks", "Number of Deadlocks/sec", .perSecond, .named(kinds)) { world, index in
                // Those that control asked for wait for a row's key.
                world.counter(perSecond: 0.000_2, salt: 345 + index) + (index == 0 || index == 7 ? Int64(world.state.deadlocks.count) : 0)
            },
            growing("Locks", "Lock Wait Time (ms)", 20, .named(kinds)),
            counter("Locks", "Average Wait Time (ms)", .average, .named(kinds)) { world, index in
                world.counter(perSecond: 20, salt: 340 + index)
            },
            counter("Locks", "Average Wait Time Base", .base, .named(kinds)) { world, index in
                world.counter(perSecond: 0.12, salt: 340 + index)
            },
            growing("Latches", "Latch Waits/sec", 9),
            counter("Latches", "Average Latch Wait Time (ms)", .average) { world, _ in world.counter(perSecond: 12, salt: 360) },
            counter("Latches", "Average Latch Wait Time Base", .base) { world, _ in world.counter(perSecond: 9, salt: 360) },
            growing("Latches", "Total Latch Wait Time (ms)", 12),
        ]
    }()

    private static let plans: [Counter] = {
        let caches = [
            "_Total", "SQL Plans", "Object Plans", "Bound Trees", "Extended Stored Procedures", "Temporary Tables & Table Variables",
        ].map(padded)
        return [
            counter("Plan Cache", "Cache Hit Ratio", .ratio, .named(caches)) { world, index in
                Int64(880 + world.gauge(0...90, salt: 370 + index))
            },
            counter("Plan Cache", "Cache Hit Ratio Base", .base, .named(caches)) { _, _ in 1_000 },
            counter("Plan Cache", "Cache Pages", .gauge, .named(caches)) { world, index in
                Int64(world.gauge(4_000...9_000, salt: 380 + index))
            },
            counter("Plan Cache", "Cache Object Counts", .gauge, .named(caches)) { world, index in
                Int64(world.gauge(300...1_200, salt: 390 + index))
            },
        ]
    }()
}
