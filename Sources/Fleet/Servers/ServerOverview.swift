import Engines
package import Foundation
import Postgres
package import Primitives

/// A server as the API shows it: one row of the view `fleet.server_overview`, with its groups and labels.
package struct ServerOverview: Sendable {
    package let id: Server.ID
    package let revision: Int64
    let row: PostgresRow

    /// The columns by place, so that a list of many need not look names up.
    enum Column: Int, CaseIterable {
        case id, name, engine, hostname, port, instanceName, database, authType, username, hasPassword, encrypt, trustServerCertificate,
            status, health
        case reasons, version, productVersion, edition, groups, labels, collectionEnabled, collectionInterval, collectedAt, attemptedAt
        case errorCode, errorMessage, errorAt, cpuPercent, memoryPercent, connectionCount, batchRequestsSec, createdAt, updatedAt, revision
        case sortKey, total
        case credentialID, credentialName, duplicateID, duplicateName, neighborID, neighborName, deletedAt, deployment, thresholds
    }

    /// Days in which a deletion can be undone; after that `DeletedServerPurge` removes the server for good.
    package static let undoDays = 30

    init(_ row: PostgresRow) throws {
        self.row = row
        id = try row.decode(Column.id.rawValue)
        revision = try row.decode(Column.revision.rawValue)
    }

    /// Writes the server as in `api/openapi.yaml`; `now` decides whether its version is still supported. Throws `PostgresError`.
    package func write(to writer: inout JSONWriter, now: Date) throws {
        func text(_ column: Column) throws -> String? { try row.decode(column.rawValue) }
        func number(_ column: Column) throws -> Double? { try row.decode(column.rawValue) }
        func date(_ column: Column) throws -> Date? { try row.decode(column.rawValue) }
        func truth(_ column: Column) throws -> Bool { try row.decode(column.rawValue) }

        writer.beginObject()
        writer.key("id")
        writer.id(id)
        writer.key("name")
        writer.optional(try text(.name))
        writer.key("engine")
        writer.optional(try text(.engine))
        writer.key("hostname")
        writer.optional(try text(.hostname))
        writer.key("port")
        writer.int(try row.decode(Column.port.rawValue, as: Int.self))
        writer.key("instanceName")
        writer.optional(try text(.instanceName))
        writer.key("database")
        writer.optional(try text(.database))
        writer.key("authType")
        writer.optional(try text(.authType))
        writer.key("username")
        writer.optional(try text(.username))
        writer.key("hasPassword")
        writer.bool(try truth(.hasPassword))
        writer.key("encrypt")
        writer.bool(try truth(.encrypt))
        writer.key("trustServerCertificate")
        writer.bool(try truth(.trustServerCertificate))
        writer.key("status")
        writer.optional(try text(.status))
        writer.key("health")
        writer.optional(try text(.health))
        try writeReasons(to: &writer)
        writer.key("deployment")
        writer.optional(try text(.deployment))
        writer.key("version")
        writer.optional(try text(.version))
        writer.key("productVersion")
        writer.optional(try text(.productVersion))
        writer.key("edition")
        writer.optional(try text(.edition))
        try writeSupport(to: &writer, now: now)
        try writeRelations(to: &writer)
        try writeMembershipsAndTimes(to: &writer)
        try writeLastError(to: &writer)
        writer.key("latest")
        writer.beginObject()
        writer.key("cpuPercent")
        writer.optional(try number(.cpuPercent))
        writer.key("memoryPercent")
        writer.optional(try number(.memoryPercent))
        writer.key("connectionCount")
        writer.optional(try number(.connectionCount))
        writer.key("batchRequestsSec")
        writer.optional(try number(.batchRequestsSec))
        writer.endObject()
        writer.key("thresholds")
        writer.json(try row.decode(Column.thresholds.rawValue, as: String.self))
        writer.key("createdAt")
        writer.optional(try date(.createdAt))
        writer.key("updatedAt")
        writer.optional(try date(.updatedAt))
        writer.endObject()
    }

    private func writeReasons(to writer: inout JSONWriter) throws {
        let (reasons, unavailable) = UnavailableReadings.split(try row.decode(Column.reasons.rawValue, as: [String].self))
        for (name, phrases) in [("healthReasons", reasons), ("unavailable", unavailable)] {
            writer.key(text: name)
            writer.beginArray()
            for phrase in phrases { writer.string(phrase) }
            writer.endArray()
        }
    }

    private func writeSupport(to writer: inout JSONWriter, now: Date) throws {
        let engine = EngineKind(rawValue: try row.decode(Column.engine.rawValue)) ?? .sqlserver
        let support = VersionSupport(
            engine: engine, version: try row.decode(Column.version.rawValue),
            productVersion: try row.decode(Column.productVersion.rawValue),
            now: now)
        writer.key("versionSupport")
        writer.beginObject()
        writer.key("state")
        writer.string(support.state.rawValue)
        writer.key("endsAt")
        writer.optional(support.endsAt)
        writer.key("note")
        writer.optional(support.note)
        writer.key("asOf")
        writer.string(VersionSupport.asOf)
        writer.key("source")
        writer.string(VersionSupport.source(engine))
        writer.endObject()
    }

    private func writeRelations(to writer: inout JSONWriter) throws {
        writer.key("credential")
        try writeReference(.credentialID, .credentialName, to: &writer)
        writer.key("duplicateOf")
        try writeReference(.duplicateID, .duplicateName, to: &writer)
        writer.key("sameAddressAs")
        try writeReference(.neighborID, .neighborName, to: &writer)
        let deletedAt = try row.decode(Column.deletedAt.rawValue, as: Date?.self)
        writer.key("deletedAt")
        writer.optional(deletedAt)
        writer.key("purgeAt")
        writer.optional(deletedAt?.addingTimeInterval(Double(Self.undoDays) * 86_400))
    }

    private func writeReference(_ id: Column, _ name: Column, to writer: inout JSONWriter) throws {
        guard let value = try row.decode(id.rawValue, as: UUID?.self) else { return writer.null() }
        writer.beginObject()
        writer.key("id")
        writer.uuid(value)
        writer.key("name")
        writer.optional(try row.decode(name.rawValue, as: String?.self))
        writer.endObject()
    }

    private func writeMembershipsAndTimes(to writer: inout JSONWriter) throws {
        writer.key("groups")
        writer.json(try row.decode(Column.groups.rawValue, as: String?.self) ?? "[]")
        writer.key("labels")
        writer.json(try row.decode(Column.labels.rawValue, as: String?.self) ?? "[]")
        writer.key("collection")
        writer.beginObject()
        writer.key("enabled")
        writer.bool(try row.decode(Column.collectionEnabled.rawValue, as: Bool.self))
        writer.key("intervalSeconds")
        writer.int(try row.decode(Column.collectionInterval.rawValue, as: Int.self))
        writer.endObject()
        writer.key("lastCollectedAt")
        writer.optional(try row.decode(Column.collectedAt.rawValue, as: Date?.self))
        writer.key("lastAttemptAt")
        writer.optional(try row.decode(Column.attemptedAt.rawValue, as: Date?.self))
    }

    private func writeLastError(to writer: inout JSONWriter) throws {
        writer.key("lastError")
        guard let code = try row.decode(Column.errorCode.rawValue, as: String?.self) else { return writer.null() }
        writer.beginObject()
        writer.key("code")
        writer.string(code)
        writer.key("message")
        writer.string(try row.decode(Column.errorMessage.rawValue, as: String?.self) ?? "")
        writer.key("at")
        writer.optional(try row.decode(Column.errorAt.rawValue, as: Date?.self))
        writer.endObject()
    }
}
