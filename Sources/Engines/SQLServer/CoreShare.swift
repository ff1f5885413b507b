/// What of the core the collectors in the same batch bring besides their own: the core leaves it out then, so that the server's largest
/// views are passed through once and not twice.
struct CoreShare: OptionSet, Hashable {
    let rawValue: Int

    /// The core's performance counters, by `performance_counters` and `performance_gauges`.
    static let counters = CoreShare(rawValue: 1)
    /// The sum of the waits, by `waits`.
    static let waits = CoreShare(rawValue: 2)

    init(rawValue: Int) { self.rawValue = rawValue }

    init(of collectors: [CollectorDefinition]) {
        let names = Set(collectors.map(\.name))
        self = []
        if names.isSuperset(of: ["performance_counters", "performance_gauges"]) { insert(.counters) }
        if names.contains("waits") { insert(.waits) }
    }

    /// The core's batch without the statements for these: made once, since thousands of connections send the same.
    var batch: SQLServerBatch { Self.batches[rawValue] }

    private static let batches = (0..<4).map { number in
        let share = CoreShare(rawValue: number)
        return SQLServerBatch(CollectorSQL.sqlServerCollect).without { statement in
            share.contains(.counters) && statement.contains("FROM sys.dm_os_performance_counters\n")
                || share.contains(.waits) && statement.contains("FROM sys.dm_os_wait_stats\n")
        }
    }
}

/// What the core left to collectors, as they brought it: pure.
struct CoreValues {
    /// Those of the objects that the core looks at. A list that was cut off has them too: databases come last.
    private(set) var counters: [PerformanceCounter] = []
    /// Nil without the waits, or with a part of them: a part is no total.
    private(set) var waitTimeMs: Int64?
    /// What is cut off is asked for by the core itself from then on.
    private(set) var cutOff: CoreShare = []

    init(of answers: [CollectorAnswer], share: CoreShare) {
        for answer in answers where answer.trouble == nil {
            switch answer.collector {
            case "performance_counters" where share.contains(.counters): add(answer.rows, .perSecond)
            case "performance_gauges" where share.contains(.counters): add(answer.rows, .gauge)
            case "waits" where share.contains(.waits):
                if answer.isCutOff { cutOff.insert(.waits) } else { waitTimeMs = Self.waitTimeMs(answer.rows) }
            default: break
            }
        }
    }

    private mutating func add(_ rows: [[Cell]], _ kind: PerformanceCounter.Kind) {
        for row in rows where row.count >= 4 {
            guard case .text(let object) = row[0], object == "SQL Statistics" || object == "Buffer Manager", case .text(let name) = row[1],
                let value = row[3].integer
            else { continue }
            counters.append(PerformanceCounter(object: object, name: name, value: value, kind: kind))
        }
    }

    private static func waitTimeMs(_ rows: [[Cell]]) -> Int64 {
        rows.reduce(into: 0) { totalMs, row in
            guard row.count == 4, case .text(let type) = row[0], !WaitCategory.isBenign(type) else { return }
            totalMs += row[2].integer ?? 0
        }
    }
}
