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

/// The core's values as collectors brought them: pure. What was cut off has none, since a part is no total.
struct CoreValues {
    private(set) var counters: [Metric: Int64] = [:]
    private(set) var pageLifeExpectancySeconds: Double?

    init(of answers: [CollectorAnswer], share: CoreShare) {
        for answer in answers where answer.trouble == nil && !answer.isCutOff {
            switch answer.collector {
            case "performance_counters" where share.contains(.counters): addCounters(answer.rows)
            case "performance_gauges" where share.contains(.counters): addGauges(answer.rows)
            case "waits" where share.contains(.waits): addWaits(answer.rows)
            default: break
            }
        }
    }

    private mutating func addCounters(_ rows: [[Cell]]) {
        var (lookups, reads): (Int64?, Int64?)
        for row in rows where row.count == 4 {
            guard case .text(let object) = row[0], case .text(let name) = row[1], let value = row[3].integer else { continue }
            switch (object, name) {
            case ("SQL Statistics", "Batch Requests/sec"): counters[.batchRequestsSec] = value
            case ("Buffer Manager", "Page lookups/sec"): lookups = value
            case ("Buffer Manager", "Page reads/sec"): reads = value
            default: break
            }
        }
        counters[.cacheLookups] = lookups
        // A page that was looked up and not read was in the cache.
        if let lookups, let reads { counters[.cacheHits] = max(0, lookups - reads) }
    }

    private mutating func addGauges(_ rows: [[Cell]]) {
        for row in rows where row.count == 5 {
            guard case .text("Buffer Manager") = row[0], case .text("Page life expectancy") = row[1] else { continue }
            pageLifeExpectancySeconds = row[3].number
        }
    }

    private mutating func addWaits(_ rows: [[Cell]]) {
        counters[.waitTimeMs] = rows.reduce(into: 0) { totalMs, row in
            guard row.count == 4, case .text(let type) = row[0], !WaitCategory.isBenign(type) else { return }
            totalMs += row[2].integer ?? 0
        }
    }
}
