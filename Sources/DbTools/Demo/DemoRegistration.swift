import Engines
import Fleet
import Foundation
import Platform
import Postgres
import Primitives

/// Puts the demo's tenant and servers in place, by the product's own code. Safe at every start: what is there stays, but follows ports
/// and passwords.
struct DemoRegistration: Sendable {
    static let slug = "demo"
    /// The shortest interval there is: a demo should answer soon.
    static let intervalSeconds = 30
    private static let serversPerTransaction = 200
    static let actor = Actor(name: "demo")

    let prepared: Supervisor.Prepared
    let state: DemoState

    struct Entry: Sendable {
        let configuration: ServerConfiguration
        let password: String
        let group: String
        let labels: [String]
    }

    private var installation: Installation { prepared.installation }

    /// The tenant, made on the first start.
    func tenant() async throws -> Tenant {
        if let tenant = try await installation.tenants.tenant(slug: Self.slug) {
            guard tenant.status == .active else {
                throw Failure("The demo's tenant is \(tenant.status.rawValue): remove \(prepared.directory.path) and start again.")
            }
            return tenant
        }
        let tenant = try await installation.provisioning.create(slug: Self.slug, name: "Demo", by: Self.actor)
        try await installation.tenants.transaction(tenant) { session in
            var settings = try TenantSettings.lock(on: session)
            settings.collection.intervalSeconds = Self.intervalSeconds
            settings.refreshSeconds = 10
            try settings.save(on: session)
        }
        return tenant
    }

    /// The private PostgreSQL's least-privileged monitoring role.
    func makePostgresRole() async throws {
        let (name, password) = (DemoState.simulatorUser, state.postgresPassword)
        try await installation.pool.run(installation.system.address.with(["dbname": "postgres"])) { connection in
            let role = SQL.identifier(name)
            if try connection.rows("SELECT 1 FROM pg_roles WHERE rolname = \(name)").isEmpty {
                try connection.script("CREATE ROLE \(role) LOGIN")
            }
            let verifier = try connection.scramVerifier(password: password, role: name)
            try connection.script(
                "ALTER ROLE \(role) PASSWORD \(SQL.literal(verifier)); "
                    + "GRANT pg_monitor TO \(role); GRANT CONNECT ON DATABASE postgres TO \(role)"
            )
        }
    }

    func simulated(_ fleet: DemoFleet) -> [Entry] {
        fleet.instances.map { instance in
            Entry(
                configuration: ServerConfiguration(
                    name: instance.name, hostname: "127.0.0.1", port: state.simulatorPort + instance.number - 1,
                    username: DemoState.simulatorUser,
                    encrypt: true, trustServerCertificate: true),
                password: state.simulatorPassword, group: instance.group, labels: instance.labels)
        }
    }

    func postgres() -> Entry? {
        guard let socket = prepared.clusterSocketDirectory else { return nil }
        return Entry(
            configuration: ServerConfiguration(
                name: "dbtools-postgresql", engine: .postgresql, hostname: socket, port: 5432, database: "postgres",
                username: DemoState.simulatorUser,
                encrypt: false),
            password: state.postgresPassword, group: DemoFleet.realGroup.name, labels: ["real", "postgresql"])
    }

    func mariadb() -> Entry {
        Entry(
            configuration: ServerConfiguration(
                name: "local-mariadb", engine: .mysql, hostname: "127.0.0.1", port: state.mariadbPort, username: DemoState.simulatorUser,
                encrypt: false),
            password: state.mariadbPassword, group: DemoFleet.realGroup.name, labels: ["real", "mariadb"])
    }

    /// Adds the servers that are missing and corrects those whose address or password has changed.
    func register(_ entries: [Entry], in tenant: Tenant) async throws {
        for start in stride(from: 0, to: entries.count, by: Self.serversPerTransaction) {
            let batch = Array(entries[start..<min(start + Self.serversPerTransaction, entries.count)])
            let secrets = installation.secrets
            try await installation.tenants.transaction(tenant) { session in
                let groups = try Self.groups(on: session)
                let known = try Self.known(on: session)
                var added: [String: [Server.ID]] = [:]
                for entry in batch {
                    if let id = known[entry.configuration.name.lowercased()] {
                        try Self.follow(entry, id, secrets, tenant, on: session)
                    } else {
                        added[entry.group, default: []].append(try Self.add(entry, secrets, tenant, on: session))
                    }
                }
                for (name, servers) in added { _ = try groups[name]?.add(servers, on: session) }
            }
        }
    }

    private static func known(on session: TenantSession) throws -> [String: Server.ID] {
        let rows = try session.rows("SELECT lower(name) AS name, id FROM fleet.servers WHERE deleted_at IS NULL")
        return Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0.decode("name", as: String.self), try $0.decode("id", as: Server.ID.self)) })
    }

    private static func groups(on session: TenantSession) throws -> [String: ServerGroup] {
        let (known, _) = try ServerGroup.list(search: nil, after: nil, limit: 1_000, on: session)
        var groups = Dictionary(known.map { ($0.name, $0) }) { first, _ in first }
        let now = Date()
        for wanted in DemoFleet.groups + [DemoFleet.realGroup] where groups[wanted.name] == nil {
            let group = ServerGroup(
                id: ServerGroup.ID(), name: wanted.name, description: wanted.description, color: wanted.color, revision: 1, serverCount: 0,
                createdAt: now,
                updatedAt: now)
            try group.insert(on: session)
            try session.record(
                Activity(
                    "group_created", entityType: "group", entityID: group.id.uuid, entityName: group.name, actor: actor,
                    details: .object(group.audit)))
            groups[wanted.name] = group
        }
        return groups
    }

    private static func add(_ entry: Entry, _ secrets: SecretBox, _ tenant: Tenant, on session: TenantSession) throws -> Server.ID {
        let (id, now) = (Server.ID(), Date())
        let sealed = Bytes(try secrets.seal(entry.password, for: tenant.id, context: Server.passwordContext(id)))
        let server = Server(
            id: id, configuration: entry.configuration, sealedPassword: sealed, revision: 1, facts: ServerFacts(), createdAt: now,
            updatedAt: now)
        try server.insert(on: session)
        try Label.assign(try Label.ensure(entry.labels, at: now, on: session), to: id, on: session)
        try session.record(
            Activity(
                "server_added", entityType: "server", entityID: id.uuid, entityName: entry.configuration.name, actor: actor,
                details: ["after": .object(entry.configuration.audit)]))
        return id
    }

    private static func follow(_ entry: Entry, _ id: Server.ID, _ secrets: SecretBox, _ tenant: Tenant, on session: TenantSession) throws {
        var server = try Server.lock(id, on: session)
        let (now, wanted) = (server.configuration, entry.configuration)
        guard now.hostname != wanted.hostname || now.port != wanted.port else { return }
        server.configuration.hostname = wanted.hostname
        server.configuration.port = wanted.port
        server.sealedPassword = Bytes(try secrets.seal(entry.password, for: tenant.id, context: Server.passwordContext(id)))
        server.revision += 1
        server.updatedAt = Date()
        try server.save(on: session)
    }
}
