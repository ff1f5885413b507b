import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import Postgres
import Primitives

/// The list of servers as a CSV file: what `/servers/import` takes, and how the servers are. Streamed, a page at a time.
enum ServerExport {
    static let pageCount = 1_000
    private static let configured = ImportColumns.template.filter { $0 != .password }
    static let header =
        configured.map(\.rawValue) + [
            "id", "status", "health", "version", "productVersion", "edition", "collectionEnabled", "collectionInterval", "lastCollectedAt",
            "lastError", "createdAt",
        ]

    /// Whether the caller wants a file.
    static func isWanted(_ request: Request) -> Bool { request.headers[.accept]?.contains("text/csv") == true }

    static func response(
        _ filter: ServerFilter, sort: ServerSort, order: QueryReader.Order, of tenant: Tenant, _ databases: TenantDatabases
    ) async throws -> Response {
        @Sendable func page(after cursor: Cursor?) async throws -> Page<ServerOverview> {
            try await databases.read(tenant) {
                try ServerOverview.list(
                    filter.withDynamicGroups(on: $0), sort: sort, order: order, after: cursor, limit: pageCount, on: $0)
            }
        }
        // The first page before the head: a failure is then an answer, and the number of servers is known.
        let first = try await page(after: nil)
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: CSV.line(header)))
            var current = first
            while true {
                try await writer.write(ByteBuffer(string: try current.items.map { CSV.line(try cells($0)) }.joined()))
                guard let cursor = current.nextCursor else { break }
                current = try await page(after: cursor)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"servers-\(tenant.slug).csv\"",
                .totalCount: String(first.total),
            ], body: body)
    }

    static func cells(_ server: ServerOverview) throws -> [String] {
        let row = server.row
        func text(_ column: ServerOverview.Column) throws -> String { try row.decode(column.rawValue, as: String?.self) ?? "" }
        func truth(_ column: ServerOverview.Column) throws -> String { try row.decode(column.rawValue, as: Bool.self) ? "true" : "false" }
        func number(_ column: ServerOverview.Column) throws -> String { String(try row.decode(column.rawValue, as: Int.self)) }
        func date(_ column: ServerOverview.Column) throws -> String {
            try row.decode(column.rawValue, as: Date?.self).map(RFC3339.string) ?? ""
        }
        func names(_ column: ServerOverview.Column) throws -> String {
            let list = try JSONValue.parse(text: try row.decode(column.rawValue, as: String?.self) ?? "[]")
            return (list.array ?? []).compactMap { $0["name"]?.string }.joined(separator: "|")
        }
        let known = try configured.map { column in
            switch column {
            case .name: try text(.name)
            case .hostname: try text(.hostname)
            case .port: try number(.port)
            case .instanceName: try text(.instanceName)
            case .engine: try text(.engine)
            case .database: try text(.database)
            case .authType: try text(.authType)
            // A profile's own, which an import would refuse beside the profile.
            case .username: try text(.credentialName).isEmpty ? try text(.username) : ""
            case .credential: try text(.credentialName)
            case .password, .credentialId: ""
            case .encrypt: try truth(.encrypt)
            case .trustServerCertificate: try truth(.trustServerCertificate)
            case .groups: try names(.groups)
            case .labels: try names(.labels)
            }
        }
        return known + [
            server.id.description, try text(.status), try text(.health), try text(.version), try text(.productVersion), try text(.edition),
            try truth(.collectionEnabled), try number(.collectionInterval), try date(.collectedAt), try text(.errorMessage),
            try date(.createdAt),
        ]
    }
}
