package import Engines
import Foundation
package import Platform
import Postgres
import Primitives

extension Credential {
    private static let columns: SQL = """
        c.id, c.name, c.engine, c.auth_type, c.username, c.password_encrypted, c.revision, c.rotated_at, c.created_at, c.updated_at,
            (SELECT count(*) FROM fleet.servers s WHERE s.credential_id = c.id AND s.deleted_at IS NULL) AS server_count
        """

    /// The profile. Throws `.notFound`.
    package static func find(_ id: ID, on session: TenantSession) throws -> Credential {
        guard let row = try session.rows("SELECT \(columns) FROM fleet.credentials c WHERE c.id = \(id)").first else {
            throw AppError.notFound("The credential profile")
        }
        return try Credential(row)
    }

    /// The profile, locked until the transaction ends. Throws `.notFound`.
    static func lock(_ id: ID, on session: TenantSession) throws -> Credential {
        guard let row = try session.rows("SELECT \(columns) FROM fleet.credentials c WHERE c.id = \(id) FOR UPDATE OF c").first else {
            throw AppError.notFound("The credential profile")
        }
        return try Credential(row)
    }

    /// What a server that refers to it signs in with, kept from being deleted until the transaction ends. Throws a validation error when
    /// there is no such profile, or when it is for another engine.
    package static func login(_ id: ID, for engine: EngineKind, on session: TenantSession) throws -> CredentialLogin {
        guard let login = try login(id, on: session) else {
            throw AppError.validation(field: "credentialId", reason: "is not a credential profile of this tenant")
        }
        guard login.engine == engine else {
            throw AppError.validation(field: "credentialId", reason: "is a credential profile for \(login.engine.displayName)")
        }
        return login
    }

    /// The login of a profile, kept from being deleted until the transaction ends; nil when there is none.
    static func login(_ id: ID, on session: TenantSession) throws -> CredentialLogin? {
        try session.rows("SELECT \(columns) FROM fleet.credentials c WHERE c.id = \(id) FOR KEY SHARE OF c").first
            .map { try Credential($0).login }
    }

    /// More profiles than an import looks at.
    private static let loginCountMax = 100_000

    /// The logins of all profiles.
    static func logins(on session: TenantSession) throws -> [CredentialLogin] {
        try session.rows("SELECT \(columns) FROM fleet.credentials c ORDER BY c.id LIMIT \(loginCountMax)").map { try Credential($0).login }
    }

    /// Profiles by name, those after `after`, and how many there are in all.
    static func list(
        search: String?, engines: [String], after: Cursor?, limit: Int, on session: TenantSession
    ) throws -> (credentials: [Credential], total: Int) {
        var conditions: SQL = "WHERE true"
        if let search {
            conditions = conditions + " AND (c.name ILIKE \(LikePattern.containing(search)) OR c.username ILIKE \(LikePattern.containing(search)))"
        }
        if !engines.isEmpty { conditions = conditions + " AND c.engine = ANY (\(engines))" }
        var page = conditions
        if let after, let name = after.values.first?.string, let id = after.values.last?.string.flatMap({ ID(text: $0) }) {
            page = page + " AND (lower(c.name), c.id) > (\(name), \(id))"
        }
        let rows = try session.rows("SELECT \(columns) FROM fleet.credentials c \(page) ORDER BY lower(c.name), c.id LIMIT \(limit)")
        let total: Int = try session.rows("SELECT count(*) FROM fleet.credentials c \(conditions)")[0].decode(0)
        return (try rows.map(Credential.init), total)
    }

    /// Where the page after this profile begins.
    static func cursor(after credential: Credential, on session: TenantSession) throws -> Cursor {
        let name: String = try session.rows("SELECT lower(\(credential.login.name))")[0].decode(0)
        return Cursor(sort: "name", values: [.string(name), .string(credential.id.description)])
    }

    /// Adds the profile. Throws `.conflict` when the name is taken.
    package func insert(on session: TenantSession) throws {
        try nameTaken {
            try session.execute(
                """
                INSERT INTO fleet.credentials
                    (id, name, engine, auth_type, username, password_encrypted, revision, rotated_at, created_at, updated_at)
                VALUES (\(id), \(login.name), \(login.engine), \(login.authType), \(login.username), \(login.sealedPassword), \(revision),
                    \(rotatedAt), \(createdAt), \(updatedAt))
                """)
        }
    }

    /// Writes name, user, password and revision. Throws `.conflict` when the name is taken.
    func save(on session: TenantSession) throws {
        try nameTaken {
            try session.execute(
                """
                UPDATE fleet.credentials
                SET name = \(login.name), username = \(login.username), password_encrypted = \(login.sealedPassword),
                    revision = \(revision), rotated_at = \(rotatedAt), updated_at = \(updatedAt)
                WHERE id = \(id)
                """)
        }
    }

    /// Tells collectors to sign in anew to every server that uses it; each gets a number of its own, since they read in pages of numbers.
    /// Returns how many those are.
    @discardableResult func touchServers(on session: TenantSession) throws -> Int {
        try session.execute(
            """
            WITH used AS (
                SELECT id, row_number() OVER (ORDER BY id) AS place
                FROM fleet.servers
                WHERE credential_id = \(id) AND deleted_at IS NULL
            ), counter AS (
                UPDATE fleet.change_counter
                SET value = value + (SELECT count(*) FROM used)
                RETURNING value
            )
            UPDATE fleet.servers s
            SET change_number = counter.value - used.place + 1
            FROM used, counter
            WHERE s.id = used.id
            """)
    }

    /// Id and name of the servers that use it, by name.
    func servers(on session: TenantSession) throws -> [(id: Server.ID, name: String)] {
        try session.rows(
            """
            SELECT id, name
            FROM fleet.servers
            WHERE credential_id = \(id) AND deleted_at IS NULL
            ORDER BY lower(name), id
            """
        ).map { (try $0.decode(0), try $0.decode(1)) }
    }

    /// Removes it. Deleted servers that used it have no login any more when they are restored; returns how many those are.
    func delete(on session: TenantSession) throws -> Int {
        let count = try session.execute(
            "UPDATE fleet.servers SET credential_id = NULL WHERE credential_id = \(id) AND deleted_at IS NOT NULL")
        try session.execute("DELETE FROM fleet.credentials WHERE id = \(id)")
        return count
    }

    private func nameTaken(_ body: () throws -> Void) throws {
        do { try body() } catch let error as PostgresError where error.isUniqueViolation {
            throw AppError(
                .conflict, "A credential profile named “\(login.name)” exists already", details: [.init(field: "name", reason: "is taken")])
        }
    }

    private init(_ row: PostgresRow) throws {
        self.init(
            login: CredentialLogin(
                id: try row.decode("id"), name: try row.decode("name"), engine: try row.decodeWord("engine"),
                authType: try row.decodeWord("auth_type"), username: try row.decode("username"),
                sealedPassword: try row.decode("password_encrypted")),
            revision: try row.decode("revision"), serverCount: try row.decode("server_count"), rotatedAt: try row.decode("rotated_at"),
            createdAt: try row.decode("created_at"), updatedAt: try row.decode("updated_at"))
    }
}
