import Foundation
import ODBC

/// The result sets of `collect.sql`, turned into a reading: pure. Each set is known by its first column; a set that is missing leaves its
/// values out.
struct SQLServerReading {
    private let identity: SQLServerIdentity
    private let sets: [String: ODBCResultSet]
    private let errors: [ODBCError]
    /// Of what the batch left to collectors.
    private let values: CoreValues?

    /// A record of the scheduler monitor older than this is not the present: the server makes one a minute.
    static let recordAgeMsMax: Int64 = 300_000

    /// Throws `.protocolError` when not even the identity came back.
    init(
        _ results: [Result<ODBCResultSet, ODBCError>], with values: CoreValues? = nil, failure: SQLServerFailure
    ) throws(EngineError) {
        self.values = values
        var sets: [String: ODBCResultSet] = [:]
        var errors: [ODBCError] = []
        for result in results {
            switch result {
            case .success(let set):
                // The identity is known by its name anywhere: put together, it may begin with another.
                let first = set.index(of: "server_name") ?? set.index(of: "version_text") ?? 0
                if set.columns.indices.contains(first) {
                    let name = set.columns[first].name.lowercased()
                    sets[name == "version_text" ? "server_name" : name] = set
                }
            case .failure(let error): errors.append(error)
            }
        }
        guard let first = sets["server_name"], !first.rows.isEmpty else {
            if let error = errors.first { throw failure.whileReading(error) }
            throw EngineError(.protocolError, "The server answered without saying who it is; test the connection.")
        }
        identity = SQLServerIdentity(first)
        self.sets = sets
        self.errors = errors
    }

    func reading(collectedAt: Date, monotonicSeconds: Double, start: (SQLServerStart) -> Date) -> Reading {
        let system = sets["cpu_count"]
        var startedAt: Date?
        if case .timestamp(let local)? = system?.value("started_at_local") {
            startedAt = start(
                SQLServerStart(
                    local: local, utcOffsetMinutes: Int(system?.value("utc_offset_minutes").int ?? 0),
                    uptimeMs: system?.value("uptime_ms").int, readAt: collectedAt))
        }
        var reading = Reading(
            identity: ServerIdentity(
                serverName: identity.serverName, startedAt: startedAt, productVersion: identity.productVersion, edition: identity.edition,
                version: identity.version, coreCount: system?.value("cpu_count").int.flatMap { $0 > 0 ? Int($0) : nil }),
            collectedAt: collectedAt, monotonicSeconds: monotonicSeconds)
        reading.traits = identity.traits
        let denied = errors.first { SQLServerFailure.isPermission($0) }
        // A row of the system's view is given to none without the right: it proves more than what the server says of rights.
        let isProven = system?.rows.isEmpty == false
        reading.isBlind = !isProven && (denied != nil || !identity.isBabelfish && identity.maySeeState == false)
        // Without the right some views answer with the own session only, and without an error: nothing they say is the server's.
        guard !reading.isBlind else {
            reading.denied = [identity.stateCheck(granted: false)]
            return reading
        }
        if let denied { reading.denied = [identity.refusedCheck(denied)] }
        addProcessor(to: &reading)
        addMemory(to: &reading)
        addSessions(to: &reading)
        addDisk(to: &reading)
        addCounters(to: &reading)
        addWaits(to: &reading)
        return reading
    }

    private func addProcessor(to reading: inout Reading) {
        guard let set = sets["record"], let xml = set.value("record").text, let record = SchedulerMonitorRecord(xml) else { return }
        guard let ageMs = set.value("age_ms").int, ageMs <= Self.recordAgeMsMax else { return }
        reading.gauges[.engineCPUPercent] = record.enginePercent
        reading.gauges[.cpuPercent] = record.totalPercent(isLinux: identity.isLinux)
    }

