package import Foundation

/// The kinds of failure that a connection test tells apart.
package enum ProbeErrorCode: String, Codable, CaseIterable, Sendable, Hashable {
    /// Nothing answered in time, or the server answered and then fell silent.
    case timeout = "TIMEOUT"
    /// The name is unknown, the port is closed, or there is no route.
    case unreachable = "UNREACHABLE"
    /// Wrong user or password, a disabled or locked login, or no right to connect.
    case authFailed = "AUTH_FAILED"
    /// The certificate does not verify, or one side requires encryption that the other does not offer.
    case tlsFailed = "TLS_FAILED"
    /// Older than DbTools supports.
    case unsupportedVersion = "UNSUPPORTED_VERSION"
    /// The database does not exist, or the login may not open it.
    case databaseNotFound = "DATABASE_NOT_FOUND"
    /// Signed in, but a right is missing without which nothing can be read; `permissions` says which, and the statement that grants it.
    case noPermissions = "NO_PERMISSIONS"
    /// Something answered that is not a server of this kind.
    case protocolError = "PROTOCOL_ERROR"
    /// The outbound allow-list of this installation refuses the address.
    case notAllowed = "NOT_ALLOWED"
    /// The driver is missing, crashed, or failed in a way that it did not explain.
    case driverFailed = "DRIVER_FAILED"
}

/// A right that DbTools wants on the target, whether it is there, and the statement that mends it.
package struct PermissionCheck: Codable, Sendable, Hashable {
    /// The right's own name, such as `VIEW SERVER STATE`.
    package let name: String
    package let granted: Bool
    /// What does not work without it, as a phrase.
    package let neededFor: String
    /// The exact statement that grants it to the login; nil when it is granted.
    package let grantStatement: String?

    package init(name: String, granted: Bool, neededFor: String, grantStatement: String?) {
        self.name = name
        self.granted = granted
        self.neededFor = neededFor
        self.grantStatement = granted ? nil : grantStatement
    }
}

/// What a connection test found. `success` means: connected, version and permissions read back, and the core readings can be had.
/// Rights that are merely useful may be missing: see `permissions`.
package struct ProbeResult: Codable, Sendable, Hashable {
    package var success: Bool
    /// One sentence that says what was found, and on failure what to do next.
    package var message: String
    package var errorCode: ProbeErrorCode?
    package var engine: EngineKind
    /// The product's everyday name, such as `SQL Server 2019`, `PostgreSQL 15`, `MariaDB 10.11`.
    package var version: String?
    /// The exact build, such as `15.0.4375.4`.
    package var productVersion: String?
    package var edition: String?
    /// From the first packet to the end of signing in, in milliseconds.
    package var latencyMs: Int
    /// Whether this connection was encrypted, read back from the server; nil when the server did not say.
    package var encrypted: Bool?
    package var permissions: [PermissionCheck]
    package var serverName: String?
    package var startedAt: Date?
    /// Whether the login may install the monitoring objects in their usual place; nil when the server did not say.
    package var mayDeploy: Bool?

    package init(
        success: Bool, message: String, errorCode: ProbeErrorCode? = nil, engine: EngineKind, version: String? = nil,
        productVersion: String? = nil,
        edition: String? = nil, latencyMs: Int = 0, encrypted: Bool? = nil, permissions: [PermissionCheck] = [], serverName: String? = nil,
        startedAt: Date? = nil, mayDeploy: Bool? = nil
    ) {
        self.success = success
        self.message = message
        self.errorCode = errorCode
        self.engine = engine
        self.version = version
        self.productVersion = productVersion
        self.edition = edition
        self.latencyMs = latencyMs
        self.encrypted = encrypted
        self.permissions = permissions
        self.serverName = serverName
        self.startedAt = startedAt
        self.mayDeploy = mayDeploy
    }

    /// All missing grants in one script, for an administrator of the server; nil when none is missing.
    package var grantScript: String? {
        let missing = permissions.filter { !$0.granted && $0.grantStatement != nil }
        guard !missing.isEmpty else { return nil }
        let statements = missing.map { "-- \($0.name): \($0.neededFor)\n\($0.grantStatement ?? "")" }
        return "-- Run as an administrator of this server. It grants what DbTools lacks there, and nothing else.\n"
            + statements.joined(separator: "\n") + "\n"
    }

    /// A failed test.
    package static func failure(_ error: EngineError, engine: EngineKind, latencyMs: Int = 0) -> ProbeResult {
        ProbeResult(success: false, message: error.message, errorCode: error.code, engine: engine, latencyMs: latencyMs)
    }
}
