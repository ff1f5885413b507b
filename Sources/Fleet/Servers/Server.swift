package import Engines
package import Foundation
package import Platform
package import Postgres
package import Primitives

/// A database server that a tenant watches: how to reach it, and what it last said of itself.
package struct Server: Sendable, Equatable {
    package typealias ID = Primitives.ID<Server>

    package var id: ID
    package var configuration: ServerConfiguration
    /// AES-256-GCM, for `Server.passwordContext`; nil: no password of its own.
    package var sealedPassword: Bytes?
    /// The profile that `configuration.credentialID` names, as it was read with the server.
    package var credential: CredentialLogin?
    /// Grows with every change of configuration, never with live values: the ETag.
    package var revision: Int64
    package var facts: ServerFacts
    package var createdAt: Date
    package var updatedAt: Date

    package init(
        id: ID, configuration: ServerConfiguration, sealedPassword: Bytes?, credential: CredentialLogin? = nil, revision: Int64,
        facts: ServerFacts, createdAt: Date, updatedAt: Date
    ) {
        self.id = id
        self.configuration = configuration
        self.sealedPassword = sealedPassword
        self.credential = credential
        self.revision = revision
        self.facts = facts
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// What a sealed password is bound to besides its tenant, so that it cannot be moved to another server.
    package static func passwordContext(_ id: ID) -> String { "server \(id) password" }

    /// What a driver needs to sign in: with the server's own login, or its profile's. Throws `SecretError`.
    package func target(secrets: SecretBox, tenant: Tenant.ID) throws -> Target {
        guard let credential else {
            let password = try sealedPassword.map { try secrets.open($0.bytes, for: tenant, context: Self.passwordContext(id)) }
            return configuration.target(password: password)
        }
        var target = configuration.target(password: try credential.password(secrets: secrets, tenant: tenant))
        target.username = credential.username
        target.authType = credential.authType
        return target
    }
}

/// What a server said of itself at its last test or collection.
package struct ServerFacts: Sendable, Equatable {
    /// Such as "SQL Server 2019".
    package var version: String?
    /// The exact build.
    package var productVersion: String?
    package var edition: String?
    /// As the server calls itself, such as `@@SERVERNAME`.
    package var serverName: String?
    /// When the server process started. With `serverName` it tells one instance from another.
    package var startedAt: Date?
    package init(
        version: String? = nil, productVersion: String? = nil, edition: String? = nil, serverName: String? = nil, startedAt: Date? = nil
    ) {
        self.version = version
        self.productVersion = productVersion
        self.edition = edition
        self.serverName = serverName
        self.startedAt = startedAt
    }

    /// Whether `other` is no news: starts that are computed from an uptime in whole seconds differ by a second or two.
    package func says(_ other: ServerFacts) -> Bool {
        var other = other
        if let startedAt, let start = other.startedAt, abs(startedAt.timeIntervalSince(start)) < 2 { other.startedAt = startedAt }
        return self == other
    }
}

/// What people configure of a server; the password apart.
package struct ServerConfiguration: Sendable, Equatable {
    package static let nameLengths = 1...100
    package static let databaseLengths = 0...128
    package static let usernameLengths = 0...128
    package static let passwordLengths = 0...200
    package static let groupCountMax = 100
    package static let labelCountMax = 100

    /// Shown to people; unique within a tenant, without regard to case.
    package var name: String
    package var engine: EngineKind
    package var hostname: String
    package var port: Int
    package var instanceName: String?
    package var database: String?
    package var authType: TargetAuthentication
    /// Nil with a credential profile, which has its own.
    package var username: String?
    /// The profile that it signs in with, instead of a user and password of its own.
    package var credentialID: Credential.ID?
    package var encrypt: Bool
    package var trustServerCertificate: Bool

    package init(
        name: String, engine: EngineKind = .sqlserver, hostname: String, port: Int? = nil, instanceName: String? = nil,
        database: String? = nil,
        authType: TargetAuthentication = .sql, username: String? = nil, credentialID: Credential.ID? = nil, encrypt: Bool = true,
        trustServerCertificate: Bool = false
    ) {
        self.name = name
        self.engine = engine
        self.hostname = hostname
        self.port = port ?? engine.defaultPort
        self.instanceName = instanceName
        self.database = database
        self.authType = authType
        self.username = username
        self.credentialID = credentialID
        self.encrypt = encrypt
        self.trustServerCertificate = trustServerCertificate
    }

    /// What a driver needs to connect, without a profile's login: see `Server.target`.
    package func target(password: String?) -> Target {
        Target(
            engine: engine, hostname: hostname, port: port, instanceName: instanceName, database: database, authType: authType,
            username: username,
            password: password, encrypt: encrypt, trustServerCertificate: trustServerCertificate)
    }

    /// Whether a connection made with `other` would be another one.
    package func connectsDifferently(from other: ServerConfiguration) -> Bool {
        var renamed = other
        renamed.name = name
        return self != renamed
    }

    /// For the activity log: every field by its name in the API.
    package var audit: [String: JSONValue] {
        [
            "name": .string(name), "engine": .string(engine.rawValue), "hostname": .string(hostname), "port": .int(Int64(port)),
            "instanceName": JSONValue(instanceName), "database": JSONValue(database), "authType": .string(authType.rawValue),
            "username": JSONValue(username),
            "credentialId": JSONValue(credentialID?.description), "encrypt": .bool(encrypt), "trustServerCertificate": .bool(trustServerCertificate),
        ]
    }
}
