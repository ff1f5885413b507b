import Foundation
import Primitives

/// The super admins of the installation, as they see and change each other.
struct Administrators: Sendable {
    let directory: UserDirectory
    private var system: SystemDatabase { directory.system }

    func list() async throws -> [User] { try await system.read { try User.superAdmins(on: $0) } }

    /// Makes somebody a super admin: a new account with a one-time link, or, if the address has one, that one as it is. Throws `.conflict`
    /// for one who is.
    func add(email: String, name: String, by caller: Caller) async throws -> (User, OneTimeLink?) {
        let email = User.normalized(email: email)
        let added = try await system.transaction { session in
            let known = try User.find(email: email, on: session)
            if let known, known.isSuperAdmin {
                throw AppError(
                    .conflict, "This user is a super admin already", details: [.init(field: "email", reason: "is a super admin already")])
            }
            let id = known?.id ?? User.ID()
            if known == nil { try User.insert(id, email: email, name: name, passwordHash: nil, isSuperAdmin: true, on: session) }
            try User.setSuperAdmin(id, on: session)
            let link = known?.hasPassword == true ? nil : try UserDirectory.makeLink(for: id, by: caller, on: session)
            try session.record(Self.activity("super_admin_added", id, email, caller, ["link": link == nil ? .null : "made"]))
            guard let user = try User.find(id, on: session) else { throw AppError(.internalError, "The user was added but cannot be read") }
            return (user, link)
        }
        directory.callers?.forget(user: added.0.id)
        return added
    }

    /// Takes the rights away; an account that belongs to no tenant is deleted. Throws `.notFound`, `.conflict` for oneself and for the last
    /// one who can sign in.
    func remove(_ id: User.ID, by caller: Caller) async throws {
        try await system.transaction { session in
            let others = try User.otherSuperAdminCount(besides: id, on: session)
            let user = try User.lock(id, on: session)
            guard user.isSuperAdmin else { throw AppError.notFound("Super admin") }
            guard id != caller.userID else { throw AppError(.conflict, "You cannot take your own rights away; ask another super admin") }
            guard others > 0 else { throw AppError(.conflict, "This is the last super admin who can sign in") }
            try User.setSuperAdmin(id, to: false, on: session)
            if user.memberships.isEmpty { try User.delete(id, on: session) }
            try session.record(Self.activity("super_admin_removed", id, user.email, caller, [:]))
        }
        directory.callers?.forget(user: id)
    }

    /// A one-time link for a super admin to choose a (new) password; earlier links are void. Throws `.notFound`.
    func makeLink(for id: User.ID, by caller: Caller) async throws -> OneTimeLink {
        try await system.transaction { session in
            let user = try User.lock(id, on: session)
            guard user.isSuperAdmin else { throw AppError.notFound("Super admin") }
            try session.record(Self.activity("user_link_made", id, user.email, caller, [:]))
            return try UserDirectory.makeLink(for: id, by: caller, on: session)
        }
    }

    /// Makes that link void. Throws `.notFound`.
    func revokeLink(of id: User.ID, by caller: Caller) async throws {
        try await system.transaction { session in
            let user = try User.lock(id, on: session)
            guard user.isSuperAdmin else { throw AppError.notFound("Super admin") }
            guard try User.revokeSetupTokens(of: id, on: session) > 0 else { return }
            try session.record(Self.activity("user_link_revoked", id, user.email, caller, [:]))
        }
    }

    private static func activity(_ action: String, _ id: User.ID, _ email: String, _ caller: Caller, _ details: JSONValue) -> Activity {
        Activity(action, entityType: "user", entityID: id.uuid, entityName: email, actor: caller.actor, details: details)
    }
}
