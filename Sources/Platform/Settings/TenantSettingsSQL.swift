import Foundation
import Postgres
import Primitives

extension TenantSettings {
    /// The tenant's settings; what is not stored has its initial value. Throws `PostgresError`.
    package static func read(on session: TenantSession) throws -> TenantSettings {
        try assemble(session.rows(sections))
    }

    /// The settings, locked until the transaction ends: for a change that reads first.
    package static func lock(on session: TenantSession) throws -> TenantSettings {
        try assemble(session.rows(sections + " FOR UPDATE"))
    }

    private static let sections: SQL =
        "SELECT key, value FROM platform.settings WHERE key IN ('retention', 'thresholds', 'collection', 'queries', 'display')"

    /// Stores all of them. Throws `AppError.validationError` with every field that is out of range.
    package func save(on session: TenantSession) throws {
        let failures = failures
        guard failures.isEmpty else { throw AppError(.validationError, "The settings are out of range", details: failures) }
        let values: [(String, JSONValue)] = [
            ("retention", try Self.json(retention)), ("thresholds", try Self.json(thresholds)), ("collection", try Self.json(collection)),
            ("queries", try Self.json(queries)), ("display", ["refreshSeconds": .int(Int64(refreshSeconds))]),
        ]
        // A section that a tenant from before does not have has its initial value already: to store that would change the ETag for nothing.
        let stored = Set(try session.rows("SELECT key FROM platform.settings").map { try $0.decode(0, as: String.self) })
        for (key, value) in values where stored.contains(key) || key != "queries" || queries != Self.initial.queries {
            try session.execute(
                """
                INSERT INTO platform.settings AS stored (key, value)
                VALUES (\(key), \(value))
                ON CONFLICT (key) DO UPDATE
                SET value = excluded.value, version = stored.version + 1, updated_at = now()
                WHERE stored.value IS DISTINCT FROM excluded.value
                """)
        }
    }

    private static func assemble(_ rows: PostgresRows) throws -> TenantSettings {
        var settings = TenantSettings.initial
        for row in rows {
            let key = try row.decode("key", as: String.self)
            let value = Data(try row.decode("value", as: JSONValue.self).text.utf8)
            switch key {
            case "retention": settings.retention = try JSONDecoder().decode(Retention.self, from: value)
            case "thresholds": settings.thresholds = try JSONDecoder().decode(Thresholds.self, from: value)
            case "collection": settings.collection = try JSONDecoder().decode(Collection.self, from: value)
            case "queries": settings.queries = try JSONDecoder().decode(Queries.self, from: value)
            default:
                settings.refreshSeconds =
                    try JSONDecoder().decode([String: Int].self, from: value)["refreshSeconds"] ?? settings.refreshSeconds
            }
        }
        return settings
    }

    private static func json(_ value: some Encodable) throws -> JSONValue { try JSONValue.parse(JSONEncoding.bytes(value)) }
}
