/// One simulated SQL Server: its configuration, the load it pretends to have, and its sessions.
/// Nothing runs in it: every value is computed when it is read, so that an idle instance costs only its memory.
package final class SimulatedInstance: Sendable {
    package let config: InstanceConfig
    let clock: SimulatorClock

    package init(config: InstanceConfig, clock: SimulatorClock = .system) {
        self.config = config
        self.clock = clock
    }

    /// How the server behaves before any statement: the wire refuses, swallows or delays by it.
    package var behaviour: InstanceBehaviour { InstanceBehaviour(state: .online, latencyMs: 0) }

    /// Takes what the control address was told; all of it, or nothing.
    package func apply(_ change: InstanceChange) throws(InstanceChangeError) {}

    /// The instance as JSON for `GET /instances/{n}`.
    package func snapshotJSON() -> [UInt8] { [] }

    /// Checks a login as SQL Server does: 18456 for a wrong name or password, 4060 for a database that it cannot open.
    package func authenticate(_ request: LoginRequest) -> LoginOutcome { .failed([]) }

    /// A session for a login that was let in. The wire closes it when the connection ends.
    package func makeSession(_ login: LoginRequest) -> SimulatedSession { SimulatedSession(instance: self) }
}

/// How an instance treats connections.
package struct InstanceBehaviour: Sendable, Hashable {
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
