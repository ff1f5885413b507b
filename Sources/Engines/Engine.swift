/// The kinds of database servers that DbTools monitors. `mysql` means MySQL 8 and MariaDB.
package enum EngineKind: String, Codable, CaseIterable, Sendable, Hashable {
    case sqlserver, postgresql, mysql

    /// The TCP port of a fresh installation.
    package var defaultPort: Int {
        switch self {
        case .sqlserver: 1433
        case .postgresql: 5432
        case .mysql: 3306
        }
    }

    /// The name on screens and in messages.
    package var displayName: String {
        switch self {
        case .sqlserver: "SQL Server"
        case .postgresql: "PostgreSQL"
        case .mysql: "MySQL or MariaDB"
        }
    }
}

/// The seam: one implementation per kind of server. Calls block; run them in `TargetLanes` or in a child process, never on Swift's pool.
package protocol Engine: Sendable {
    /// Connects, reads version and permissions back, disconnects. Answers within `deadlineSeconds` as far as the driver obeys it.
    func probe(_ target: Target, deadlineSeconds: Double) -> ProbeResult
    /// Connects, reads what databases there are, disconnects. Throws within `deadlineSeconds` as far as the driver obeys it.
    func databases(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> [DatabaseInfo]
    /// Opens a connection for collecting. Throws within `deadlineSeconds` as far as the driver obeys it.
    func connect(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> any EngineConnection
    /// Opens a connection for tenants' own statements, the longest of which may take `timeoutSeconds`. Throws within `deadlineSeconds` as
    /// far as the driver obeys it.
    func openForQueries(_ target: Target, timeoutSeconds: Int, deadlineSeconds: Double) throws(EngineError) -> any QueryConnection
    /// Deploys, checks or removes the monitoring objects, on connections of its own. Says success only after reading back.
    func deploy(_ target: Target, _ order: DeployOrder, deadlineSeconds: Double) -> DeployResult
}

/// An open connection to a target: blocking, and used by one thread at a time. After a thrown error it is to be closed.
package protocol EngineConnection: AnyObject {
    /// Reads the core metrics in one round trip; cut off after `deadlineSeconds`.
    func collect(deadlineSeconds: Double) throws(EngineError) -> Reading
    /// Reads the core metrics and what `collectors` ask for, in one round trip where that goes well; the answers are nil where it did not,
    /// and the collectors are to be run by themselves.
    func collect(
        with collectors: [CollectorDefinition], deadlineSeconds: Double
    ) throws(EngineError) -> (reading: Reading, answers: CollectorAnswers?)
    /// Reads what `collectors` ask for, in one round trip; cut off after `deadlineSeconds`. The trouble of one is its own: what is thrown
    /// is the connection's.
    func run(_ collectors: [CollectorDefinition], deadlineSeconds: Double) throws(EngineError) -> CollectorAnswers
    /// Reads texts and plans that rows of collectors name (`QueryReference.batch`), in one round trip; what the server has forgotten
    /// is left out. Where it refuses, `problem` has its words as a sentence, and it is not asked again on this connection.
    func details(of wanted: [QueryReference], deadlineSeconds: Double) throws(EngineError) -> (found: [QueryDetail], problem: String?)
    /// Closes the connection. Calling it again does nothing.
    func close()
}

extension EngineConnection {
    package func collect(
        with collectors: [CollectorDefinition], deadlineSeconds: Double
    ) throws(EngineError) -> (reading: Reading, answers: CollectorAnswers?) {
        (try collect(deadlineSeconds: deadlineSeconds), nil)
    }

    /// Rows of most engines bring texts themselves and name none.
    package func details(
        of wanted: [QueryReference], deadlineSeconds: Double
    ) throws(EngineError) -> (found: [QueryDetail], problem: String?) { ([], nil) }
}

/// Why a target could not be reached or read.
package struct EngineError: Error, Sendable, Equatable {
    /// What kind of failure, as connection tests name it.
    package let code: ProbeErrorCode
    /// A sentence for the DBA that says what to do next; without passwords.
    package let message: String
    /// Whether a missing grant is the cause: a state of its own, retried rarely.
    package let isPermission: Bool

    package init(_ code: ProbeErrorCode, _ message: String, isPermission: Bool = false) {
        self.code = code
        self.message = message
        self.isPermission = isPermission
    }
}