    private func addMemory(to reading: inout Reading) {
        if let set = sets["total_physical_memory_kb"], let total = set.value("total_physical_memory_kb").int, total > 0 {
            reading.gauges[.memoryTotalBytes] = Double(total) * 1_024
            if let available = set.value("available_physical_memory_kb").int, (0...total).contains(available) {
                reading.gauges[.memoryPercent] = 100 * Double(total - available) / Double(total)
            }
        }
        if let used = sets["physical_memory_in_use_kb"]?.value("physical_memory_in_use_kb").int {
            reading.gauges[.memoryUsedBytes] = Double(used) * 1_024
        }
    }

    private func addSessions(to reading: inout Reading) {
        guard let set = sets["session_count"] else { return }
        if let count = set.value("session_count").int { reading.gauges[.connectionCount] = Double(count) }
        if let own = set.value("own_cpu_ms").int { reading.counters[.ownCPUMs] = own }
    }

    private func addDisk(to reading: inout Reading) {
        guard let set = sets["read_count"] else { return }
        if let reads = set.value("read_count").int { reading.counters[.diskReads] = reads }
        if let writes = set.value("write_count").int { reading.counters[.diskWrites] = writes }
        // A database that goes offline or closes itself takes what its files were read and written with it. (One
        // that is back by the next reading is not told from one that never went, unless the sum fell.)
        reading.membership = set.value("membership").int.map { Reading.Membership(mark: $0, metrics: [.diskReads, .diskWrites]) }
    }

    private func addCounters(to reading: inout Reading) {
        let counters = sets["object_name"].map { $0.rows.compactMap(PerformanceCounter.init) } ?? values?.counters ?? []
        var pageReads: Int64?
        for counter in counters {
            switch (counter.object, counter.name, counter.kind) {
            case ("SQL Statistics", "Batch Requests/sec", .perSecond): reading.counters[.batchRequestsSec] = counter.value
            case ("Buffer Manager", "Page life expectancy", .gauge): reading.gauges[.pageLifeExpectancySeconds] = Double(counter.value)
            case ("Buffer Manager", "Page lookups/sec", .perSecond): reading.counters[.cacheLookups] = counter.value
            case ("Buffer Manager", "Page reads/sec", .perSecond): pageReads = counter.value
            default: break
            }
        }
        // A page that was looked up and not read was in the cache.
        if let lookups = reading.counters[.cacheLookups], let pageReads { reading.counters[.cacheHits] = max(0, lookups - pageReads) }
    }

    private func addWaits(to reading: inout Reading) {
        if let set = sets["wait_time_ms"] {
            if let totalMs = set.value("wait_time_ms").int { reading.counters[.waitTimeMs] = totalMs }
        } else if let set = sets["wait_type"] {
            // The procedures of versions 1 to 3 bring every type.
            reading.counters[.waitTimeMs] = set.rows.reduce(into: 0) { totalMs, row in
                guard row.count == 4, let type = row[0].text, !WaitCategory.isBenign(type.withoutBlanks) else { return }
                totalMs += row[2].int ?? 0
            }
        } else if let totalMs = values?.waitTimeMs {
            reading.counters[.waitTimeMs] = totalMs
        }
    }
}

/// A row of sys.dm_os_performance_counters.
struct PerformanceCounter {
    /// What the number means, by `cntr_type`.
    enum Kind { case gauge, perSecond, other }

    /// Without `SQLServer:` or `MSSQL$INSTANCE:`.
    let object: String
    let name: String
    let value: Int64
    let kind: Kind

    init(object: String, name: String, value: Int64, kind: Kind) {
        self.object = object
        self.name = name
        self.value = value
        self.kind = kind
    }

    /// Reads object, counter, instance, value and type; nil when one is missing.
    init?(_ row: [ODBCValue]) {
        guard row.count == 5, let object = row[0].text, let name = row[1].text, let value = row[3].int, let type = row[4].int else {
            return nil
        }
        let trimmed = object.withoutBlanks
        self.object = trimmed.firstIndex(of: ":").map { String(trimmed[trimmed.index(after: $0)...]) } ?? trimmed
        self.name = name.withoutBlanks
        self.value = value
        kind =
            switch type {
            case 65_792, 65_536: .gauge
            case 272_696_576, 272_696_320: .perSecond
            default: .other
            }
    }
}
