import Engines
import Foundation
import Platform
import Primitives

/// One server of a file, read and found valid; its password apart.
struct ImportedServer: Sendable, Equatable {
    var configuration: ServerConfiguration
    var groupIDs: [ServerGroup.ID]
    /// Groups by name.
    var groups: [String]
    var labels: [String]
    /// Its credential profile by name, until `ImportPlan` has found its id.
    var credential: String?
    /// The row itself asks for a test.
    var validates: Bool

    /// For an operation's item; without the password.
    var input: JSONValue {
        func texts(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
        return [
            "server": .object(configuration.audit), "groupIds": texts(groupIDs.map(\.description)), "groups": texts(groups),
            "labels": texts(labels), "validate": .bool(validates),
        ]
    }

    init(
        configuration: ServerConfiguration, groupIDs: [ServerGroup.ID], groups: [String], labels: [String], credential: String? = nil,
        validates: Bool
    ) {
        self.configuration = configuration
        self.credential = credential
        self.groupIDs = groupIDs
        self.groups = groups
        self.labels = labels
        self.validates = validates
    }

    /// What `input` holds. Throws `AppError` when an older version wrote what this one refuses.
    init(_ input: JSONValue) throws {
        let body = FieldReader(input["server"]?.object ?? [:])
        let server = ServerInput(body)
        try body.finish()
        func texts(_ name: String) -> [String] { input[name]?.array?.compactMap(\.string) ?? [] }
        self.init(
            configuration: try server.configuration(on: nil), groupIDs: texts("groupIds").compactMap { ServerGroup.ID(text: $0) },
            groups: texts("groups"), labels: texts("labels"), validates: input["validate"]?.bool ?? false)
    }
}

/// One row of a file: a server, or why it is none.
struct ImportRow: Sendable {
    static let groupCountMax = 100
    private static let credentialReason = "comes from the credential profile; send one or the other"

    /// From 1, without the line of names.
    let row: Int
    /// Nil in JSON.
    let line: Int?
    /// What it calls itself, as far as that can be said.
    let name: String
    let server: ImportedServer?
    /// Never stored as it stands.
    let password: String?
    let errors: [AppError.Detail]

    /// A row of a CSV file. Throws `.validationError` that names the line when the file is not UTF-8: then it is the file that is wrong.
    init(_ record: CSVReader.Record, row: Int, columns: ImportColumns) throws {
        var cells: [String] = []
        for cell in record.cells { cells.append(try Self.text(cell, line: record.line)) }
        var failures: [AppError.Detail] = []
        if record.hasLongCell { failures.append(.init(field: "row", reason: "has a cell of more than \(CSVReader.cellBytesMax) bytes")) }
        if record.hasManyCells || cells.count > columns.columns.count {
            let count = record.hasManyCells ? "more than \(CSVReader.cellCountMax)" : String(cells.count)
            let cells = count == "1" ? "1 cell" : "\(count) cells"
            failures.append(.init(field: "row", reason: "has \(cells); the first line names \(columns.columns.count)"))
        }
        self.init(columns.members(cells), row: row, line: record.line, failures: failures)
    }

    /// An element of a JSON array; nil bytes: it was too long.
    init(json bytes: [UInt8]?, row: Int) throws {
        guard let bytes else {
            let reason = "is larger than \(JSONArrayReader.elementBytesMax) bytes"
            self.init(row: row, name: "", errors: [.init(field: "row", reason: reason)])
            return
        }
        do {
            guard case .object(let members) = try JSONValue.parse(bytes, depthMax: HTTPLimits.jsonDepthMax) else {
                self.init(row: row, name: "", errors: [.init(field: "row", reason: "must be an object")])
                return
            }
            self.init(members, row: row, line: nil, failures: [])
        } catch {
            throw AppError(.validationError, "Element \(row) is not valid JSON: \(error.message)")
        }
    }

    private init(row: Int, name: String, errors: [AppError.Detail]) {
        self.row = row
        line = nil
        self.name = name
        server = nil
        password = nil
        self.errors = errors
    }

    private init(_ members: [String: JSONValue], row: Int, line: Int?, failures: [AppError.Detail]) {
        self.row = row
        self.line = line
        name = Self.shown(members["name"]?.string ?? "")
        let body = FieldReader(members)
        let input = ServerInput(body)
        let credential = body.optionalString("credential", Credential.nameLengths)?.trimmingSpaces()
        if credential != nil {
            for (field, isSent) in [
                ("credentialId", input.credentialID.isValue), ("username", input.username.isValue), ("password", input.password.isValue),
            ] where isSent {
                body.fail(field, field == "credentialId" ? "says the same as credential; send one" : Self.credentialReason)
            }
        }
        let groups = body.optionalStrings("groups", max: Self.groupCountMax, length: ServerGroup.nameLengths)?.map { $0.trimmingSpaces() }
        var errors = failures
        do { try body.finish() } catch let error as AppError { errors += error.details } catch {
            errors.append(.init(field: "row", reason: "cannot be read"))
        }
        var server: ImportedServer?
        do {
            server = ImportedServer(
                configuration: try input.configuration(on: nil), groupIDs: input.groupIDs ?? [], groups: groups ?? [],
                labels: input.labels ?? [], credential: credential, validates: input.validate)
        } catch {  // typed: an AppError
            errors += error.details.filter { detail in !errors.contains { $0.field == detail.field } }
        }
        self.errors = errors
        self.server = errors.isEmpty ? server : nil
        password = errors.isEmpty ? input.password.or(nil) : nil
    }

    /// A name of any length and of any characters as it can be shown and stored.
    static func shown(_ name: String) -> String {
        let scalars = name.unicodeScalars.prefix(ServerConfiguration.nameLengths.upperBound)
        return String(String.UnicodeScalarView(scalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }))
    }

    /// Throws a validation error that names the line when `bytes` are not UTF-8.
    static func text(_ bytes: [UInt8], line: Int) throws -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        // A long cell may have been cut inside a character.
        if bytes.count >= CSVReader.cellBytesMax {
            for cut in 1...3 { if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return text } }
        }
        throw AppError(
            .validationError, "Line \(line) is not UTF-8: save the file as “CSV UTF-8” and try again",
            details: [.init(field: "line \(line)", reason: "is not UTF-8")])
    }
}
