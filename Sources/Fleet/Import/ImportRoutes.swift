import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore
package import Platform
import Primitives

/// `/servers/import`: many servers from a file.
package struct ImportRoutes: Sendable {
    package static let rowCountMax = Platform.Operation.itemCountMax
    /// Rows stored at once.
    static let batchCountMax = 1_000

    private let databases: TenantDatabases
    private let operations: Operations
    private let secrets: SecretBox

    package init(databases: TenantDatabases, secrets: SecretBox) {
        self.databases = databases
        operations = Operations(tenants: databases)
        self.secrets = secrets
    }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.post("servers/import", use: start)
        group.get("servers/import/template", use: template)
    }

    /// GET /servers/import/template.
    @Sendable func template(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        _ = try context.requireTenant()
        let examples: [[String]] = [
            [
                "Orders", "sql01.example.com", "", "SALES", "sqlserver", "", "sql", "dbtools", "", "", "true", "false", "Production|Sales",
                "core|emea",
            ],
            ["Billing", "pg01.example.com", "5432", "", "postgresql", "billing", "sql", "dbtools", "", "", "true", "false", "Production", ""],
            ["Shop", "db.example.com", "3306", "", "mysql", "", "sql", "dbtools", "", "", "true", "false", "", "test"],
        ]
        let text = CSV.line(ImportColumns.template.map(\.rawValue)) + examples.map(CSV.line).joined()
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"servers-template.csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// POST /servers/import: 200 with verdicts for `dryRun`, else 202 with the operation. 400, 413, 415.
    @Sendable func start(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let tenant = try context.requireTenant()
        let query = QueryReader(request)
        let isDryRun = query.choice("dryRun", Truth.self) == .true
        let validates = query.choice("validate", Truth.self) == .true
        let unknownGroups = query.choice("unknownGroups", UnknownGroups.self) ?? .create
        if isDryRun, validates { query.fail("validate", "cannot stand beside dryRun, which connects to nothing") }
        try query.finish()
        if validates { try context.caller(may: .testConnections) }
        var upload = try ImportUpload(contentType: request.headers[.contentType], encoding: request.headers[.contentEncoding])
        let surroundings = try await databases.read(tenant) { try ImportSurroundings.read(on: $0) }
        var plan = ImportPlan(surroundings, refusesUnknownGroups: unknownGroups == .refuse)

        if isDryRun {
            var report = ImportReport()
            try await upload.rows(of: request) { rows in
                for row in rows { report.add(plan.judge(row)) }
            }
            try Self.requireRows(plan)
            return json(bytes: report.finish(plan))
        }
        let draft = OperationDraft(
            kind: ImportKind.kindName, title: "Import servers", options: ["validate": .bool(validates)], actor: actor)
        try await operations.prepare(draft, for: tenant)
        do {
            try await upload.rows(of: request) { rows in
                let now = Date()
                let items = try rows.map { try ImportKind.item($0, plan.judge($0), secrets: secrets, tenant: tenant, at: now) }
                try await operations.add(items, to: draft.id, of: tenant)
            }
            try Self.requireRows(plan)
        } catch {
            // The first error is the one to tell; what cannot be removed now is swept. Cancelled too: the client may be gone.
            await discard(draft.id, of: tenant)
            throw error
        }
        let (counts, count) = (plan.counts, plan.rowCount)
        let operation = try await operations.finishPreparing(draft.id, for: tenant) { session in
            try BulkSQL.retitle(draft.id, "Import \(counted(count, "server"))", on: session)
            try session.record(
                Activity(
                    "operation_started", entityType: "operation", entityID: draft.id.uuid, entityName: draft.title, actor: actor,
                    details: [
                        "kind": .string(draft.kind), "total": .int(Int64(count)), "validate": .bool(validates),
                        "verdicts": .object(
                            Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, JSONValue.int(Int64($0.value))) })),
                    ]))
        }
        return operationStarted(operation)
    }

    private func discard(_ id: Platform.Operation.ID, of tenant: Tenant) async {
        let operations = operations
        try? await operations.discard(id, of: tenant)  // swept after an hour
    }

    private static func requireRows(_ plan: ImportPlan) throws {
        guard plan.rowCount > 0 else { throw AppError(.validationError, "The file has no rows") }
    }
}

private enum Truth: String, CaseIterable { case `true`, `false` }
private enum UnknownGroups: String, CaseIterable { case create, refuse }

