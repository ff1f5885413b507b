package import Fleet
package import Foundation
package import Platform
import Postgres
import Primitives

/// Stores finished runs: the core's samples, latest state, health changes and their events, in the caller's one transaction.
package enum RunSQL {
    /// A server's stored state, locked, with what is said about it.
    private struct Row {
        var name: String
        var before: ServerState
        var state: ServerState
    }

    /// Stores `runs` of one tenant. A run whose epoch is older than the stored one, or whose slot has a run already, changes nothing.
    /// Returns, besides what it did, what is to be remembered once the transaction has committed. Throws `PostgresError`.
    ///
    /// - Parameter thresholds: of a server; asked for when its state is locked, so that a later change of limits comes after this.
    package static func store(
        _ runs: [StoredRun], thresholds: (Server.ID) -> HealthThresholds, cache: CollectorCache, on session: TenantSession
    ) throws -> (outcome: StoreOutcome, findings: CollectorCache.Findings) {
        var outcome = StoreOutcome()
        var rows = try lock(Set(runs.map(\.server)), on: session)
        var samples: [StoredRun] = []
        for run in runs {
            guard var row = rows[run.server] else {
                outcome.unwantedCount += 1
                continue
            }
            guard run.epoch >= row.state.epoch else {
                outcome.fencedCount += 1
                continue
            }
            outcome.storedCount += 1
            if !isStored(run, row.state) {
                row.state = row.state.after(
                    run.result, thresholds: thresholds(run.server), intervalSeconds: run.intervalSeconds, now: run.finishedAt)
                row.state.epoch = run.epoch
                rows[run.server] = row
            }
            if case .reading = run.result { samples.append(run) }
            if let facts = run.facts { try Server.record(facts, of: run.server, on: session) }
        }
        let findings = try CoreSampleSQL.insert(samples, cache: cache, on: session)
        let changed = rows.filter { $0.value.state != $0.value.before }
        try update(changed.mapValues(\.state), on: session)
        outcome.healthChangeCount = try HealthChangeSQL.record(
            changed.map { HealthChange(server: $0.key, name: $0.value.name, before: $0.value.before, after: $0.value.state) }, on: session)
        return (outcome, findings)
    }

    /// Whether this attempt was stored before: a batch is sent again when the connection was lost before the answer to COMMIT came.
    /// Attempts of long before are none such: then the clock was set back.
    private static func isStored(_ run: StoredRun, _ state: ServerState) -> Bool {
        guard let attemptedAt = state.attemptedAt else { return false }
        let seconds = attemptedAt.timeIntervalSince(run.finishedAt)
        return seconds > -0.000_5 && seconds < 60
    }

    private static let stateColumns: SQL = """
        t.status, t.health, t.reasons, t.collected_at, t.attempted_at, t.failures_in_a_row, t.last_error_code,
            t.last_error_message, t.last_error_at,
            t.interval_seconds, t.changed_at, t.epoch, t.cpu_percent, t.memory_percent, t.connection_count, t.batch_requests_sec
        """

    /// The states of `servers` that are there and whose collection is on, in one order for everybody, so that two writers never wait for
    /// each other.
    private static func lock(_ servers: Set<Server.ID>, on session: TenantSession) throws -> [Server.ID: Row] {
        let ids = Array(servers)
        try session.execute(
            """
            INSERT INTO monitoring.server_snapshots (server_id)
            SELECT s.id
            FROM fleet.servers s
            WHERE s.id = ANY (\(ids)) AND s.deleted_at IS NULL
              AND NOT EXISTS (SELECT FROM monitoring.server_snapshots t WHERE t.server_id = s.id)
            ORDER BY s.id
            ON CONFLICT DO NOTHING
            """)
        let rows = try session.rows(
            """
            SELECT t.server_id, s.name, \(stateColumns)
            FROM monitoring.server_snapshots t
            JOIN fleet.servers s ON s.id = t.server_id
            WHERE t.server_id = ANY (\(ids)) AND s.deleted_at IS NULL
              AND NOT EXISTS (SELECT FROM monitoring.collection_config c WHERE c.server_id = t.server_id AND NOT c.enabled)
            ORDER BY t.server_id
            FOR UPDATE OF t
            """)
        var found: [Server.ID: Row] = [:]
        for row in rows {
            let state = try ServerState(row)
            found[try row.decode("server_id")] = Row(name: try row.decode("name"), before: state, state: state)
        }
        return found
    }

    /// Writes the latest states. No indexed column changes, so the updates stay in their pages.
    static func update(_ states: [Server.ID: ServerState], on session: TenantSession) throws {
        guard !states.isEmpty else { return }
        let ordered = states.sorted { $0.key < $1.key }
        let all = ordered.map(\.value)
        var (metrics, values) = (Slices<Int16>(), Slices<Double>())
        for state in all {
            let latest = (state.latest ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }
            metrics.append(latest.map(\.key.rawValue))
            values.append(latest.map(\.value))
        }
        try session.execute(
            """
            UPDATE monitoring.server_snapshots t
            SET status = r.status, health = r.health, reasons = string_to_array(r.reasons, E'\\n'), collected_at = r.collected_at,
                attempted_at = r.attempted_at, failures_in_a_row = r.failures_in_a_row, last_error_code = r.last_error_code,
                last_error_message = r.last_error_message, last_error_at = r.last_error_at, interval_seconds = r.interval_seconds,
                changed_at = r.changed_at, epoch = r.epoch, cpu_percent = r.cpu_percent, memory_percent = r.memory_percent,
                connection_count = r.connection_count, batch_requests_sec = r.batch_requests_sec,
                metric_ids = CASE WHEN r.is_read THEN (\(metrics.all))[r.first:r.last] ELSE t.metric_ids END,
                "values" = CASE WHEN r.is_read THEN (\(values.all))[r.first:r.last] ELSE t."values" END
            FROM unnest(
                \(ordered.map(\.key)), \(all.map(\.status.rawValue)), \(all.map(\.health.rawValue)),
                \(all.map(\.storedReasons)),
                \(NullableArray(all.map(\.collectedAt))), \(NullableArray(all.map(\.attemptedAt))), \(all.map { Int32($0.failuresInARow) }),
                \(NullableArray(all.map { $0.lastError?.code })), \(NullableArray(all.map { $0.lastError?.message })),
                \(NullableArray(all.map(\.lastErrorAt))), \(all.map { Int32($0.intervalSeconds) }), \(NullableArray(all.map(\.changedAt))),
                \(all.map(\.epoch)), \(NullableArray(all.map(\.cpuPercent))), \(NullableArray(all.map(\.memoryPercent))),
                \(NullableArray(all.map(\.connectionCount))), \(NullableArray(all.map(\.batchRequestsSec))),
                \(all.map { $0.latest != nil }), \(metrics.firsts), \(metrics.lasts)
            ) AS r (server_id, status, health, reasons, collected_at, attempted_at, failures_in_a_row, last_error_code,
                last_error_message, last_error_at,
                interval_seconds, changed_at, epoch, cpu_percent, memory_percent, connection_count, batch_requests_sec,
                is_read, first, last)
            WHERE t.server_id = r.server_id
            """)
    }

    /// Servers that nobody has read for too long are offline from `now` on. Returns how many that were.
    package static func sweep(now: Date, on session: TenantSession) throws -> Int {
        let rows = try session.rows(
            """
            SELECT t.server_id, s.name, \(stateColumns)
            FROM monitoring.server_snapshots t
            JOIN fleet.servers s ON s.id = t.server_id
            WHERE t.status IN ('online', 'degraded') AND \(HealthSQL.heardAt) < \(now) - interval '5 minutes' AND s.deleted_at IS NULL
              AND NOT EXISTS (SELECT FROM monitoring.collection_config c WHERE c.server_id = t.server_id AND NOT c.enabled)
            ORDER BY t.server_id
            FOR UPDATE OF t
            """)
        var changes: [HealthChange] = []
        for row in rows {
            let before = try ServerState(row)
            let after = before.sweep(now: now)
            if after != before {
                changes.append(
                    HealthChange(server: try row.decode("server_id"), name: try row.decode("name"), before: before, after: after))
            }
        }
        try update(Dictionary(changes.map { ($0.server, $0.after) }, uniquingKeysWith: { first, _ in first }), on: session)
        return try HealthChangeSQL.record(changes, on: session)
    }

    /// Judges the latest readings of `servers` by the limits that hold now. A server that another collector reads by now, by its epoch, is
    /// left to that one. Returns how many healths changed.
    package static func judgeAnew(
        _ servers: [Server.ID], epoch: (Server.ID) -> Int64?, thresholds: (Server.ID) -> HealthThresholds, now: Date,
        on session: TenantSession
    ) throws -> Int {
        var changes: [HealthChange] = []
        for (server, row) in try lock(Set(servers), on: session) {
            guard let epoch = epoch(server), epoch >= row.before.epoch else { continue }
            let after = row.before.judgedAnew(by: thresholds(server), now: now)
            if after != row.before { changes.append(HealthChange(server: server, name: row.name, before: row.before, after: after)) }
        }
        try update(Dictionary(changes.map { ($0.server, $0.after) }, uniquingKeysWith: { first, _ in first }), on: session)
        return try HealthChangeSQL.record(changes, on: session)
    }

    /// Locks the states before the servers themselves are locked: in the order of whoever stores runs, so that neither waits for the other.
    static func lockStates(of servers: [Server.ID], on session: TenantSession) throws {
        _ = try session.rows(
            "SELECT FROM monitoring.server_snapshots WHERE server_id = ANY (\(servers)) ORDER BY server_id FOR UPDATE")
    }

    /// Collection was switched off: nothing is known of the server from `now` on.
    package static func forget(_ server: Server.ID, now: Date, on session: TenantSession) throws {
        try forget([server], now: now, on: session)
    }

    /// The same of several servers.
    static func forget(_ servers: [Server.ID], now: Date, on session: TenantSession) throws {
        guard !servers.isEmpty else { return }
        let rows = try session.rows(
            """
            SELECT t.server_id, s.name, \(stateColumns)
            FROM monitoring.server_snapshots t
            JOIN fleet.servers s ON s.id = t.server_id
            WHERE t.server_id = ANY (\(servers))
            ORDER BY t.server_id
            FOR UPDATE OF t
            """)
        let changes = try rows.map { row in
            let before = try ServerState(row)
            var after = before
            after.status = .unknown
            after.health = .unknown
            after.reasons = ["Collection is switched off"]
            after.failuresInARow = 0
            after.attemptedAt = nil  // switched on again, it is tried at once
            if before.health != .unknown { after.changedAt = now }
            return HealthChange(server: try row.decode("server_id"), name: try row.decode("name"), before: before, after: after)
        }
        try update(Dictionary(changes.map { ($0.server, $0.after) }, uniquingKeysWith: { first, _ in first }), on: session)
        _ = try HealthChangeSQL.record(changes, on: session)
    }
}

extension ServerState {
    /// One to a line.
    fileprivate var storedReasons: String {
        UnavailableReadings.stored(reasons, unavailable).map { $0.replacing("\n", with: " ") }.joined(separator: "\n")
    }

    fileprivate init(_ row: PostgresRow) throws {
        self.init()
        status = try row.decodeWord("status")
        health = try row.decodeWord("health")
        (reasons, unavailable) = UnavailableReadings.split(try row.decode("reasons"))
        collectedAt = try row.decode("collected_at")
        attemptedAt = try row.decode("attempted_at")
        failuresInARow = try row.decode("failures_in_a_row")
        if let code = try row.decode("last_error_code", as: String?.self) {
            lastError = CollectionFailure(code: code, message: try row.decode("last_error_message", as: String?.self) ?? "")
        }
        lastErrorAt = try row.decode("last_error_at")
        intervalSeconds = try row.decode("interval_seconds")
        changedAt = try row.decode("changed_at")
        epoch = try row.decode("epoch")
        cpuPercent = try row.decode("cpu_percent")
        memoryPercent = try row.decode("memory_percent")
        connectionCount = try row.decode("connection_count")
        batchRequestsSec = try row.decode("batch_requests_sec")
    }
}
