import Primitives

/// The columns of a CSV file, by the names in its first line.
struct ImportColumns: Equatable {
    /// What a file may say of a server. The raw value is the name in the API.
    enum Column: String, CaseIterable {
        case name, hostname, port, instanceName, engine, database, authType, username, password, credential, credentialId
        case encrypt, trustServerCertificate, groups, labels
    }

    /// In the order of the template and of exports.
    static let template: [Column] = [
        .name, .hostname, .port, .instanceName, .engine, .database, .authType, .username, .password, .credential, .encrypt,
        .trustServerCertificate, .groups, .labels,
    ]
    /// What an export has besides: read over, so that an exported file can be imported.
    static let ignored = [
        "id", "status", "health", "deployment", "version", "productversion", "edition", "collectionenabled", "collectioninterval",
        "lastcollectedat", "lasterror", "createdat", "updatedat", "haspassword",
    ]
    private static let aliases: [String: Column] = [
        "host": .hostname, "server": .hostname, "address": .hostname, "instance": .instanceName, "databasename": .database,
        "user": .username, "login": .username, "group": .groups, "label": .labels, "tags": .labels, "type": .engine,
        "authentication": .authType, "profile": .credential, "credentialprofile": .credential,
        "credentialname": .credential, "trustcertificate": .trustServerCertificate,
    ]

    /// By place in the line; nil: read over.
    let columns: [Column?]

    /// Throws a validation error that names what is wrong with the first line.
    init(_ names: [String]) throws(AppError) {
        var columns: [Column?] = []
        var failures: [AppError.Detail] = []
        for (index, name) in names.enumerated() {
            let word = name.lowercased().filter { !" _-\t".contains($0) }
            if word.isEmpty || Self.ignored.contains(word) {
                columns.append(nil)
                continue
            }
            guard let column = Column.allCases.first(where: { $0.rawValue.lowercased() == word }) ?? Self.aliases[word] else {
                failures.append(.init(field: "column \(index + 1)", reason: "“\(ImportRow.shown(name))” is not a column of an import"))
                continue
            }
            if columns.contains(column) { failures.append(.init(field: column.rawValue, reason: "is there twice")) }
            columns.append(column)
        }
        for required in [Column.name, .hostname] where !columns.contains(required) {
            failures.append(.init(field: required.rawValue, reason: "is missing in the first line, which must name the columns"))
        }
        // No name at all: it is a row, and its cells may be passwords, which are not said again.
        if columns.allSatisfy({ $0 == nil }) {
            failures = [.init(field: "line 1", reason: "names no column that is known")]
        }
        guard failures.isEmpty else {
            let known = Self.template.map(\.rawValue).joined(separator: ", ")
            throw AppError(.validationError, "The first line must name the columns; there are \(known)", details: failures)
        }
        self.columns = columns
    }

    /// A row as the members of a JSON server. An empty cell says nothing.
    func members(_ cells: [String]) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for (cell, column) in zip(cells, columns) {
            guard let column else { continue }
            // Spaces may belong to a password.
            let text = column == .password ? cell : cell.trimmingSpaces()
            if text.isEmpty { continue }
            members[column.rawValue] = Self.value(text, column)
        }
        return members
    }

    private static func value(_ text: String, _ column: Column) -> JSONValue {
        switch column {
        case .port: Int64(text).map { .int($0) } ?? .string(text)
        case .encrypt, .trustServerCertificate: truth(text).map { .bool($0) } ?? .string(text)
        case .groups, .labels: .array(list(text).map { .string($0) })
        case .engine: .string(engine(text))
        case .authType: .string(text.lowercased())
        case .password: .string(text)
        case .credentialId: .string(text)
        case .name, .hostname, .instanceName, .database, .username, .credential: .string(unquoted(text))
        }
    }

    private static func truth(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "y", "1", "on": true
        case "false", "no", "n", "0", "off": false
        default: nil
        }
    }

    private static func engine(_ text: String) -> String {
        switch text.lowercased().filter({ !" -_".contains($0) }) {
        case "sqlserver", "mssql": "sqlserver"
        case "postgresql", "postgres", "pg": "postgresql"
        case "mysql", "mariadb": "mysql"
        default: text
        }
    }

    private static func list(_ text: String) -> [String] {
        text.split { $0 == "|" || $0 == ";" }.map { unquoted($0.trimmingSpaces()) }.filter { !$0.isEmpty }
    }

    /// Takes off the apostrophe that an export puts before what a spreadsheet would run.
    private static func unquoted(_ text: String) -> String {
        guard text.hasPrefix("'"), let second = text.unicodeScalars.dropFirst().first, "=+-@\t\r".unicodeScalars.contains(second) else {
            return text
        }
        return String(text.dropFirst())
    }
}
