package import Engines
package import Foundation
package import Platform
package import Postgres
import Primitives

extension Server {
    private static let columns: SQL = """
        s.id, s.name, s.engine, s.hostname, s.port, s.instance_name, s.database_name, s.auth_type, s.username, s.password_encrypted,
            s.encrypt, s.trust_server_certificate, s.revision, s.version, s.product_version, s.edition, s.server_name, s.started_at,
            s.created_at, s.updated_at, s.credential_id, c.name AS credential_name, c.auth_type AS credential_auth_type,
            c.username AS credential_username, c.password_encrypted AS credential_password
        """

    /// The server. Throws `.notFound`.
    package static func find(_ id: ID, on session: TenantSession) throws -> Server {
        let rows = try session.rows(
            """
            SELECT \(columns)
            FROM fleet.servers s
            LEFT JOIN fleet.credentials c ON c.id = s.credential_id
            WHERE s.id = \(id) AND s.deleted_at IS NULL
            """)
        guard let row = rows.first else { throw AppError.notFound("The server") }
        return try Server(row)
    }

    /// The server, locked until the transaction ends. Throws `.notFound`.
    package static func lock(_ id: ID, on session: TenantSession) throws -> Server {
        let rows = try session.rows(
            """
            SELECT \(columns)
            FROM fleet.servers s
            LEFT JOIN fleet.credentials c ON c.id = s.credential_id
            WHERE s.id = \(id) AND s.deleted_at IS NULL
            FOR UPDATE OF s
            """)
        guard let row = rows.first else { throw AppError.notFound("The server") }
        return try Server(row)
    }

    /// Adds the server. Throws `.conflict` when the name is taken.
    package func insert(on session: TenantSession) throws {
        let c = configuration
        try nameTaken(c.name) {
            try session.execute(
                """
                INSERT INTO fleet.servers
                    (id, name, engine, hostname, port, instance_name, database_name, auth_type, username, password_encrypted,
                     credential_id, encrypt, trust_server_certificate, revision, change_number, version, product_version, edition,
                     server_name, started_at, created_at, updated_at)
                VALUES (\(id), \(c.name), \(c.engine), \(c.hostname), \(Int32(c.port)), \(c.instanceName), \(c.database), \(c.authType),
                    \(c.username), \(sealedPassword), \(c.credentialID), \(c.encrypt), \(c.trustServerCertificate), \(revision),
                    fleet.next_change(), \(facts.version), \(facts.productVersion), \(facts.edition), \(facts.serverName),
                    \(facts.startedAt), \(createdAt), \(updatedAt))
                """)
        }
    }

    /// Adds servers in one statement, those whose names are free. Returns which.
    static func insert(_ servers: [Server], on session: TenantSession) throws -> Set<ID> {
        guard !servers.isEmpty else { return [] }
        let (c, f) = (servers.map(\.configuration), servers.map(\.facts))
        let rows = try session.rows(
            """
            INSERT INTO fleet.servers
                (id, name, engine, hostname, port, instance_name, database_name, auth_type, username, password_encrypted,
                 credential_id, encrypt, trust_server_certificate, revision, change_number, version, product_version, edition,
                 server_name, started_at, created_at, updated_at)
            SELECT n.id, n.name, n.engine, n.hostname, n.port, n.instance_name, n.database_name, n.auth_type, n.username,
                n.password_encrypted, n.credential_id, n.encrypt, n.trust_server_certificate, n.revision, fleet.next_change(),
                n.version, n.product_version, n.edition, n.server_name, n.started_at, n.created_at, n.updated_at
            FROM unnest(\(servers.map(\.id)), \(c.map(\.name)), \(c.map(\.engine.rawValue)), \(c.map(\.hostname)),
                \(c.map { Int32($0.port) }), \(NullableArray(c.map(\.instanceName))), \(NullableArray(c.map(\.database))),
                \(c.map(\.authType.rawValue)), \(NullableArray(c.map(\.username))), \(NullableArray(servers.map(\.sealedPassword))),
                \(NullableArray(c.map(\.credentialID))), \(c.map(\.encrypt)), \(c.map(\.trustServerCertificate)),
                \(servers.map(\.revision)), \(NullableArray(f.map(\.version))), \(NullableArray(f.map(\.productVersion))),
                \(NullableArray(f.map(\.edition))), \(NullableArray(f.map(\.serverName))), \(NullableArray(f.map(\.startedAt))),
                \(servers.map(\.createdAt)), \(servers.map(\.updatedAt)))
                AS n (id, name, engine, hostname, port, instance_name, database_name, auth_type, username, password_encrypted,
                    credential_id, encrypt, trust_server_certificate, revision, version, product_version, edition, server_name,
                    started_at, created_at, updated_at)
            ON CONFLICT (lower(name)) WHERE deleted_at IS NULL DO NOTHING
            RETURNING id
            """)
        return Set(try rows.map { try $0.decode(0) })
    }

