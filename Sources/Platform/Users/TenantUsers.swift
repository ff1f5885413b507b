import Foundation
import Primitives

/// The users of one tenant, as its admins see and change them.
///
/// An account may belong to several tenants. An admin of one rules over the role in that one; over the account itself (name, password,
/// right to sign in)
/// only when it belongs to nobody else: otherwise the admin of A could take over a user of B.
struct TenantUsers: Sendable {
    let directory: UserDirectory
    let tenants: TenantDatabases
    private var system: SystemDatabase { directory.system }

    struct Change: Sendable {
        var name: String?
        var role: Role?
        var isDisabled: Bool?
        var password: String?
        var touchesAccount: Bool { name != nil || isDisabled != nil || password != nil }
    }

    func list(in tenant: Tenant, search: String?, after: String?, limit: Int) async throws -> (users: [User], total: Int) {
        try await system.read { session in
            (
                try User.list(in: tenant.id, search: search, after: after, limit: limit, on: session),
                try User.count(in: tenant.id, search: search, on: session)
            )
        }
    }

    func find(_ id: User.ID, in tenant: Tenant) async throws -> User {
        guard let user = try await system.read({ try User.find(id, on: $0) }), user.isMember(of: tenant) else {
            throw AppError.notFound("User")
        }
        return user
    }

    /// Adds somebody to the tenant: with a new account, or, if the address has one, with that one as it is. A new account without a
    /// password comes with a one-time link. Throws `.conflict` for a member.
    func add(email: String, name: String, role: Role, password: String?, to tenant: Tenant, by caller: Caller) async throws -> (
        User, OneTimeLink?
    ) {
        let email = User.normalized(email: email)
        let hash: String? = if let password { try await directory.hasher.hash(password) } else { nil }
        let added = try await system.transaction { session in
            let known = try User.find(email: email, on: session)
            if let known, known.isMember(of: tenant) {
                throw AppError(
                    .conflict, "This user belongs to the tenant already",
                    details: [.init(field: "email", reason: "belongs to the tenant already")])
            }
            let id = known?.id ?? User.ID()
            if known == nil { try User.insert(id, email: email, name: name, passwordHash: hash, isSuperAdmin: false, on: session) }
            try User.setRole(role, of: id, in: tenant.id, on: session)
            let link = known == nil && hash == nil ? try UserDirectory.makeLink(for: id, by: caller, on: session) : nil
            let details: JSONValue = ["tenant": .string(tenant.slug), "role": .string(role.rawValue), "link": link == nil ? .null : "made"]
            try session.record(Self.activity("user_added", id, email, caller, details))
            guard let user = try User.find(id, on: session) else { throw AppError(.internalError, "The user was added but cannot be read") }
            return (user, link)
        }
        directory.callers?.forget(user: added.0.id)
        await note(Self.activity("user_added", added.0.id, email, caller, ["role": .string(role.rawValue)]), in: tenant)
        return added
    }

    /// Makes a one-time link with which the person chooses a new password; earlier links are void, the old password stays until then.
    /// Throws `.notFound`, `.forbidden` for accounts that belong to others too, `.conflict` for a disabled one.
    func makeLink(for id: User.ID, in tenant: Tenant, by caller: Caller) async throws -> OneTimeLink {
        let (email, link) = try await system.transaction { session in
            let user = try User.lock(id, on: session)
            try Self.checkAccount(user, in: tenant, by: caller)
            if user.isDisabled { throw AppError(.conflict, "This user is disabled; enable it first") }
            let link = try UserDirectory.makeLink(for: id, by: caller, on: session)
            try session.record(Self.activity("user_link_made", id, user.email, caller, ["tenant": .string(tenant.slug)]))
            return (user.email, link)
        }
        await note(Self.activity("user_link_made", id, email, caller, [:]), in: tenant)
        return link
    }

    /// Makes the person's one-time link void; there being none is fine. Throws `.notFound`, `.forbidden`.
    func revokeLink(of id: User.ID, in tenant: Tenant, by caller: Caller) async throws {
        let email = try await system.transaction { session in
            let user = try User.lock(id, on: session)
            try Self.checkAccount(user, in: tenant, by: caller)
            guard try User.revokeSetupTokens(of: id, on: session) > 0 else { return String?.none }
            try session.record(Self.activity("user_link_revoked", id, user.email, caller, ["tenant": .string(tenant.slug)]))
            return user.email
        }
        if let email { await note(Self.activity("user_link_revoked", id, email, caller, [:]), in: tenant) }
    }

