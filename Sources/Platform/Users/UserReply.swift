import Foundation
import Primitives

/// What the API shows of a user.
struct UserReply: Encodable {
    struct MembershipReply: Encodable {
        let tenantSlug: String
        let tenantName: String
        let role: Role
    }
    let id: User.ID
    let email: String
    let name: String
    let isSuperAdmin: Bool
    let disabled: Bool
    let memberships: [MembershipReply]
    let createdAt: Date
    let lastSignInAt: Date?
    let hasPassword: Bool
    let linkExpiresAt: Date?
    /// Whether the account is also others' concern, so that this tenant's admins rule over its role alone.
    let shared: Bool

    /// - Parameter tenant: the tenant for whose admins this is; where else the person works is not theirs to know. Nil shows all.
    init(_ user: User, seenBy tenant: Tenant.ID? = nil) {
        id = user.id
        email = user.email
        name = user.name
        isSuperAdmin = user.isSuperAdmin
        disabled = user.isDisabled
        memberships = user.memberships.filter { tenant == nil || $0.tenantID == tenant }.map {
            MembershipReply(tenantSlug: $0.tenantSlug, tenantName: $0.tenantName, role: $0.role)
        }
        createdAt = user.createdAt
        lastSignInAt = user.lastSignInAt
        hasPassword = user.hasPassword
        shared = user.isSuperAdmin || tenant.map { id in user.memberships.contains { $0.tenantID != id } } ?? (user.memberships.count > 1)
        linkExpiresAt = tenant != nil && shared ? nil : user.linkExpiresAt
    }
}

/// A one-time link as the API shows it, once.
struct LinkReply: Encodable {
    let token: String
    let path: String
    let expiresAt: Date

    init(_ link: OneTimeLink) {
        token = link.token
        path = link.path
        expiresAt = link.expiresAt
    }
}

extension UserReply {
    /// The reply with one member more: the link to hand over, nil when the person can sign in already or the account is others' concern
    /// too.
    func bytes(with link: OneTimeLink?) throws -> [UInt8] {
        var members = try JSONValue.parse(JSONEncoding.bytes(self)).object ?? [:]
        members["link"] = try link.map { try JSONValue.parse(JSONEncoding.bytes(LinkReply($0))) } ?? .null
        return Array(JSONValue.object(members).text.utf8)
    }
}
