import Foundation

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
    }
}
