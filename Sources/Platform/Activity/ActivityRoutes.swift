import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives

/// `/activity`: who changed what in this tenant, newest first; `/platform/activity`: the same of the installation. As CSV for those who
/// ask for it.
struct ActivityRoutes: Sendable {
    static let pageDefault = 50
    /// Entries read at once for an export, and entries of one export; the last line says when there were more.
    static let exportBatchCount = 1_000
    static let exportCountMax = 10_000_000

    let tenants: TenantDatabases

    func add(to group: RouterGroup<AppRequestContext>) {
        group.get("activity", use: list)
        group.get("platform/activity", use: listInstallation)
    }

    /// One log, whoever's it is.
    private struct Log: Sendable {
        /// For the file's name.
        let name: String
        let list: @Sendable (ActivityFilter, _ limit: Int) async throws -> [ActivityEntry]
        let count: @Sendable (ActivityFilter) async throws -> Int
    }

    /// GET /activity. 200, 400.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewActivity)
        let (tenants, tenant) = (tenants, try context.requireTenant())
        let log = Log(name: tenant.slug) { filter, limit in
            // An export takes minutes: one that is under way ends when the tenant is suspended or deleted.
            guard try await tenants.tenant(slug: tenant.slug)?.status == .active else { throw AppError.notFound("Tenant \(tenant.slug)") }
            return try await tenants.read(tenant) { try ActivityEntry.list(filter, limit: limit, on: $0) }
        } count: { filter in
            try await tenants.read(tenant) { try ActivityEntry.count(filter, on: $0) }
        }
        return try await answer(request, log)
    }

    /// GET /platform/activity: sign-ins, users, tenants. Super admins. 200, 400, 403.
    @Sendable func listInstallation(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .manageTenants)
        let system = tenants.system
        let log = Log(name: "platform") { filter, limit in
            try await system.read { try ActivityEntry.list(filter, limit: limit, on: $0) }
        } count: { filter in
            try await system.read { try ActivityEntry.count(filter, on: $0) }
        }
        return try await answer(request, log)
    }

    private enum Format: String, CaseIterable { case json, csv }

    private func answer(_ request: Request, _ log: Log) async throws -> Response {
        let query = QueryReader(request)
        let limit = query.limit(default: Self.pageDefault)
        // A browser that saves a file sets no header, so the format can stand in the query too.
        let format = query.choice("format", Format.self) ?? (request.headers[.accept]?.contains("text/csv") == true ? .csv : .json)
        let filter = Self.filter(query)
        try query.finish()
        if format == .csv { return export(filter, of: log) }
        let entries = try await log.list(filter, limit + 1)
        // All of them on one page: they need not be counted anew, which takes seconds where a search goes through a million entries.
        let isWhole = filter.before == nil && entries.count <= limit
        let total = isWhole ? entries.count : try await log.count(filter)
        let next = entries.count > limit ? Self.cursor(after: entries[limit - 1]) : nil
        return try Page(items: entries.prefix(limit).map(ActivityReply.init), nextCursor: next, total: total).response(to: request)
    }

    private static func filter(_ query: QueryReader) -> ActivityFilter {
        var filter = ActivityFilter()
        filter.actions = query.strings("action")
        filter.entityType = query.string("entityType", 1...100)
        filter.entityID = query.id("entityId", of: ActivityEntry.self)?.uuid
        filter.actor = query.string("actor", 1...254)
        filter.from = query.date("from")
        filter.to = query.date("to")
        filter.text = query.search()
        if let cursor = query.cursor(sort: "newest", count: 2) {
            if let time = cursor.values[0].int, let id = cursor.values[1].string.flatMap({ ActivityEntry.ID(text: $0) }) {
                filter.before = (date(microseconds: time), id)
            } else {
                query.fail("cursor", "is not a cursor of this list")
            }
        }
        return filter
    }

    /// Times go through the cursor as whole microseconds, which is how exactly PostgreSQL keeps them.
    private static func cursor(after entry: ActivityEntry) -> Cursor {
        let microseconds = Int64((entry.createdAt.timeIntervalSince1970 * 1_000_000).rounded())
        return Cursor(sort: "newest", values: [.int(microseconds), .string(entry.id.description)])
    }

    private static func date(microseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    /// All entries, read and sent by batches: what is added meanwhile is newer than where the export has got to, and in nobody's way.
    private func export(_ filter: ActivityFilter, of log: Log) -> Response {
        let body = ResponseBody { writer in
            var filter = filter
            var sent = 0
            try await writer.write(ByteBuffer(string: CSV.line(ActivityReply.columns)))
            while sent < Self.exportCountMax {
                let entries = try await log.list(filter, Self.exportBatchCount)
                try await writer.write(ByteBuffer(string: entries.map { CSV.line(ActivityReply($0).cells) }.joined()))
                sent += entries.count
                guard entries.count == Self.exportBatchCount, let last = entries.last else { break }
                filter.before = (last.createdAt, last.id)
            }
            if sent >= Self.exportCountMax {
                try await writer.write(ByteBuffer(string: CSV.line(["Cut off after \(sent) entries: narrow the filter"])))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"activity-\(log.name).csv\""],
            body: body)
    }
}

/// What the API shows of an entry.
private struct ActivityReply: Encodable {
    struct ActorReply: Encodable {
        let id: UUID?
        let name: String
        let address: String?
    }
    let id: ActivityEntry.ID
    let action: String
    let entityType: String
    let entityId: UUID?
    let entityName: String
    let actor: ActorReply
    let requestId: String?
    let details: JSONValue
    let createdAt: Date

    init(_ entry: ActivityEntry) {
        let activity = entry.activity
        id = entry.id
        action = activity.action
        entityType = activity.entityType
        entityId = activity.entityID
        entityName = activity.entityName
        actor = ActorReply(id: activity.actor.userID, name: activity.actor.name, address: activity.actor.address)
        requestId = activity.actor.requestID
        details = activity.details
        createdAt = entry.createdAt
    }

    static let columns = ["time", "action", "entityType", "entityId", "entityName", "actor", "address", "requestId", "details"]
    var cells: [String] {
        [
            RFC3339.string(createdAt), action, entityType, entityId?.uuidString.lowercased() ?? "", entityName, actor.name,
            actor.address ?? "",
            requestId ?? "", details.text,
        ]
    }
}

/// Comma-separated values (RFC 4180), safe to open in a spreadsheet.
package enum CSV {
    /// One line with its end.
    package static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

    /// A cell that begins like a formula gets an apostrophe in front: a spreadsheet would run it (OWASP, "CSV Injection").
    static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }) else {
            return safe
        }
        return "\"" + safe.escaping("\"", with: "\"\"") + "\""
    }
}
