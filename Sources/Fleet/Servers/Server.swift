package import Engines
package import Foundation
package import Postgres
package import Primitives

/// A database server that a tenant watches: how to reach it, and what it last said of itself.
package struct Server: Sendable, Equatable {
    package typealias ID = Primitives.ID<Server>

    package var id: ID
    package var configuration: ServerConfiguration
    /// AES-256-GCM, for `Server.passwordContext`; nil: no password.
    package var sealedPassword: Bytes?
    /// Grows with every change of configuration, never with live values: the ETag.
    package var revision: Int64
    package var facts: ServerFacts
    package var createdAt: Date
    package var updatedAt: Date

    package init(
        id: ID, configuration: ServerConfiguration, sealedPassword: Bytes?, revision: Int64, facts: ServerFacts, createdAt: Date,
        updatedAt: Date
    ) {
        self.id = id
        self.configuration = configuration
        self.sealedPassword = sealedPassword
        self.revision = revision
        self.facts = facts
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// What a sealed password is bound to besides its tenant, so that it cannot be moved to another server.
    package static func passwordContext(_ id: ID) -> String { "server \(id) password" }
}

/// What a server said of itself at its last test or collection.
package struct ServerFacts: Sendable, Equatable {
    /// Such as "SQL Server 2019".
    package var version: String?
    /// The exact build.
    package var productVersion: String?
    package var edition: String?
    package init(version: String? = nil, productVersion: String? = nil, edition: String? = nil) {
        self.version = version
        self.productVersion = productVersion
        self.edition = edition
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
    package var username: String?
    package var encrypt: Bool
    package var trustServerCertificate: Bool

    package init(
        name: String, engine: EngineKind = .sqlserver, hostname: String, port: Int? = nil, instanceName: String? = nil,
        database: String? = nil,
        authType: TargetAuthentication = .sql, username: String? = nil, encrypt: Bool = true, trustServerCertificate: Bool = false
    ) {
        self.name = name
        self.engine = engine
        self.hostname = hostname
        self.port = port ?? engine.defaultPort
        self.instanceName = instanceName
        self.database = database
        self.authType = authType
        self.username = username
        self.encrypt = encrypt
        self.trustServerCertificate = trustServerCertificate
    }

    /// What a driver needs to connect.
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
            "username": JSONValue(username), "encrypt": .bool(encrypt), "trustServerCertificate": .bool(trustServerCertificate),
        ]
    }
}
