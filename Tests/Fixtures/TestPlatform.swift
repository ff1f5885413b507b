package import Platform
package import Postgres
import Primitives
import Synchronization

/// A platform for one test or suite: a system database of its own name in the shared test cluster, migrated, with secrets and tenants.
package struct TestPlatform: Sendable {
    package let pool: PostgresPool
    package let system: SystemDatabase
    package let secrets: SecretBox
    package let tenants: TenantDatabases
    package let provisioning: TenantProvisioning

    private static let next = Atomic<Int>(0)

    /// A new, empty platform.
    package static func make() async throws -> TestPlatform {
        let server = try await TestCluster.shared.address()
        let pool = PostgresPool(connectionCountMax: 6, threadCount: 4)
        let name = "dbtools_system_test_\(ID<Int>().description.prefix(8))_\(next.add(1, ordering: .relaxed).newValue)"
        let system = try SystemDatabase(server: server, name: name, pool: pool)
        try await system.prepare(isPrivateCluster: true)
        let secrets = SecretBox(master: .random())
        let tenants = TenantDatabases(system: system, secrets: secrets)
        return TestPlatform(pool: pool, system: system, secrets: secrets, tenants: tenants, provisioning: TenantProvisioning(tenants))
    }

    /// The process's platform, for tests that each bring a tenant of their own and need nothing else to be alone.
    package static var shared: TestPlatform {
        get async throws { try await sharing.value }
    }
    // Unstructured on purpose: it is made once, by whichever test comes first.
    private static let sharing = Task { try await make() }

    /// A new tenant, with a slug that no other test has: databases and roles are shared by the whole cluster.
    package func tenant(name: String = "Test") async throws -> Tenant {
        let unique = ID<Int>().description.suffix(12)
        return try await provisioning.create(slug: "t-\(unique)", name: name, by: .system)
    }
}
