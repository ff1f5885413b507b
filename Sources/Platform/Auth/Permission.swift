/// What a person may be in a tenant, from least to most. The raw value is the word in the database and in JSON.
package enum Role: String, Sendable, Codable, CaseIterable, Comparable {
    case viewer
    case `operator`
    case tenantAdmin = "tenant_admin"
    /// Of the installation: acts as the admin of every tenant. Never stored as a membership.
    case superAdmin = "super_admin"

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .tenantAdmin: 2
        case .superAdmin: 3
        }
    }

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    /// The roles that a membership can have.
    package static let ofMemberships: [Role] = [.viewer, .operator, .tenantAdmin]
}

/// Everything that can be asked for, and the least role that may do it: the whole table of permissions.
package enum Permission: String, Sendable, CaseIterable {
    case viewServers, manageServers, testConnections
    case viewGroups, manageGroups
    case viewMetrics, manageCollection
    /// Statements of one's own run on servers with the monitoring login, and what they read is shown.
    case manageCollectors
    /// Texts of queries may hold personal data, even without their literals.
    case viewQueryText
    case viewActivity
    case viewSettings, manageSettings
    case viewEvents
    case viewOperations, stopOperations
    case viewUsers, manageUsers
    case manageAPIKeys
    case viewTenant, manageTenant
    case manageTenants

    /// The least role that holds this permission.
    package var leastRole: Role {
        switch self {
        case .viewServers, .viewGroups, .viewMetrics, .viewActivity, .viewSettings, .viewEvents, .viewOperations, .viewTenant:
            .viewer
        case .manageServers, .testConnections, .manageGroups, .manageCollection, .viewQueryText, .stopOperations: .operator
        case .manageSettings, .manageCollectors, .viewUsers, .manageUsers, .manageAPIKeys, .manageTenant: .tenantAdmin
        case .manageTenants: .superAdmin
        }
    }

    /// Whether it is about one tenant, so that the request must name it. `/tenants/{slug}` names it in the path.
    package var needsTenant: Bool {
        switch self {
        case .manageTenants, .viewTenant, .manageTenant: false
        default: true
        }
    }
}