    /// Writes the configuration, password, facts and revision. Throws `.conflict` when the name is taken.
    package func save(on session: TenantSession) throws {
        let c = configuration
        try nameTaken(c.name) {
            try session.execute(
                """
                UPDATE fleet.servers
                SET name = \(c.name), engine = \(c.engine), hostname = \(c.hostname), port = \(Int32(c.port)),
                    instance_name = \(c.instanceName),
                    database_name = \(c.database), auth_type = \(c.authType), username = \(c.username),
                    password_encrypted = \(sealedPassword), credential_id = \(c.credentialID),
                    encrypt = \(c.encrypt), trust_server_certificate = \(c.trustServerCertificate), revision = \(revision),
                    change_number = fleet.next_change(), version = \(facts.version), product_version = \(facts.productVersion),
                    edition = \(facts.edition), server_name = \(facts.serverName), started_at = \(facts.startedAt),
                    updated_at = \(updatedAt)
                WHERE id = \(id)
                """)
        }
    }

    /// Marks the server as deleted. Its name can be used again at once.
    package func softDelete(at now: Date, on session: TenantSession) throws {
        try session.execute(
            """
            UPDATE fleet.servers
            SET deleted_at = \(now), updated_at = \(now), revision = revision + 1, change_number = fleet.next_change()
            WHERE id = \(id)
            """)
    }

    /// Brings a deleted server back under `name`. Throws `.conflict` when that is taken.
    package static func restore(_ id: ID, as name: String, at now: Date, on session: TenantSession) throws {
        try nameTaken(name) {
            try session.execute(
                """
                UPDATE fleet.servers
                SET deleted_at = NULL, name = \(name), updated_at = \(now), revision = revision + 1, change_number = fleet.next_change()
                WHERE id = \(id)
                """)
        }
    }

    /// Removes servers for good that were deleted before `date`, the oldest first. Returns which.
    static func purge(deletedBefore date: Date, limit: Int, on session: TenantSession) throws -> [(id: ID, name: String)] {
        try session.rows(
            """
            DELETE FROM fleet.servers
            WHERE id IN (SELECT id FROM fleet.servers WHERE deleted_at < \(date) ORDER BY deleted_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
            RETURNING id, name
            """
        ).map { (try $0.decode(0), try $0.decode(1)) }
    }

    /// The name of a deleted server, locked; nil when it is not deleted. Throws `.notFound` when there never was one.
    package static func lockDeleted(_ id: ID, on session: TenantSession) throws -> String? {
        let rows = try session.rows("SELECT name, deleted_at IS NOT NULL FROM fleet.servers WHERE id = \(id) FOR UPDATE")
        guard let row = rows.first else { throw AppError.notFound("The server") }
        return try row.decode(1, as: Bool.self) ? try row.decode(0, as: String.self) : nil
    }

    /// Whether a server that is not deleted has this name.
    package static func isNameTaken(_ name: String, on session: TenantSession) throws -> Bool {
        try session.rows("SELECT FROM fleet.servers WHERE lower(name) = lower(\(name)) AND deleted_at IS NULL").isEmpty == false
    }

    /// Tells collectors to read this server's configuration again, in this transaction. Throws `.notFound`.
    package static func touch(_ id: ID, on session: TenantSession) throws {
        let count = try session.execute(
            "UPDATE fleet.servers SET change_number = fleet.next_change() WHERE id = \(id) AND deleted_at IS NULL")
        guard count == 1 else { throw AppError.notFound("The server") }
    }

    /// Tells collectors to read these servers' configuration again, in this transaction; `ids` is a query of ids. Each gets a number of its
    /// own, since collectors read in pages of numbers. Servers are locked first and in one order, then the counter, as everywhere. Returns
    /// how many servers that are.
    @discardableResult package static func touch(all ids: SQL, on session: TenantSession) throws -> Int {
        try session.execute(
            """
            WITH meant AS MATERIALIZED (
                SELECT id, row_number() OVER (ORDER BY id) AS place
                FROM (SELECT id FROM fleet.servers WHERE id IN (\(ids)) AND deleted_at IS NULL ORDER BY id FOR UPDATE) locked
            ), counter AS (
                UPDATE fleet.change_counter
                SET value = value + (SELECT count(*) FROM meant)
                WHERE EXISTS (SELECT FROM meant)
                RETURNING value
            )
            UPDATE fleet.servers s
            SET change_number = counter.value - meant.place + 1
            FROM meant, counter
            WHERE s.id = meant.id
            """)
    }

    /// Keeps what the server said of itself. Touches the row only when something is new: neither the ETag nor `updated_at` move.
    package static func record(_ facts: ServerFacts, of id: ID, on session: TenantSession) throws {
        try session.execute(
            """
            UPDATE fleet.servers
            SET version = \(facts.version), product_version = \(facts.productVersion), edition = \(facts.edition),
                server_name = \(facts.serverName), started_at = \(facts.startedAt),
                -- A filter may ask for the version, and then by which limits the server is judged changes with it.
                change_number = CASE
                    WHEN EXISTS (
                        SELECT FROM fleet.group_thresholds t JOIN fleet.server_groups g ON g.id = t.group_id WHERE g.filter IS NOT NULL
                    ) THEN fleet.next_change()
                    ELSE change_number
                END
            WHERE id = \(id)
              AND (version, product_version, edition, server_name, started_at) IS DISTINCT FROM (\(facts.version),
                \(facts.productVersion), \(facts.edition), \(facts.serverName), \(facts.startedAt))
            """)
    }

