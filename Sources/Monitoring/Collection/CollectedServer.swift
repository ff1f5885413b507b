import Engines
package import Fleet
package import Foundation
package import Platform
package import Postgres

/// What a collector must know of a server.
package struct CollectedServer: Sendable {
    package var id: Server.ID
    /// With the user of its credential profile, where it has one.
    package var configuration: ServerConfiguration
    /// Its own or its profile's: see `passwordContext`.
    package var sealedPassword: Bytes?
    package var facts: ServerFacts
    /// Nil: the tenant's.
    package var intervalSeconds: Int?
    /// Not deleted, and collection is on.
    package var isWanted: Bool
    /// Nil: all.
    package var metrics: Set<MetricID>?
    /// Names of collectors that are switched off here.
    package var collectorsDisabled: Set<String> = []
    /// Collectors whose last runs brought nothing, by their names: what a fresh process begins with.
    var collectorTroubles: [String: CollectorTroubles.Trouble] = [:]
    /// When collectors of a week are due by their last runs, the tenant's own among them: what a fresh process begins with.
    var weekDueAt: [String: Date] = [:]
    /// What it or its groups say of its limits; the tenant's hold for the rest.
    package var thresholds = OwnThresholds()
    package var lastAttemptAt: Date?
    package var failuresInARow: Int
    /// Where the monitoring objects are, when they are as they were made; nil: the server is asked directly.
    package var objectsDatabase: String?
    package var objectsVersion: Int?
    package var changeNumber: Int64

    /// What the sealed password is bound to.
    var passwordContext: String { configuration.credentialID.map(Credential.passwordContext) ?? Server.passwordContext(id) }
}

/// What a collector must know of a tenant: read again when one of the two numbers has moved.
package struct CollectedTenant: Sendable {
    package var tenant: Tenant
    /// All changes of servers up to this one are known.
    package var changeNumber: Int64 = 0
    package var settingsVersion: Int64 = -1
    package var thresholds = HealthThresholds()
    package var intervalSeconds = TenantSettings.initial.collection.intervalSeconds
    package init(tenant: Tenant) { self.tenant = tenant }
}
