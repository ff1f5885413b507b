import Foundation
import Primitives
import Synchronization
import TDS

/// One simulated SQL Server: its configuration, the load it pretends to have, and its sessions.
/// Nothing runs in it: every value is computed when it is read, so that an idle instance costs only its memory.
package final class SimulatedInstance: Sendable {
    /// SQL Server's own limit of user connections.
    static let sessionCountMax = 32_767
    /// Below are the system's sessions and the simulated applications'.
    private static let firstClientSession = 200

    private let state: Mutex<InstanceState>
    let clock: SimulatorClock

    package init(config: InstanceConfig, clock: SimulatorClock = .system) {
        state = Mutex(InstanceState(config: config, now: clock.now()))
        self.clock = clock
    }

    /// The configuration as it is now; control may have changed version, edition, platform and logins.
    package var config: InstanceConfig { state.withLock { $0.config } }

    /// The version as it is now; control may change it.
    package var version: SQLServerVersion { state.withLock { $0.config.version } }

    /// How the server behaves before any statement: the wire refuses, swallows or delays by it.
    package var behaviour: InstanceBehaviour { state.withLock { $0.behaviour } }

    /// How many sessions are open.
    package var sessionCount: Int { state.withLock { $0.sessions.count } }

    /// How often it was restarted; a connection made before the last restart must be cut by the wire.
    package var restartCount: Int { state.withLock { $0.restartCount } }

    /// Takes what the control address was told; all of it, or nothing.
    package func apply(_ change: InstanceChange) throws(InstanceChangeError) {
        let now = clock.now()
        let result = state.withLock { state -> InstanceChangeError? in
            var changed = state
            do throws(InstanceChangeError) {
                try change.apply(to: &changed, now: now)
            } catch {
                return error
            }
            state = changed
            return nil
        }
        if let result { throw result }
    }

    /// The instance as JSON for `GET /instances/{n}`.
    package func snapshotJSON() -> [UInt8] {
        let world = world()
        var writer = JSONWriter(reserve: 2_048)
        InstanceSnapshot(world: world).write(to: &writer)
        return writer.bytes
    }

    /// Checks a login as SQL Server does: 18456 for a wrong name or password, 4060 for a database that it cannot open.
    package func authenticate(_ request: LoginRequest) -> LoginOutcome {
        let world = world()
        let refused = SQLServerMessage(18456, severity: 14, "Login failed for user '\(request.user.prefix(128))'.")
        let key = request.user.lowercased()
        let known = world.config.logins.first { $0.name.lowercased() == key }
        guard let login = known, login.password == request.password else {
            note(request, world, state: known == nil ? 5 : 8)
            return .failed([refused])
        }
        let name = request.database.isEmpty ? "master" : request.database
        guard let database = world.database(named: name), login.mayOpen(database) else {
            note(request, world, state: 38)
            let cannotOpen = SQLServerMessage(
                4060, severity: 11, "Cannot open database \"\(name.prefix(128))\" requested by the login. The login failed.")
            return .failed([cannotOpen, refused])
        }
        let messages = [
            SQLServerMessage(5701, state: 2, severity: 0, "Changed database context to '\(database.name)'."),
            SQLServerMessage(5703, state: 1, severity: 0, "Changed language setting to us_english."),
        ]
        return .accepted(database: database.name, language: "us_english", messages: messages)
    }

    private func note(_ request: LoginRequest, _ world: World, state number: Int) {
        let login = RefusedLogin(at: world.date, address: request.clientAddress, state: number)
        state.withLock { $0.noteRefusedLogin(login) }
    }

    /// A session for a login that was let in. The wire closes it when the connection ends.
    package func makeSession(_ request: LoginRequest) -> SimulatedSession {
        let now = clock.now()
        let record = state.withLock { state in
            let key = request.user.lowercased()
            let login =
                state.config.logins.first { $0.name.lowercased() == key } ?? Login(name: request.user, password: "", permissions: [])
            var spid = Self.firstClientSession
            while state.sessions[spid] != nil, spid < Self.sessionCountMax { spid += 1 }
            let name = request.database.isEmpty ? "master" : request.database.lowercased()
            let database = state.config.databases.first { $0.name.lowercased() == name }?.name ?? "master"
            let record = SessionRecord(
                spid: spid, login: login, hostName: request.hostName, programName: request.programName, libraryName: request.libraryName,
                clientAddress: request.clientAddress, isEncrypted: request.isEncrypted, loginAt: now, database: database,
                lastRequestStartAt: now,
                lastRequestEndAt: now, lastBatch: "")
            state.sessions[spid] = record
            return record
        }
        return SimulatedSession(instance: self, record: record)
    }

    // MARK: For sessions

    /// The instance at this moment, or `delay` seconds later.
    func world(delay: Double = 0) -> World {
        let date = clock.now().addingTimeInterval(delay)
        return World(state: state.withLock { $0 }, date: date)
    }

    func remove(spid: Int) { state.withLock { _ = $0.sessions.removeValue(forKey: spid) } }

    func update(spid: Int, _ body: @Sendable (inout SessionRecord) -> Void) {
        state.withLock { state in
            guard var record = state.sessions[spid] else { return }
            body(&record)
            state.sessions[spid] = record
        }
    }

    func log(_ text: String, login: String) {
        let now = clock.now()
        let kept = text.utf8.count > InstanceState.statementLogLengthMax ? String(text.prefix(InstanceState.statementLogLengthMax)) : text
        state.withLock { $0.log(kept, login: login, at: now) }
    }

    /// Takes back a transaction's changes, the last one first.
    func undo(_ steps: [@Sendable (inout InstanceState) -> Void]) {
        state.withLock { state in
            for step in steps.reversed() { step(&state) }
        }
    }

    /// Changes what users made: objects, schemas, logins.
    func change<T: Sendable>(_ body: @Sendable (inout InstanceState) throws(SQLServerMessage) -> T) throws(SQLServerMessage) -> T {
        let result = state.withLock { state -> Result<T, SQLServerMessage> in
            do throws(SQLServerMessage) {
                return .success(try body(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// How an instance treats connections.
package struct InstanceBehaviour: Sendable, Hashable {
    /// Answering, refusing connections, swallowing them, or letting in and never answering.
    package enum State: String, CaseIterable, Sendable {
        case online, offline, blackhole, hang
    }
    package var state: State
    /// Added to every answer.
    package var latencyMs: Int
}

/// What a client says when it signs in.
package struct LoginRequest: Sendable, Hashable {
    package var user: String
    package var password: String
    /// Empty: the login's default, master.
    package var database: String
    package var hostName: String
    package var programName: String
    package var libraryName: String
    package var clientAddress: String
    package var isEncrypted: Bool

    package init(
        user: String, password: String, database: String = "", hostName: String = "", programName: String = "", libraryName: String = "",
        clientAddress: String = "127.0.0.1", isEncrypted: Bool = false
    ) {
        self.user = user
        self.password = password
        self.database = database
        self.hostName = hostName
        self.programName = programName
        self.libraryName = libraryName
        self.clientAddress = clientAddress
        self.isEncrypted = isEncrypted
    }
}

/// The answer to a login.
package enum LoginOutcome: Sendable {
    /// What the server announces: the database, the language, the packet is the wire's; the messages are 5701 and 5703.
    case accepted(database: String, language: String, messages: [SQLServerMessage])
    /// In the order in which SQL Server sends them; the connection is closed after them.
    case failed([SQLServerMessage])
}