    /// Whether `d` and `s` are one instance, registered twice: the same process by its start, and its own name. PostgreSQL tells its start
    /// to the microsecond and names itself by the address it was reached at, so there the start alone says it; MySQL and MariaDB of one
    /// host share its name and may start together, so there the port counts too.
    static let isSameInstance: SQL = """
        d.engine = s.engine
            AND d.started_at BETWEEN s.started_at - interval '3 seconds' AND s.started_at + interval '3 seconds'
            AND CASE s.engine
                WHEN 'postgresql' THEN abs(extract(epoch FROM d.started_at - s.started_at)) < 0.005
                WHEN 'mysql' THEN lower(d.server_name) = lower(s.server_name) AND d.port = s.port
                ELSE lower(d.server_name) = lower(s.server_name)
            END
        """

    /// What `servers_address` (m0011) is about: the instance's name counts only where its port is asked for by it.
    static func addressKey(_ alias: SQL) -> SQL {
        """
        lower(\(alias).hostname), \(alias).port,
            (CASE WHEN \(alias).port = 1433 THEN lower(coalesce(\(alias).instance_name, '')) ELSE '' END)
        """
    }

    /// The oldest server that is the instance which a test found, besides `id`; nil when there is none.
    package static func duplicate(
        of facts: ServerFacts, engine: EngineKind, port: Int, except id: ID?, on session: TenantSession
    ) throws -> (id: ID, name: String)? {
        guard let startedAt = facts.startedAt else { return nil }
        let row = try session.rows(
            """
            SELECT d.id, d.name
            FROM (
                SELECT \(engine) AS engine, \(facts.serverName) AS server_name, \(startedAt) AS started_at, \(Int32(port)) AS port
            ) s
            JOIN fleet.servers d ON \(isSameInstance)
            WHERE d.deleted_at IS NULL AND d.id IS DISTINCT FROM \(id)
            ORDER BY d.created_at, d.id
            LIMIT 1
            """
        ).first
        return try row.map { (try $0.decode(0), try $0.decode(1)) }
    }

    private func nameTaken(_ name: String, _ body: () throws -> Void) throws { try Self.nameTaken(name, body) }

    private static func nameTaken(_ name: String, _ body: () throws -> Void) throws {
        do { try body() } catch let error as PostgresError where error.isUniqueViolation && error.constraint == "servers_name_key" {
            throw AppError.serverNameTaken(name)
        }
    }

    private init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"),
            configuration: ServerConfiguration(
                name: try row.decode("name"), engine: try row.decodeWord("engine"), hostname: try row.decode("hostname"),
                port: try row.decode("port"),
                instanceName: try row.decode("instance_name"), database: try row.decode("database_name"),
                authType: try row.decodeWord("auth_type"),
                username: try row.decode("username"), credentialID: try row.decode("credential_id"), encrypt: try row.decode("encrypt"),
                trustServerCertificate: try row.decode("trust_server_certificate")),
            sealedPassword: try row.decode("password_encrypted"), credential: try Self.credential(row),
            revision: try row.decode("revision"),
            facts: ServerFacts(
                version: try row.decode("version"), productVersion: try row.decode("product_version"), edition: try row.decode("edition"),
                serverName: try row.decode("server_name"), startedAt: try row.decode("started_at")),
            createdAt: try row.decode("created_at"), updatedAt: try row.decode("updated_at"))
    }

    private static func credential(_ row: PostgresRow) throws -> CredentialLogin? {
        guard let id = try row.decode("credential_id", as: Credential.ID?.self) else { return nil }
        return CredentialLogin(
            id: id, name: try row.decode("credential_name"), engine: try row.decodeWord("engine"),
            authType: try row.decodeWord("credential_auth_type"), username: try row.decode("credential_username"),
            sealedPassword: try row.decode("credential_password"))
    }
}

extension AppError {
    /// What whoever names a server is told when another has the name.
    static func serverNameTaken(_ name: String) -> AppError {
        AppError(.conflict, "A server named “\(name)” exists already", details: [.init(field: "name", reason: "is taken")])
    }
}

extension PostgresRow {
    /// A column that holds one of an enum's words. Throws `PostgresError` when it is none of them.
    package func decodeWord<Word: RawRepresentable>(_ column: String, as type: Word.Type = Word.self) throws -> Word
    where Word.RawValue == String {
        let text = try decode(column, as: String.self)
        guard let word = Word(rawValue: text) else {
            throw PostgresError(sqlState: "42804", message: "column \(column) holds a word that this version does not know")
        }
        return word
    }
}
