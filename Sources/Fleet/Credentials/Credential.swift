package import Engines
package import Foundation
package import Platform
package import Postgres
package import Primitives

/// A login that many servers of one kind share, kept and rotated in one place.
package struct Credential: Sendable, Equatable {
    package typealias ID = Primitives.ID<Credential>
    package static let nameLengths = 1...100

    /// Engine and kind of sign-in stay as they were made: servers refer to it by them.
    package var login: CredentialLogin
    package var revision: Int64
    /// Servers that sign in with it, without deleted ones.
    package var serverCount: Int
    /// When its secret was last stored.
    package var rotatedAt: Date?
    package var createdAt: Date
    package var updatedAt: Date

    package var id: ID { login.id }

    /// What a sealed password is bound to besides its tenant, so that it cannot be moved to another profile.
    package static func passwordContext(_ id: ID) -> String { "credential \(id) password" }

    /// For the activity log: every field by its name in the API; the password apart.
    var audit: [String: JSONValue] {
        [
            "name": .string(login.name), "engine": .string(login.engine.rawValue), "authType": .string(login.authType.rawValue),
            "username": JSONValue(login.username),
        ]
    }
}

/// What a server takes of a profile to sign in.
package struct CredentialLogin: Sendable, Equatable {
    package var id: Credential.ID
    /// Unique within a tenant, without regard to case.
    package var name: String
    package var engine: EngineKind
    package var authType: TargetAuthentication
    package var username: String?
    /// AES-256-GCM, for `Credential.passwordContext`; nil: no password.
    package var sealedPassword: Bytes?

    /// The password in plain text. Throws `SecretError`.
    package func password(secrets: SecretBox, tenant: Tenant.ID) throws -> String? {
        try sealedPassword.map { try secrets.open($0.bytes, for: tenant, context: Credential.passwordContext(id)) }
    }
}
