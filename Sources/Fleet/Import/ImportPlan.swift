import Engines
import Platform
import Primitives

/// What would become of a row.
struct ImportVerdict: Sendable, Equatable {
    /// In the words of the API.
    enum Word: String, Sendable, CaseIterable { case create, exists, invalid, duplicate }

    let row: Int
    let line: Int?
    let name: String
    let word: Word
    /// The row's server with the id of its credential profile (create).
    var server: ImportedServer?
    /// The one that has the name already.
    var serverID: Server.ID?
    /// The row that has the name already.
    var duplicateOf: Int?
    var errors: [AppError.Detail] = []
    /// What the reader should know of a row that is created all the same.
    var warnings: [AppError.Detail] = []
}

/// Where a server listens, as far as two of one address are told from each other: as the index `servers_address` has it.
struct AddressKey: Sendable, Hashable {
    let hostname: String
    let port: Int
    /// Only where the port is asked for by it.
    let instanceName: String

    init(hostname: String, port: Int, instanceName: String?) {
        self.hostname = hostname.lowercased()
        self.port = port
        self.instanceName = port == EngineKind.sqlserver.defaultPort ? (instanceName ?? "").lowercased() : ""
    }

    init(_ configuration: ServerConfiguration) {
        self.init(hostname: configuration.hostname, port: configuration.port, instanceName: configuration.instanceName)
    }
}

/// What a tenant had when an import began.
struct ImportSurroundings: Sendable {
    /// Servers by their names in lower case.
    var servers: [String: Server.ID] = [:]
    /// Names of servers by their addresses; of several the oldest.
    var addresses: [AddressKey: String] = [:]
    /// In lower case.
    var groups: Set<String> = []
    var groupIDs: Set<ServerGroup.ID> = []
    /// In lower case.
    var labels: Set<String> = []
    var credentials: [Credential.ID: CredentialLogin] = [:]
    /// By their names in lower case.
    var credentialIDs: [String: Credential.ID] = [:]
}

/// Judges row after row: what is valid, what is there already, what stands twice in the file. Pure.
struct ImportPlan {
    static let listedNewNameCountMax = 1_000

    private let surroundings: ImportSurroundings
    private let refusesUnknownGroups: Bool
    private var rowByName: [String: Int] = [:]
    private var rowByAddress: [AddressKey: Int] = [:]
    private(set) var counts: [ImportVerdict.Word: Int] = [:]
    private(set) var newGroups: [String] = []
    private(set) var newLabels: [String] = []
    private var newGroupWords: Set<String> = []
    private var newLabelWords: Set<String> = []

    init(_ surroundings: ImportSurroundings, refusesUnknownGroups: Bool) {
        self.surroundings = surroundings
        self.refusesUnknownGroups = refusesUnknownGroups
    }

    var rowCount: Int { counts.values.reduce(0, +) }

    mutating func judge(_ row: ImportRow) -> ImportVerdict {
        let verdict = verdict(row)
        counts[verdict.word, default: 0] += 1
        if verdict.word == .create, let server = row.server { note(server) }
        return verdict
    }

    private mutating func verdict(_ row: ImportRow) -> ImportVerdict {
        var errors = row.errors
        var found = row.server
        if let server = row.server {
            errors += groupErrors(server)
            switch withCredential(server) {
            case .success(let server): found = server
            case .failure(let refusal): errors.append(refusal.detail)
            }
        }
        guard errors.isEmpty, let server = found else {
            return ImportVerdict(row: row.row, line: row.line, name: row.name, word: .invalid, errors: errors)
        }
        let word = server.configuration.name.lowercased()
        if let first = rowByName[word] {
            return ImportVerdict(row: row.row, line: row.line, name: row.name, word: .duplicate, duplicateOf: first)
        }
        rowByName[word] = row.row
        if let id = surroundings.servers[word] {
            return ImportVerdict(row: row.row, line: row.line, name: row.name, word: .exists, serverID: id)
        }
        return ImportVerdict(
            row: row.row, line: row.line, name: row.name, word: .create, server: server, warnings: addressWarnings(server, row: row.row))
    }

    /// A second registration of an address is collected twice: mostly a mistake, at times wanted (another login, another database).
    private mutating func addressWarnings(_ server: ImportedServer, row: Int) -> [AppError.Detail] {
        let key = AddressKey(server.configuration)
        defer { if rowByAddress[key] == nil { rowByAddress[key] = row } }
        if let name = surroundings.addresses[key] { return [.init(field: "hostname", reason: "is the address of “\(name)” too")] }
        return rowByAddress[key].map { [.init(field: "hostname", reason: "is the address of row \($0) too")] } ?? []
    }

