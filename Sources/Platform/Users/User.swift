package import Foundation
package import Primitives

/// A person who can sign in. Stored in the system database; belongs to any number of tenants.
package struct User: Sendable {
    package typealias ID = Primitives.ID<User>
    package static let emailLength = 3...254
    package static let nameLength = 0...100
    package static let passwordLength = 12...200
    /// For whoever runs the installation: the command line and the environment.
    package static let operatorPasswordLength = 8...200

    package var id: ID
    /// Lower-case; unique.
    package var email: String
    package var name: String
    package var isSuperAdmin: Bool
    package var isDisabled: Bool
    package var memberships: [Membership]
    package var createdAt: Date
    package var lastSignInAt: Date?
    /// Whether a password has been chosen: without one nobody can sign in.
    package var hasPassword: Bool
    /// Until when a one-time link is good; nil when there is none.
    package var linkExpiresAt: Date?

    /// Whether `email` can be an address: something, an @, something, without white space.
    package static func isAddress(_ email: String) -> Bool {
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !email.contains(where: \.isWhitespace)
    }

    /// The one form in which an address is stored and looked for.
    package static func normalized(email: String) -> String { email.lowercased() }

    package init(
        id: ID, email: String, name: String, isSuperAdmin: Bool, isDisabled: Bool, memberships: [Membership], createdAt: Date,
        lastSignInAt: Date?, hasPassword: Bool = true, linkExpiresAt: Date? = nil
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.isSuperAdmin = isSuperAdmin
        self.isDisabled = isDisabled
        self.memberships = memberships
        self.createdAt = createdAt
        self.lastSignInAt = lastSignInAt
        self.hasPassword = hasPassword
        self.linkExpiresAt = linkExpiresAt
    }
}

/// A person's role in one tenant.
package struct Membership: Sendable, Equatable {
    package var tenantID: Tenant.ID
    package var tenantSlug: String
    package var tenantName: String
    package var role: Role

    package init(tenantID: Tenant.ID, tenantSlug: String, tenantName: String, role: Role) {
        self.tenantID = tenantID
        self.tenantSlug = tenantSlug
        self.tenantName = tenantName
        self.role = role
    }
}

/// A link with which a person chooses a password, once. It is shown when it is made and never again.
package struct OneTimeLink: Sendable {
    package let token: String
    package let expiresAt: Date
    /// Below the address at which people reach DbTools.
    package var path: String { "/setup?token=\(token)" }
}
