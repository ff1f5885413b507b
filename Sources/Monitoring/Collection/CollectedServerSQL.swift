import Engines
package import Fleet
import Foundation
package import Platform
import Postgres
import Primitives

extension CollectedServer {
    /// Servers in one answer.
    package static let batchCountMax = 1_000

    /// The servers whose change number is above `changeNumber`, deleted ones too, in the order of their changes; at most `batchCountMax`.
    package static func changed(since changeNumber: Int64, on session: TenantSession) throws -> [CollectedServer] {
        let dynamic = try DynamicGroup.withThresholds(on: session)
        let weekly = EngineKind.allCases.flatMap { CollectorCatalogue.of($0) }.filter { $0.cadence == .week }.map(\.name)
        return try session.rows(
            """
            SELECT s.id, s.name, s.engine, s.hostname, s.port, s.instance_name, s.database_name, s.auth_type,
                coalesce(p.username, s.username) AS username, s.credential_id,
                CASE WHEN p.id IS NULL THEN s.password_encrypted ELSE p.password_encrypted END AS password_encrypted, s.encrypt,
                s.trust_server_certificate, s.version, s.product_version, s.edition, s.server_name, s.started_at, s.change_number,
                s.deleted_at IS NULL AND coalesce(c.enabled, true) AS is_wanted, c.interval_seconds, c.metrics_enabled,
                coalesce(c.collectors_disabled, '{}') AS collectors_disabled,
                nearest.cpu_warning, nearest.cpu_critical, nearest.memory_warning, nearest.memory_critical,
                t.attempted_at, coalesce(t.failures_in_a_row, 0) AS failures_in_a_row,
                CASE WHEN d.state = 'monitored' THEN d.database_name END AS objects_database,
                CASE WHEN d.state = 'monitored' THEN d.version END AS objects_version,
                (
                    SELECT jsonb_object_agg(
                        r.collector,
                        jsonb_build_object('state', r.state, 'message', coalesce(r.message, ''), 'failures', r.failures_in_a_row))
                    FROM monitoring.collector_runs r
                    WHERE r.server_id = s.id AND r.state IN ('failed', 'no_permissions')
                ) AS collector_troubles,
                (
                    SELECT jsonb_object_agg(
                        r.collector, jsonb_build_object('state', r.state, 'at', extract(epoch FROM r.attempted_at)))
                    FROM monitoring.collector_runs r
                    WHERE r.server_id = s.id
                      AND (
                        r.collector = ANY(\(weekly))
                        OR r.collector IN (SELECT w.name FROM monitoring.custom_collectors w WHERE w.cadence = 'week'))
                ) AS week_runs
            FROM fleet.servers s
            LEFT JOIN fleet.credentials p ON p.id = s.credential_id
            LEFT JOIN monitoring.collection_config c ON c.server_id = s.id
            LEFT JOIN monitoring.server_snapshots t ON t.server_id = s.id
            LEFT JOIN fleet.deployments d ON d.server_id = s.id
            \(OwnThresholds.nearest(to: "s.id", dynamic))
            WHERE s.change_number > \(changeNumber)
            ORDER BY s.change_number
            LIMIT \(batchCountMax)
            """
        ).map(CollectedServer.init)
    }

    private init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"),
            configuration: ServerConfiguration(
                name: try row.decode("name"), engine: try row.decodeWord("engine"), hostname: try row.decode("hostname"),
                port: try row.decode("port"),
                instanceName: try row.decode("instance_name"), database: try row.decode("database_name"),
                authType: try row.decodeWord("auth_type"),
                username: try row.decode("username"), credentialID: try row.decode("credential_id"), encrypt: try row.decode("encrypt"),
                trustServerCertificate: try row.decode("trust_server_certificate")),
            sealedPassword: try row.decode("password_encrypted"),
            facts: ServerFacts(
                version: try row.decode("version"), productVersion: try row.decode("product_version"), edition: try row.decode("edition"),
                serverName: try row.decode("server_name"), startedAt: try row.decode("started_at")),
            intervalSeconds: try row.decode("interval_seconds"), isWanted: try row.decode("is_wanted"),
            metrics: try row.decode("metrics_enabled", as: [String]?.self).map { Set($0.compactMap { MetricType.named($0)?.id }) },
            collectorsDisabled: Set(try row.decode("collectors_disabled", as: [String].self)),
            collectorTroubles: Self.troubles(try row.decode("collector_troubles", as: JSONValue?.self)),
            weekDueAt: Self.weekDueAt(try row.decode("week_runs", as: JSONValue?.self)), thresholds: try OwnThresholds(row),
            lastAttemptAt: try row.decode("attempted_at"), failuresInARow: try row.decode("failures_in_a_row"),
            objectsDatabase: try row.decode("objects_database"),
            objectsVersion: try row.decode("objects_version", as: Int32?.self).map { Int($0) },
            changeNumber: try row.decode("change_number"))
    }
}

extension CollectedServer {
    private static func weekDueAt(_ stored: JSONValue?) -> [String: Date] {
        (stored?.object ?? [:]).compactMapValues { run in
            guard let fields = run.object, let at = fields["at"]?.double else { return nil }
            let failed = [CollectorState.failed, .noPermissions].map(\.rawValue).contains(fields["state"]?.string)
            let seconds = failed ? CadencePlan.weekRetrySeconds : Double(Cadence.week.seconds(intervalSeconds: 0))
            return Date(timeIntervalSince1970: at + seconds)
        }
    }

    private static func troubles(_ stored: JSONValue?) -> [String: CollectorTroubles.Trouble] {
        (stored?.object ?? [:]).compactMapValues { trouble in
            guard let fields = trouble.object, let state = fields["state"]?.string.flatMap(CollectorState.init) else { return nil }
            return .init(
                state: state, message: fields["message"]?.string ?? "", failuresInARow: fields["failures"]?.int.map { Int($0) } ?? 1)
        }
    }
}

extension CollectedTenant {
    /// The numbers that tell whether anything must be read again: one cheap statement.
    package static func versions(
        on session: TenantSession
    ) throws -> (changeNumber: Int64, settingsVersion: Int64, collectorsVersion: Int32) {
        let row = try session.rows(
            """
            SELECT value, (SELECT coalesce(sum(version), 0)::bigint FROM platform.settings),
                (SELECT v.value FROM monitoring.custom_collector_version v)
            FROM fleet.change_counter
            """)[0]
        return (try row.decode(0), try row.decode(1), try row.decode(2))
    }
}

extension HealthThresholds {
    /// These, where nobody nearer says otherwise.
    package func under(_ nearer: OwnThresholds) -> HealthThresholds {
        HealthThresholds(
            cpuPercent: nearer.cpuPercent.map { Limit(warning: $0.warning, critical: $0.critical) } ?? cpuPercent,
            memoryPercent: nearer.memoryPercent.map { Limit(warning: $0.warning, critical: $0.critical) } ?? memoryPercent)
    }

    package init(_ settings: TenantSettings.Thresholds) {
        self.init(
            cpuPercent: Limit(warning: settings.cpuPercent.warning, critical: settings.cpuPercent.critical),
            memoryPercent: Limit(warning: settings.memoryPercent.warning, critical: settings.memoryPercent.critical))
    }
}
