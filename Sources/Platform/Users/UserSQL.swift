import Foundation
import Postgres
import Primitives

extension User {
    /// The memberships of the user `u` in tenants that are not deleted, as one JSON value.
    static let membershipsColumn: SQL = """
        coalesce((
            SELECT jsonb_agg(jsonb_build_array(t.id, t.slug, t.name, m.role) ORDER BY t.slug)
            FROM platform.memberships AS m
            JOIN platform.tenants AS t ON t.id = m.tenant_id
            WHERE m.user_id = u.id AND t.status IN ('active', 'suspended')), '[]') AS memberships
        """
    private static let columns: SQL =
        """
        u.id, u.email, u.name, u.is_super_admin, u.disabled_at IS NOT NULL AS is_disabled, u.created_at, u.last_sign_in_at,
            u.password_hash IS NOT NULL AS has_password,
            (SELECT max(k.expires_at) FROM platform.setup_tokens AS k WHERE k.user_id = u.id AND k.used_at IS NULL AND k.expires_at > now())
                AS link_expires_at,
            \(membershipsColumn)
        """

    static func memberships(in row: PostgresRow) throws -> [Membership] {
        (try row.decode("memberships", as: JSONValue.self).array ?? []).compactMap { value in
            guard let parts = value.array, parts.count == 4, let id = parts[0].string.flatMap({ Tenant.ID(text: $0) }),
                let slug = parts[1].string,
                let name = parts[2].string, let role = parts[3].string.flatMap(Role.init(rawValue:))
            else { return nil }
            return Membership(tenantID: id, tenantSlug: slug, tenantName: name, role: role)
        }
    }

