/// How the login is checked.
package enum TargetAuthentication: String, Codable, CaseIterable, Sendable, Hashable {
    /// A login and password of the database server.
    case sql
    /// Kerberos, with the ticket of the account that runs DbTools (SQL Server only).
    case windows
}

/// A database server to reach, with what is needed to sign in.
package struct Target: Sendable, Codable, Hashable {
    package var engine: EngineKind
    /// A DNS name or an IP address, without port.
    package var hostname: String
    package var port: Int
    /// SQL Server's named instance; its port is asked of SQL Browser (UDP 1434) when `port` is 1433.
    package var instanceName: String?
    /// The database to open; nil: the engine's usual one (master, postgres, none).
    package var database: String?
    package var authType: TargetAuthentication
    package var username: String?
    package var password: String?
    /// Whether the connection must be encrypted.
    package var encrypt: Bool
    /// Whether a certificate that does not verify is taken: encrypted, but not proof against a man in the middle.
    package var trustServerCertificate: Bool
    /// The database in which the monitoring objects are deployed: collections call them there. Nil: they ask directly.
    package var objectsDatabase: String?
    /// Their version, as it was read back; only procedures of our own version are called for the collectors.
    package var objectsVersion: Int?

    package init(
        engine: EngineKind, hostname: String, port: Int? = nil, instanceName: String? = nil, database: String? = nil,
        authType: TargetAuthentication = .sql, username: String? = nil, password: String? = nil, encrypt: Bool = true,
        trustServerCertificate: Bool = false
    ) {
        self.engine = engine
        self.hostname = hostname
        self.port = port ?? engine.defaultPort
        self.instanceName = instanceName
        self.database = database
        self.authType = authType
        self.username = username
        self.password = password
        self.encrypt = encrypt
        self.trustServerCertificate = trustServerCertificate
    }
}
