package import Foundation
import Primitives

/// Who is asking, as the session or the token said and the system database confirmed at most two seconds ago.
package struct Caller: Sendable {
    package var userID: User.ID
    package var email: String
    package var name: String
    package var isSuperAdmin: Bool
    package var sessionID: UUID
    /// The role in every tenant that the caller belongs to.
    package var memberships: [Membership]
    /// The role in the request's tenant; nil without a tenant. A super admin has `.superAdmin` everywhere.
    package var role: Role?
    /// Where the request came from and its id: for the activity log.
    package var address: String?
    package var requestID: String?
    /// The key that the request bore; nil for a person. `userID` and `sessionID` are the key's id then.
    package var apiKey: APIKey.ID?

    package init(
        userID: User.ID, email: String, name: String = "", isSuperAdmin: Bool = false, sessionID: UUID = UUID(),
        memberships: [Membership] = [],
        role: Role? = nil, address: String? = nil, requestID: String? = nil, apiKey: APIKey.ID? = nil
    ) {
        self.userID = userID
        self.email = email
        self.name = name
        self.isSuperAdmin = isSuperAdmin
        self.sessionID = sessionID
        self.memberships = memberships
        self.role = role
        self.address = address
        self.requestID = requestID
        self.apiKey = apiKey
    }

    /// The caller as the activity log names it.
    package var actor: Actor { Actor(userID: userID.uuid, name: email, address: address, requestID: requestID) }

    /// Whether the role in the request's tenant holds `permission`, which is about a tenant.
    package func may(_ permission: Permission) -> Bool { role.map { $0 >= permission.leastRole } ?? false }

    /// The role in the tenant `id`; nil for a stranger.
    package func role(in id: Tenant.ID) -> Role? {
        isSuperAdmin ? .superAdmin : memberships.first { $0.tenantID == id }?.role
    }
}
