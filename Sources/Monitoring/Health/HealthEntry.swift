import Fleet
import Foundation
import Postgres
import Primitives

/// One server in the answer of `/servers/health`: written once, straight from its row, and kept until the row changes.
struct HealthEntry: Sendable {
    /// The columns of `HealthSQL.statement`, by place.
    enum Column: Int {
        case id, name, engine, status, health, reasons, collectedAt, cpuPercent, memoryPercent, connectionCount, batchRequestsSec, changedAt
        case isEnabled, isTried, intervalSeconds, isStale, isDeleted
    }

    let id: UUID
    /// All members but the groups, without the closing brace.
    private let members: [UInt8]

    /// Throws `PostgresError`.
    init(_ row: PostgresRow) throws {
        // Two decimals say all that can be measured, and keep the answer short.
        func number(_ column: Column) throws -> Double? {
            try row.decode(column.rawValue, as: Double?.self).map { ($0 * 100).rounded() / 100 }
        }
        let shown = ShownState(
            status: try row.decode(Column.status.rawValue, as: String?.self).flatMap(ServerStatus.init),
            health: try row.decode(Column.health.rawValue, as: String?.self).flatMap(ServerHealth.init),
            isCollectionEnabled: try row.decode(Column.isEnabled.rawValue), isTried: try row.decode(Column.isTried.rawValue),
            isStale: try row.decode(Column.isStale.rawValue, as: Bool?.self) ?? false,
            intervalSeconds: try row.decode(Column.intervalSeconds.rawValue, as: Int?.self) ?? 0)
        id = try row.decode(Column.id.rawValue)
        var writer = JSONWriter(reserve: 400)
        writer.beginObject()
        writer.key("serverId")
        writer.uuid(id)
        writer.key("name")
        row.withBytes(Column.name.rawValue) { writer.string(utf8: $0) }
        writer.key("engine")
        row.withBytes(Column.engine.rawValue) { writer.string(utf8: $0) }
        writer.key("status")
        writer.string(shown.health.rawValue)
        writer.key("reachability")
        writer.string(shown.status.rawValue)
        writer.key("reasons")
        writer.beginArray()
        if let reason = shown.reason {
            writer.string(reason)
        } else {
            let stored = try row.decode(Column.reasons.rawValue, as: [String]?.self) ?? []
            for reason in UnavailableReadings.split(stored).reasons { writer.string(reason) }
        }
        writer.endArray()
        writer.key("lastCollectedAt")
        writer.optional(try row.decode(Column.collectedAt.rawValue, as: Date?.self))
        writer.key("cpuPercent")
        writer.optional(try number(.cpuPercent))
        writer.key("memoryPercent")
        writer.optional(try number(.memoryPercent))
        writer.key("connectionCount")
        writer.optional(try number(.connectionCount))
        writer.key("batchRequestsSec")
        writer.optional(try number(.batchRequestsSec))
        writer.key("changedAt")
        writer.optional(try row.decode(Column.changedAt.rawValue, as: Date?.self))
        members = writer.bytes
    }

    func write(to writer: inout JSONWriter, groups: ArraySlice<UUID>) {
        writer.json(utf8: members)
        writer.key("groupIds")
        writer.beginArray()
        for group in groups { writer.uuid(group) }
        writer.endArray()
        writer.endObject()
    }
}

/// Which groups each server is in: one array, of which each server has a stretch.
struct Memberships: Sendable {
    private var groups: [UUID] = []
    private var stretches: [UUID: Range<Int>] = [:]

    init() {}

    /// - Parameter rows: server and group, in any order in which a server's rows stand together.
    init(_ rows: PostgresRows) throws {
        groups.reserveCapacity(rows.count)
        stretches.reserveCapacity(rows.count)
        var (server, first) = (UUID?.none, 0)
        for row in rows {
            let next: UUID = try row.decode(0)
            if next != server {
                if let server { stretches[server] = first..<groups.count }
                (server, first) = (next, groups.count)
            }
            groups.append(try row.decode(1))
        }
        if let server { stretches[server] = first..<groups.count }
    }

    subscript(server: UUID) -> ArraySlice<UUID> { groups[stretches[server] ?? 0..<0] }
}