/// The file as it comes in: bytes to rows, a batch at a time, so that no more of it is in memory.
struct ImportUpload {
    private enum Format {
        case csv(CSVReader, ImportColumns?)
        case json(JSONArrayReader)
    }

    private var format: Format
    private var batch: [ImportRow] = []
    private var rowCount = 0
    private var byteCount = 0

    /// Throws `.unsupportedMediaType` for what is neither CSV nor JSON in UTF-8.
    init(contentType: String?, encoding: String?) throws {
        let refusal = AppError(.unsupportedMediaType, "Send the file as text/csv or application/json, in UTF-8 and without Content-Encoding")
        if let encoding, encoding.lowercased() != "identity" { throw refusal }
        let parts = (contentType ?? "").lowercased().split(separator: ";").map { $0.filter { !$0.isWhitespace && $0 != "\"" } }
        for part in parts.dropFirst() where part.hasPrefix("charset=") {
            guard ["charset=utf-8", "charset=utf8", "charset=us-ascii"].contains(part) else { throw refusal }
        }
        switch parts.first {
        case "text/csv", "application/csv": format = .csv(CSVReader(), nil)
        case "application/json": format = .json(JSONArrayReader())
        default: throw refusal
        }
    }

    /// Hands all rows to `body`, in batches. Throws what is wrong with the file as a whole, and what `body` throws.
    mutating func rows(of request: Request, _ body: ([ImportRow]) async throws -> Void) async throws {
        for try await buffer in request.body {
            byteCount += buffer.readableBytes
            guard byteCount <= HTTPLimits.uploadBytesMax else {
                throw AppError(.payloadTooLarge, "The file is larger than \(HTTPLimits.uploadBytesMax >> 20) MiB; split it")
            }
            try feed(buffer.readableBytesView)
            while batch.count >= ImportRoutes.batchCountMax {
                let full = Array(batch.prefix(ImportRoutes.batchCountMax))
                batch.removeFirst(full.count)
                try await body(full)
            }
        }
        try finish()
        while !batch.isEmpty {
            let part = Array(batch.prefix(ImportRoutes.batchCountMax))
            batch.removeFirst(part.count)
            try await body(part)
        }
    }

    mutating func feed(_ bytes: some Collection<UInt8>) throws {
        if byteCount == bytes.count, let first = bytes.first, first == 0xFF || first == 0xFE {
            throw AppError(
                .validationError, "Line 1 is not UTF-8 but UTF-16: save the file as “CSV UTF-8” and try again",
                details: [.init(field: "line 1", reason: "is not UTF-8")])
        }
        do {
            switch format {
            case .csv(var reader, var columns):
                var found: [CSVReader.Record] = []
                try reader.feed(bytes) { found.append($0) }
                for record in found { try take(record, &columns) }
                format = .csv(reader, columns)
            case .json(var reader):
                var found: [[UInt8]?] = []
                try reader.feed(bytes) { found.append($0) }
                for element in found { try append(ImportRow(json: element, row: rowCount + 1)) }
                format = .json(reader)
            }
        } catch let error as CSVReader.Failure {
            throw Self.refusal(error)
        } catch let error as JSONArrayReader.Failure {
            throw AppError(.validationError, error.reason)
        }
    }

    mutating func finish() throws {
        do {
            switch format {
            case .csv(var reader, var columns):
                var found: [CSVReader.Record] = []
                try reader.finish { found.append($0) }
                for record in found { try take(record, &columns) }
            case .json(let reader): try reader.finish()
            }
        } catch let error as CSVReader.Failure {
            throw Self.refusal(error)
        } catch let error as JSONArrayReader.Failure {
            throw AppError(.validationError, error.reason)
        }
    }

    private static func refusal(_ error: CSVReader.Failure) -> AppError {
        AppError(
            .validationError, "Line \(error.line): \(error.reason)", details: [.init(field: "line \(error.line)", reason: error.reason)])
    }

    private mutating func take(_ record: CSVReader.Record, _ columns: inout ImportColumns?) throws {
        guard let known = columns else {
            columns = try ImportColumns(try record.cells.map { try ImportRow.text($0, line: record.line) })
            return
        }
        try append(ImportRow(record, row: rowCount + 1, columns: known))
    }

    private mutating func append(_ row: ImportRow) throws {
        rowCount += 1
        guard rowCount <= ImportRoutes.rowCountMax else {
            throw AppError(.payloadTooLarge, "The file has more than \(ImportRoutes.rowCountMax) rows; split it into several files")
        }
        batch.append(row)
    }
}