    /// Throws `.notFound`, `.forbidden` for accounts that belong to others too, `.conflict` for one's own role and the last admin's.
    func change(_ id: User.ID, _ change: Change, in tenant: Tenant, by caller: Caller) async throws -> User {
        let hash: String? = if let password = change.password { try await directory.hasher.hash(password) } else { nil }
        let (user, told) = try await system.transaction { session in
            let user = try User.lock(id, on: session)
            try Self.check(user, change, in: tenant, by: caller)
            let staysAdmin = (change.role ?? .tenantAdmin) == .tenantAdmin && change.isDisabled != true
            if !staysAdmin { try Self.checkNotLastAdmin(user, of: tenant, on: session) }
            if let name = change.name { try User.setName(name, of: id, on: session) }
            if let role = change.role { try User.setRole(role, of: id, in: tenant.id, on: session) }
            if let isDisabled = change.isDisabled { try User.setDisabled(isDisabled, of: id, on: session) }
            if change.isDisabled == true { try Session.revokeAll(of: id, for: .disabled, on: session) }
            if let hash {
                try User.setPasswordHash(hash, of: id, on: session)
                try Session.revokeAll(of: id, for: .passwordChanged, on: session)
            }
            let told = Self.details(of: change, to: user, in: tenant)
            try session.record(Self.activity("user_updated", id, user.email, caller, told))
            return (try User.lock(id, on: session), told)
        }
        directory.callers?.forget(user: id)
        await note(Self.activity("user_updated", id, user.email, caller, told), in: tenant)
        return user
    }

    /// Takes the user out of the tenant; an account without any tenant left is deleted. Throws `.notFound`, `.conflict` for oneself.
    func remove(_ id: User.ID, from tenant: Tenant, by caller: Caller) async throws {
        let email = try await system.transaction { session in
            let user = try User.lock(id, on: session)
            guard user.isMember(of: tenant) else { throw AppError.notFound("User") }
            guard id != caller.userID else { throw AppError(.conflict, "You cannot take yourself out of the tenant; ask another admin") }
            try Self.checkNotLastAdmin(user, of: tenant, on: session)
            try User.removeMembership(of: id, in: tenant.id, on: session)
            if user.belongsOnly(to: tenant) { try User.delete(id, on: session) }
            try session.record(Self.activity("user_removed", id, user.email, caller, ["tenant": .string(tenant.slug)]))
            return user.email
        }
        directory.callers?.forget(user: id)
        await note(Self.activity("user_removed", id, email, caller, [:]), in: tenant)
    }

    private static func check(_ user: User, _ change: Change, in tenant: Tenant, by caller: Caller) throws {
        guard user.isMember(of: tenant) else { throw AppError.notFound("User") }
        if change.touchesAccount { try checkAccount(user, in: tenant, by: caller) }
        if user.id == caller.userID, change.role != nil || change.isDisabled == true {
            throw AppError(.conflict, "You cannot change your own role or disable yourself; ask another admin")
        }
    }

    /// Whether the caller rules over the account itself.
    private static func checkAccount(_ user: User, in tenant: Tenant, by caller: Caller) throws {
        guard user.isMember(of: tenant) else { throw AppError.notFound("User") }
        if !caller.isSuperAdmin, !user.belongsOnly(to: tenant) {
            throw AppError(.forbidden, "This account belongs to others too: only its role here can be changed")
        }
    }

    /// A tenant without an admin could not be managed by its own people any more.
    private static func checkNotLastAdmin(_ user: User, of tenant: Tenant, on session: SystemSession) throws {
        guard user.memberships.first(where: { $0.tenantID == tenant.id })?.role == .tenantAdmin, !user.isDisabled else { return }
        guard try User.otherAdminCount(besides: user.id, in: tenant.id, on: session) > 0 else {
            throw AppError(.conflict, "This is the tenant's last admin; make somebody else an admin first")
        }
    }

    /// What a change did, before and after; a password is the word "changed".
    private static func details(of change: Change, to user: User, in tenant: Tenant) -> JSONValue {
        var (before, after): ([String: JSONValue], [String: JSONValue]) = ([:], [:])
        if let role = change.role {
            before["role"] = JSONValue(user.memberships.first { $0.tenantID == tenant.id }?.role.rawValue)
            after["role"] = .string(role.rawValue)
        }
        if let name = change.name { (before["name"], after["name"]) = (.string(user.name), .string(name)) }
        if let isDisabled = change.isDisabled { (before["disabled"], after["disabled"]) = (.bool(user.isDisabled), .bool(isDisabled)) }
        if change.password != nil { (before["password"], after["password"]) = (.null, "changed") }
        return ["tenant": .string(tenant.slug), "before": .object(before), "after": .object(after)]
    }

    private static func activity(_ action: String, _ id: User.ID, _ email: String, _ caller: Caller, _ details: JSONValue) -> Activity {
        Activity(action, entityType: "user", entityID: id.uuid, entityName: email, actor: caller.actor, details: details)
    }

    /// The change is committed in the system database, with its entry there.
    private func note(_ activity: Activity, in tenant: Tenant) async {
        let id = JSONValue(activity.entityID?.uuidString.lowercased())
        await tenants.note(activity, Event("user.changed", entityID: activity.entityID, payload: ["userId": id]), in: tenant)
    }
}

extension User {
    func isMember(of tenant: Tenant) -> Bool { memberships.contains { $0.tenantID == tenant.id } }
    /// Whether the account is nobody else's concern.
    func belongsOnly(to tenant: Tenant) -> Bool { !isSuperAdmin && memberships.allSatisfy { $0.tenantID == tenant.id } }
}
