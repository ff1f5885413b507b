package import Engines
package import Foundation
package import Platform
import Primitives
import Synchronization

/// The databases of servers, read when somebody looks, and kept for a minute: a page that is opened by ten people asks the server once.
package final class DatabaseLists: Sendable {
    /// Seconds that a list is kept.
    package static let keptSeconds = 60.0
    /// Lists kept at once, in this process.
    package static let keptCountMax = 500
    /// Reads under way at once in this process; further ones are told to come back.
    package static let runningCountMax = 8

    private struct Key: Hashable {
        let server: Server.ID
        /// A change of configuration asks anew.
        let revision: Int64
    }
    private struct State {
        var kept: [Key: DatabaseList] = [:]
        var runningCount = 0
    }

    private let state = Mutex(State())
    private let read: @Sendable (Target) async throws(EngineError) -> [DatabaseInfo]

    /// - Parameter read: asks one server, and always ends within 10 s; in the program `IsolatedProbe`.
    package init(read: @escaping @Sendable (Target) async throws(EngineError) -> [DatabaseInfo]) { self.read = read }

    /// The list, at most a minute old; `isFresh`: read now. Throws `.connectionError` with the reason when the server cannot be asked.
    package func list(of server: Server, target: Target, _ tenant: Tenant.ID, _ isFresh: Bool, now: Date = Date()) async throws
        -> DatabaseList
    {
        let key = Key(server: server.id, revision: server.revision)
        try state.withLock { state in
            state.kept = state.kept.filter { now.timeIntervalSince($0.value.readAt) < Self.keptSeconds }
            guard state.kept[key] == nil || isFresh else { return }
            guard state.runningCount < Self.runningCountMax else {
                throw AppError(.unavailable, "Too many servers are being asked; try again in a few seconds", retryAfterSeconds: 5)
            }
            state.runningCount += 1
        }
        if !isFresh, let kept = state.withLock({ $0.kept[key] }) { return kept }
        defer { state.withLock { $0.runningCount -= 1 } }
        do throws(EngineError) {
            let list = DatabaseList(databases: try await read(target), readAt: now, engine: target.engine)
            state.withLock { if $0.kept.count < Self.keptCountMax { $0.kept[key] = list } }
            return list
        } catch {
            throw AppError(.connectionError, error.message, details: [.init(field: "server", reason: error.code.rawValue)])
        }
    }
}

/// The databases of a server, and what the login may not see.
package struct DatabaseList: Encodable, Sendable {
    package let databases: [DatabaseInfo]
    package let readAt: Date
    package let note: String?

    init(databases: [DatabaseInfo], readAt: Date, engine: EngineKind) {
        self.databases = databases
        self.readAt = readAt
        note = Self.note(databases, engine)
    }

    /// What is missing, and the right that would show it.
    static func note(_ databases: [DatabaseInfo], _ engine: EngineKind) -> String? {
        var sentences: [String] = []
        if databases.count >= DatabaseInfo.countMax { sentences.append("Only the first \(DatabaseInfo.countMax) are shown.") }
        let hidden = databases.filter { $0.sizeBytes == nil }.count
        let sizes = hidden == 1 ? "size of one database is" : "sizes of \(hidden) databases are"
        switch engine {
        case .sqlserver where hidden > 0:
            sentences.append("The \(sizes) not to be seen: grant VIEW ANY DEFINITION to the login.")
        case .postgresql where hidden > 0:
            sentences.append("The \(sizes) not to be seen: grant pg_monitor to the role.")
        case .mysql:
            if hidden > 0 {
                let those = hidden == 1 ? "One database is empty, or its" : "\(hidden) databases are empty, or their"
                sentences.append("\(those) tables are not to be seen by this account.")
            }
            sentences.append("An account sees only databases on which it has a right; SHOW DATABASES shows all names.")
        default: break
        }
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }
}
