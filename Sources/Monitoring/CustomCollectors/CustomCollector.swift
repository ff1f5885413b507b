package import Engines
package import Fleet
package import Foundation
import Platform
package import Primitives

/// A collector that a tenant made: a statement of its own with the limits and columns of those that the product ships.
package struct CustomCollector: Sendable, Equatable {
    package typealias ID = Primitives.ID<CustomCollector>
    /// Of one tenant.
    package static let countMax = 50
    static let nameLengths = 2...48
    package static let titleLengths = 1...100
    package static let purposeLengths = 0...500
    package static let databaseLengths = 1...128
    package static let groupCountMax = 20
    /// Series that one run may bring: rows times gauges and counters.
    package static let seriesCountMax = 5_000

    package var id: ID
    /// Unique within a tenant, and none of the product's own; never changed.
    package var name: String
    package var title: String
    package var purpose: String
    package var engine: EngineKind
    package var statement: String
    /// Nil: the one that the server is collected from.
    package var database: String?
    /// Only servers of any of these groups; nil: all of the engine.
    package var groups: [ServerGroup.ID]?
    package var cadence: Cadence
    package var timeoutSeconds: Int
    package var rowCountMax: Int
    package var keep: CollectorDefinition.Keep
    package var columns: [CollectorColumn]
    package var enabled: Bool
    package var revision: Int64
    /// See `CollectorDefinition.shape`.
    package var shape: Int32
    /// When the columns last changed: what was read before had others.
    package var shapedAt: Date
    package var createdAt: Date
    package var updatedAt: Date

    /// The collector as all others are described.
    package var definition: CollectorDefinition {
        CollectorDefinition(
            name: name, title: title, engine: engine, cadence: cadence, purpose: purpose, versions: "those on which the statement runs.",
            permissions: "what the statement reads.",
            cost: "yours: at most \(timeoutSeconds) s and \(rowCountMax) rows, on a connection of its own.", conditions: [], keep: keep,
            rowCountMax: rowCountMax, columns: columns, sql: statement, shape: shape)
    }

    package var query: CustomQuery {
        CustomQuery(statement: statement, timeoutSeconds: timeoutSeconds, rowCountMax: rowCountMax)
    }

    /// Whether what was read under `other` means the same under these columns.
    func hasSameShape(as other: CustomCollector) -> Bool {
        columns.count == other.columns.count
            && zip(columns, other.columns).allSatisfy {
                $0.name == $1.name && $0.kind == $1.kind && $0.unit == $1.unit && $0.metric == $1.metric
            }
    }

    /// Everything that is wrong with it, by the field's name in the API. Pure: what others have taken is the database's to say.
    package func faults() -> [AppError.Detail] {
        var faults: [AppError.Detail] = []
        if !Self.isSlug(name, Self.nameLengths) {
            faults.append(
                .init(field: "name", reason: "must be 2 to 48 of a-z, 0-9 and _, and begin with a letter: it is the name in the API"))
        } else if CollectorCatalogue.names.contains(name) || name == CoreSampleSQL.collector {
            faults.append(.init(field: "name", reason: "is a collector of the product; take another"))
        }
        do throws(StatementRefusal) {
            _ = try StatementRule.checked(statement, engine: engine)
            try StatementRule.checkLimit(statement, engine: engine, rowCountMax: rowCountMax)
        } catch {
            faults.append(.init(field: "statement", reason: error.sentence))
        }
        if keep == .new || keep == .changes && rowCountMax > 1, !columns.contains(where: { $0.kind == .label }) {
            faults.append(.init(field: "keep", reason: "\(keep.rawValue) needs a label column, by which rows are told apart"))
        }
        let seriesCount = columns.count { $0.isSeries } * rowCountMax
        if seriesCount > Self.seriesCountMax {
            faults.append(
                .init(
                    field: "rowCountMax",
                    reason: "makes \(seriesCount) series a run; \(Self.seriesCountMax) is the most: rows times gauges and counters"))
        }
        return faults
    }

    /// For the activity log.
    var audit: [String: JSONValue] {
        [
            "name": .string(name), "title": .string(title), "purpose": .string(purpose), "engine": .string(engine.rawValue),
            "statement": .string(statement), "database": JSONValue(database),
            "groupIds": groups.map { .array($0.map { .string($0.description) }) } ?? .null, "cadence": .string(cadence.rawValue),
            "timeoutSeconds": .int(Int64(timeoutSeconds)), "rowCountMax": .int(Int64(rowCountMax)), "keep": .string(keep.rawValue),
            "columns": .array(columns.map(\.json)), "enabled": .bool(enabled),
        ]
    }

    /// Whether `text` can be a name in the API, in tables and in Prometheus: a-z, 0-9 and _, beginning with a letter.
    static func isSlug(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        guard lengths.contains(text.utf8.count), let first = text.utf8.first, (0x61...0x7A).contains(first) else { return false }
        return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}

/// A change of a collector: what is nil stays as it is.
package struct CustomCollectorChange: Sendable {
    package var title: String?
    package var purpose: String?
    package var statement: String?
    /// Outer nil: stays.
    package var database: String??
    /// Outer nil: stays.
    package var groups: [ServerGroup.ID]??
    package var cadence: Cadence?
    package var timeoutSeconds: Int?
    package var rowCountMax: Int?
    package var keep: CollectorDefinition.Keep?
    package var columns: [CollectorColumn]?
    package var enabled: Bool?
    package init() {}

    /// The collector after the change. Pure.
    package func applied(to before: CustomCollector) -> CustomCollector {
        var after = before
        after.title = title ?? before.title
        after.purpose = purpose ?? before.purpose
        after.statement = statement ?? before.statement
        if let database { after.database = database }
        if let groups { after.groups = groups }
        after.cadence = cadence ?? before.cadence
        after.timeoutSeconds = timeoutSeconds ?? before.timeoutSeconds
        after.rowCountMax = rowCountMax ?? before.rowCountMax
        after.keep = keep ?? before.keep
        after.columns = columns ?? before.columns
        after.enabled = enabled ?? before.enabled
        return after
    }
}