    private init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode("id"), email: try row.decode("email"), name: try row.decode("name"),
            isSuperAdmin: try row.decode("is_super_admin"),
            isDisabled: try row.decode("is_disabled"), memberships: try Self.memberships(in: row), createdAt: try row.decode("created_at"),
            lastSignInAt: try row.decode("last_sign_in_at"), hasPassword: try row.decode("has_password"),
            linkExpiresAt: try row.decode("link_expires_at"))
    }

    static func find(_ id: User.ID, on session: SystemSession) throws -> User? {
        try session.rows("SELECT \(columns) FROM platform.users AS u WHERE u.id = \(id)").first.map(User.init)
    }

    static func find(email: String, on session: SystemSession) throws -> User? {
        try session.rows("SELECT \(columns) FROM platform.users AS u WHERE u.email = \(email)").first.map(User.init)
    }

    /// The user, locked until the transaction ends. Throws `.notFound`.
    static func lock(_ id: User.ID, on session: SystemSession) throws -> User {
        guard let row = try session.rows("SELECT \(columns) FROM platform.users AS u WHERE u.id = \(id) FOR UPDATE OF u").first else {
            throw AppError.notFound("User")
        }
        return try User(row)
    }

    /// All users of the installation, by address.
    static func all(on session: SystemSession) throws -> [User] {
        try session.rows("SELECT \(columns) FROM platform.users AS u ORDER BY u.email").map(User.init)
    }

    /// A page of the tenant's users, by address.
    static func list(in tenant: Tenant.ID, search: String?, after: String?, limit: Int, on session: SystemSession) throws -> [User] {
        var sql: SQL = "SELECT \(columns) FROM platform.users AS u WHERE \(belongs(to: tenant, search: search))"
        if let after { sql = sql + " AND u.email > \(after)" }
        return try session.rows(sql + " ORDER BY u.email LIMIT \(limit)").map(User.init)
    }

    static func count(in tenant: Tenant.ID, search: String?, on session: SystemSession) throws -> Int {
        try session.rows("SELECT count(*) FROM platform.users AS u WHERE \(belongs(to: tenant, search: search))")[0].decode(0)
    }

    /// How many users each of these tenants has.
    static func counts(in tenants: [Tenant.ID], on session: SystemSession) throws -> [Tenant.ID: Int] {
        let rows = try session.rows(
            "SELECT tenant_id, count(*) FROM platform.memberships WHERE tenant_id = ANY(\(tenants.map(\.uuid))) GROUP BY tenant_id")
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.decode(0), try $0.decode(1)) })
    }

    /// Super admins, by address.
    static func superAdmins(on session: SystemSession) throws -> [User] {
        try session.rows("SELECT \(columns) FROM platform.users AS u WHERE u.is_super_admin ORDER BY u.email").map(User.init)
    }

    /// How many others could still do what `user` does: admins of the tenant who are not disabled. The tenant stays locked until the
    /// transaction ends, so that two admins cannot take each other out at once.
    static func otherAdminCount(besides user: User.ID, in tenant: Tenant.ID, on session: SystemSession) throws -> Int {
        try session.execute("SELECT 1 FROM platform.tenants WHERE id = \(tenant) FOR NO KEY UPDATE")
        return try session.rows(
            """
            SELECT count(*)
            FROM platform.memberships AS m
            JOIN platform.users AS u ON u.id = m.user_id
            WHERE m.tenant_id = \(tenant) AND m.role = 'tenant_admin' AND u.id <> \(user) AND u.disabled_at IS NULL
            """)[0].decode(0)
    }

    /// How many other super admins can sign in. All of them stay locked until the transaction ends.
    static func otherSuperAdminCount(besides user: User.ID, on session: SystemSession) throws -> Int {
        let rows = try session.rows(
            """
            SELECT id
            FROM platform.users
            WHERE is_super_admin AND disabled_at IS NULL AND password_hash IS NOT NULL
            ORDER BY id
            FOR NO KEY UPDATE
            """)
        return try rows.map { try $0.decode(0, as: User.ID.self) }.filter { $0 != user }.count
    }

    private static func belongs(to tenant: Tenant.ID, search: String?) -> SQL {
        let member: SQL = "EXISTS (SELECT FROM platform.memberships AS m WHERE m.user_id = u.id AND m.tenant_id = \(tenant))"
        guard let search else { return member }
        let pattern = LikePattern.containing(search)
        return member + " AND (u.email ILIKE \(pattern) OR u.name ILIKE \(pattern))"
    }

    /// Adds an account. Throws `.conflict` when the address has one.
    static func insert(_ id: User.ID, email: String, name: String, passwordHash: String?, isSuperAdmin: Bool, on session: SystemSession)
        throws
    {
        do {
            try session.execute(
                """
                INSERT INTO platform.users (id, email, name, password_hash, is_super_admin)
                VALUES (\(id), \(email), \(name), \(passwordHash), \(isSuperAdmin))
                """)
        } catch let error as PostgresError where error.isUniqueViolation {
            throw AppError(.conflict, "There is a user with this address already", details: [.init(field: "email", reason: "is taken")])
        }
    }

    /// Gives the user a role in the tenant, or another one.
    static func setRole(_ role: Role, of user: User.ID, in tenant: Tenant.ID, on session: SystemSession) throws {
        try session.execute(
            """
            INSERT INTO platform.memberships (user_id, tenant_id, role)
            VALUES (\(user), \(tenant), \(role))
            ON CONFLICT (user_id, tenant_id) DO UPDATE
            SET role = excluded.role
            """)
    }

    static func removeMembership(of user: User.ID, in tenant: Tenant.ID, on session: SystemSession) throws {
        try session.execute("DELETE FROM platform.memberships WHERE user_id = \(user) AND tenant_id = \(tenant)")
    }

    static func delete(_ user: User.ID, on session: SystemSession) throws {
        try session.execute("DELETE FROM platform.users WHERE id = \(user)")
    }

    static func setName(_ name: String, of user: User.ID, on session: SystemSession) throws {
        try session.execute("UPDATE platform.users SET name = \(name), updated_at = now() WHERE id = \(user)")
    }

    static func setDisabled(_ isDisabled: Bool, of user: User.ID, on session: SystemSession) throws {
        try session.execute(
            """
            UPDATE platform.users
            SET disabled_at = CASE WHEN \(isDisabled) THEN coalesce(disabled_at, now()) END, updated_at = now()
            WHERE id = \(user)
            """)
    }

    static func setSuperAdmin(_ user: User.ID, to isSuperAdmin: Bool = true, on session: SystemSession) throws {
        try session.execute("UPDATE platform.users SET is_super_admin = \(isSuperAdmin), updated_at = now() WHERE id = \(user)")
    }

    static func setPasswordHash(_ hash: String, of user: User.ID, on session: SystemSession) throws {
        try session.execute("UPDATE platform.users SET password_hash = \(hash), updated_at = now() WHERE id = \(user)")
    }

    /// What sign-in needs to know of an account; nil when there is none.
    static func credentials(email: String, on session: SystemSession) throws -> (id: User.ID, hash: String?, isDisabled: Bool)? {
        let rows = try session.rows(
            "SELECT id, password_hash, disabled_at IS NOT NULL AS is_disabled FROM platform.users WHERE email = \(email)")
        guard let row = rows.first else { return nil }
        return (try row.decode("id"), try row.decode("password_hash"), try row.decode("is_disabled"))
    }

    static func hasSuperAdmin(on session: SystemSession) throws -> Bool {
        try !session.rows("SELECT 1 FROM platform.users WHERE is_super_admin AND disabled_at IS NULL AND password_hash IS NOT NULL LIMIT 1")
            .isEmpty
    }

    // MARK: One-time links

    /// Stores the hash of a new link's token; earlier links are void. Returns until when it is good.
    @discardableResult
    static func insertSetupToken(
        _ hash: [UInt8], of user: User.ID, hours: Int, by maker: UUID? = nil, on session: SystemSession
    ) throws -> Date {
        try revokeSetupTokens(of: user, on: session)
        let rows = try session.rows(
            """
            INSERT INTO platform.setup_tokens (token_hash, user_id, expires_at, made_by)
            VALUES (\(Bytes(hash)), \(user), now() + make_interval(hours => \(Int32(hours))), \(maker))
            RETURNING expires_at
            """)
        return try rows[0].decode(0)
    }

    /// Makes the user's links void. Returns how many there were.
    @discardableResult static func revokeSetupTokens(of user: User.ID, on session: SystemSession) throws -> Int {
        try session.execute(
            """
            UPDATE platform.setup_tokens
            SET used_at = now()
            WHERE user_id = \(user) AND used_at IS NULL AND expires_at > now()
            """)
    }

    /// Uses up a one-time token; nil when it is unknown, used, expired, or its user is disabled.
    static func useSetupToken(_ hash: [UInt8], on session: SystemSession) throws -> User.ID? {
        let rows = try session.rows(
            """
            UPDATE platform.setup_tokens AS k
            SET used_at = now()
            FROM platform.users AS u
            WHERE k.token_hash = \(Bytes(hash)) AND k.used_at IS NULL AND k.expires_at > now()
                AND u.id = k.user_id AND u.disabled_at IS NULL
            RETURNING k.user_id
            """)
        return try rows.first?.decode("user_id")
    }
}
