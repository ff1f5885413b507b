import Foundation
import Primitives

/// Accounts and roles: for the routes, and for whoever runs the installation.
package struct UserDirectory: Sendable {
    /// How long a one-time link is good.
    package static let setupHours = 72

    let system: SystemDatabase
    let hasher: PasswordHasher
    /// Forgets a changed user at once in this process; nil on the command line.
    let callers: CallerDirectory?

    package init(system: SystemDatabase, hasher: PasswordHasher = PasswordHasher()) {
        self.init(system: system, hasher: hasher, callers: nil)
    }

    init(system: SystemDatabase, hasher: PasswordHasher, callers: CallerDirectory?) {
        self.system = system
        self.hasher = hasher
        self.callers = callers
    }

    // MARK: For whoever runs the installation

    /// What `ensureFirstAdmin` found or did.
    package enum FirstAdmin: Sendable, Equatable {
        /// There is a super admin who can sign in.
        case exists
        /// Made, with the password given.
        case created
        /// Made or found without a password: the token of a one-time link to `/setup?token=...`.
        case needsSetup(token: String)
    }

    /// Makes sure that somebody can administer the installation. Safe to call at every start; an existing admin's password is left alone.
    ///
    /// - Parameter password: nil makes a one-time link instead.
    package func ensureFirstAdmin(email: String, password: String?) async throws -> FirstAdmin {
        if try await system.read({ try User.hasSuperAdmin(on: $0) }) { return .exists }
        let email = try checked(email: email)
        let hash: String? = if let password { try await hashed(password) } else { nil }
        let token = OpaqueToken()
        return try await system.transaction { session in
            let id: User.ID
            if let known = try User.find(email: email, on: session) {
                id = known.id
                try User.setSuperAdmin(id, on: session)
                try User.setDisabled(false, of: id, on: session)
                if let hash { try User.setPasswordHash(hash, of: id, on: session) }
            } else {
                id = User.ID()
                try User.insert(id, email: email, name: "Administrator", passwordHash: hash, isSuperAdmin: true, on: session)
                try session.record(Activity("user_created", entityType: "user", entityID: id.uuid, entityName: email, actor: .system))
            }
            if hash != nil { return .created }
            try User.insertSetupToken(token.hash, of: id, hours: Self.setupHours, on: session)
            return .needsSetup(token: token.text)
        }
    }

    /// Creates an account. Without a password it needs a one-time link. Throws `.validationError`, `.conflict`.
    package func create(
        email: String, name: String, password: String?, isSuperAdmin: Bool = false, role: Role? = nil, in tenant: Tenant? = nil,
        by actor: Actor
    ) async throws -> User {
        let email = try checked(email: email)
        let hash: String? = if let password { try await hashed(password) } else { nil }
        return try await system.transaction { session in
            let id = User.ID()
            try User.insert(id, email: email, name: name, passwordHash: hash, isSuperAdmin: isSuperAdmin, on: session)
            if let role, let tenant { try User.setRole(role, of: id, in: tenant.id, on: session) }
            try session.record(
                Activity(
                    "user_created", entityType: "user", entityID: id.uuid, entityName: email, actor: actor,
                    details: ["isSuperAdmin": .bool(isSuperAdmin), "tenant": JSONValue(tenant?.slug), "role": JSONValue(role?.rawValue)]))
            guard let user = try User.find(id, on: session) else {
                throw AppError(.internalError, "The user was created but cannot be read")
            }
            return user
        }
    }

    package func list() async throws -> [User] { try await system.read { try User.all(on: $0) } }

    package func find(email: String) async throws -> User? {
        let email = User.normalized(email: email)
        return try await system.read { try User.find(email: email, on: $0) }
    }

    /// Sets a password and ends all sign-ins of that user. Throws `.notFound`, `.validationError`.
    package func setPassword(email: String, password: String, by actor: Actor) async throws {
        let hash = try await hashed(password)
        guard let user = try await find(email: email) else { throw AppError.notFound("User \(email)") }
        try await system.transaction { session in
            try User.setPasswordHash(hash, of: user.id, on: session)
            try Session.revokeAll(of: user.id, for: .passwordChanged, on: session)
            try session.record(
                Activity("password_changed", entityType: "user", entityID: user.id.uuid, entityName: user.email, actor: actor))
        }
        callers?.forget(user: user.id)
    }

    /// Gives an existing user a role in a tenant. Throws `.notFound`.
    package func setRole(_ role: Role, email: String, in tenant: Tenant, by actor: Actor) async throws {
        guard let user = try await find(email: email) else { throw AppError.notFound("User \(email)") }
        try await system.transaction { session in
            try User.setRole(role, of: user.id, in: tenant.id, on: session)
            try session.record(
                Activity(
                    "user_updated", entityType: "user", entityID: user.id.uuid, entityName: user.email, actor: actor,
                    details: ["tenant": .string(tenant.slug), "role": .string(role.rawValue)]))
        }
        callers?.forget(user: user.id)
    }

    /// The token of a new one-time link for that user; earlier links are void. Throws `.notFound`.
    package func makeSetupToken(email: String, by actor: Actor = .commandLine) async throws -> String {
        guard let user = try await find(email: email) else { throw AppError.notFound("User \(email)") }
        let token = OpaqueToken()
        try await system.transaction { session in
            try User.insertSetupToken(token.hash, of: user.id, hours: Self.setupHours, on: session)
            try session.record(Activity("user_link_made", entityType: "user", entityID: user.id.uuid, entityName: user.email, actor: actor))
        }
        return token.text
    }

    /// A new one-time link, in the caller's transaction; earlier links are void.
    static func makeLink(for id: User.ID, by caller: Caller, on session: SystemSession) throws -> OneTimeLink {
        let token = OpaqueToken()
        let expiresAt = try User.insertSetupToken(token.hash, of: id, hours: setupHours, by: caller.userID.uuid, on: session)
        return OneTimeLink(token: token.text, expiresAt: expiresAt)
    }

    private func checked(email: String) throws -> String {
        guard User.isAddress(email), User.emailLength.contains(email.unicodeScalars.count), !email.utf8.contains(0) else {
            throw AppError.validation(field: "email", reason: "must be an e-mail address")
        }
        return User.normalized(email: email)
    }

    private func hashed(_ password: String) async throws -> String {
        guard User.operatorPasswordLength.contains(password.unicodeScalars.count) else {
            throw AppError.validation(
                field: "password",
                reason: "must have \(User.operatorPasswordLength.lowerBound) to \(User.operatorPasswordLength.upperBound) characters")
        }
        return try await hasher.hash(password)
    }
}