    private struct Refusal: Error { let detail: AppError.Detail }

    /// `server` with the id of the profile that it names, and signing in as that does.
    private func withCredential(_ server: ImportedServer) -> Result<ImportedServer, Refusal> {
        let field = server.credential == nil ? "credentialId" : "credential"
        func refused(_ reason: String) -> Result<ImportedServer, Refusal> {
            .failure(Refusal(detail: .init(field: field, reason: reason)))
        }
        var server = server
        if let name = server.credential {
            guard let id = surroundings.credentialIDs[name.lowercased()] else { return refused("“\(name)” does not exist") }
            server.configuration.credentialID = id
            server.credential = nil
        }
        guard let id = server.configuration.credentialID else { return .success(server) }
        guard let login = surroundings.credentials[id] else { return refused("is not a credential profile of this tenant") }
        guard login.engine == server.configuration.engine else {
            return refused("is a credential profile for \(login.engine.displayName)")
        }
        server.configuration.authType = login.authType
        server.configuration.username = nil
        return .success(server)
    }

    private func groupErrors(_ server: ImportedServer) -> [AppError.Detail] {
        var errors = server.groupIDs.enumerated().filter { !surroundings.groupIDs.contains($1) }.map {
            AppError.Detail(field: "groupIds[\($0.offset)]", reason: "is not a group of this tenant")
        }
        guard refusesUnknownGroups else { return errors }
        for (index, group) in server.groups.enumerated() where !surroundings.groups.contains(group.lowercased()) {
            errors.append(.init(field: "groups[\(index)]", reason: "“\(group)” does not exist"))
        }
        return errors
    }

    private mutating func note(_ server: ImportedServer) {
        for group in server.groups where !surroundings.groups.contains(group.lowercased()) {
            guard newGroupWords.count < Self.listedNewNameCountMax else { break }
            if newGroupWords.insert(group.lowercased()).inserted { newGroups.append(group) }
        }
        for label in server.labels where !surroundings.labels.contains(label.lowercased()) {
            guard newLabelWords.count < Self.listedNewNameCountMax else { break }
            if newLabelWords.insert(label.lowercased()).inserted { newLabels.append(label) }
        }
    }
}

/// The verdicts of a dry run, as JSON that grows row by row: at most `listedCountMax` of each.
struct ImportReport {
    static let listedCountMax = 10_000

    private var items = JSONWriter(reserve: 64 << 10)
    private var listed: [ImportVerdict.Word: Int] = [:]
    private var isComplete = true

    init() { items.beginArray() }

    mutating func add(_ verdict: ImportVerdict) {
        guard listed[verdict.word, default: 0] < Self.listedCountMax else {
            isComplete = false
            return
        }
        listed[verdict.word, default: 0] += 1
        items.beginObject()
        items.key("row")
        items.int(verdict.row)
        items.key("line")
        items.optional(verdict.line)
        items.key("name")
        items.string(verdict.name)
        items.key("verdict")
        items.string(verdict.word.rawValue)
        items.key("serverId")
        if let id = verdict.serverID { items.id(id) } else { items.null() }
        items.key("duplicateOf")
        items.optional(verdict.duplicateOf)
        write(verdict.errors, as: "errors")
        write(verdict.warnings, as: "warnings")
        items.endObject()
    }

    private mutating func write(_ details: [AppError.Detail], as key: String) {
        items.key(text: key)
        items.beginArray()
        for detail in details {
            items.beginObject()
            items.key("field")
            items.string(detail.field)
            items.key("reason")
            items.string(detail.reason)
            items.endObject()
        }
        items.endArray()
    }

    /// The whole answer.
    mutating func finish(_ plan: ImportPlan) -> [UInt8] {
        items.endArray()
        var writer = JSONWriter(reserve: items.bytes.count + 1_024)
        writer.beginObject()
        writer.key("rows")
        writer.int(plan.rowCount)
        writer.key("counts")
        writer.beginObject()
        for word in ImportVerdict.Word.allCases {
            writer.key(text: word.rawValue)
            writer.int(plan.counts[word] ?? 0)
        }
        writer.endObject()
        writer.key("newGroups")
        JSONValue.array(plan.newGroups.map { .string($0) }).write(to: &writer)
        writer.key("newLabels")
        JSONValue.array(plan.newLabels.map { .string($0) }).write(to: &writer)
        writer.key("isComplete")
        writer.bool(isComplete)
        writer.key("items")
        writer.json(String(decoding: items.bytes, as: UTF8.self))
        writer.endObject()
        return writer.bytes
    }
}
