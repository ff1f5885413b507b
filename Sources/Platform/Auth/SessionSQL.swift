import Foundation
import Postgres
import Primitives

extension Session {
    /// The caller behind a session that is named by `condition`, if the session lives and the user may sign in. Notes that it was used.
    private static func caller(where condition: SQL, on session: SystemSession) throws -> Caller? {
        let rows = try session.rows(
            """
            SELECT s.id AS session_id, s.last_seen_at < now() - make_interval(secs => \(seenSeconds)) AS is_stale,
                u.id, u.email, u.name, u.is_super_admin, \(User.membershipsColumn)
            FROM platform.sessions AS s
            JOIN platform.users AS u ON u.id = s.user_id
            WHERE \(condition)
                AND s.revoked_at IS NULL
                AND s.expires_at > now()
                AND s.last_seen_at > now() - make_interval(secs => \(idleSecondsMax))
                AND u.disabled_at IS NULL
            """)
        guard let row = rows.first else { return nil }
        let id = try row.decode("session_id", as: UUID.self)
        if try row.decode("is_stale", as: Bool.self) {
            try session.execute("UPDATE platform.sessions SET last_seen_at = now() WHERE id = \(id)")
        }
        return Caller(
            userID: try row.decode("id"), email: try row.decode("email"), name: try row.decode("name"),
            isSuperAdmin: try row.decode("is_super_admin"),
            sessionID: id, memberships: try User.memberships(in: row))
    }

    static func caller(cookieHash: [UInt8], on session: SystemSession) throws -> Caller? {
        try caller(where: "s.token_hash = \(Bytes(cookieHash))", on: session)
    }

    static func caller(sessionID: UUID, on session: SystemSession) throws -> Caller? {
        try caller(where: "s.id = \(sessionID)", on: session)
    }

    /// Begins a sign-in of `user`, and notes it on the account.
    static func begin(_ id: UUID, user: User.ID, cookieHash: [UInt8], refreshHash: [UInt8], address: String, on session: SystemSession)
        throws
    {
        try session.execute(
            """
            INSERT INTO platform.sessions (id, user_id, token_hash, expires_at, address)
            VALUES (\(id), \(user), \(Bytes(cookieHash)), now() + make_interval(secs => \(lifetimeSeconds)), \(address))
            """)
        try insertRefreshToken(refreshHash, session: id, on: session)
        try session.execute("UPDATE platform.users SET last_sign_in_at = now() WHERE id = \(user)")
        try session.execute(
            """
            UPDATE platform.sessions
            SET revoked_at = now(), revoked_for = \(End.tooMany)
            WHERE id IN (
                SELECT id
                FROM platform.sessions
                WHERE user_id = \(user) AND revoked_at IS NULL AND expires_at > now()
                ORDER BY created_at DESC, id DESC
                OFFSET \(countMaxPerUser))
            """)
    }

    private static func insertRefreshToken(_ hash: [UInt8], session id: UUID, on session: SystemSession) throws {
        try session.execute(
            """
            INSERT INTO platform.refresh_tokens (token_hash, session_id, expires_at)
            SELECT \(Bytes(hash)), id, expires_at
            FROM platform.sessions
            WHERE id = \(id)
            """)
    }

    /// Exchanges the refresh token `old` for `new`, and revokes the session when `old` was used before.
    static func refresh(old: [UInt8], new: [UInt8], on session: SystemSession) throws -> RefreshOutcome {
        let rows = try session.rows(
            """
            SELECT r.session_id, s.user_id, r.used_at IS NULL AS is_new,
                r.used_at > now() - make_interval(secs => \(refreshGraceSeconds)) AS is_in_grace
            FROM platform.refresh_tokens AS r
            JOIN platform.sessions AS s ON s.id = r.session_id
            JOIN platform.users AS u ON u.id = s.user_id
            WHERE r.token_hash = \(Bytes(old)) AND r.expires_at > now() AND s.revoked_at IS NULL AND s.expires_at > now()
                AND s.last_seen_at > now() - make_interval(secs => \(idleSecondsMax)) AND u.disabled_at IS NULL
            FOR UPDATE OF r, s
            """)
        guard let row = rows.first else { return .refused }
        let id = try row.decode("session_id", as: UUID.self)
        let isNew = try row.decode("is_new", as: Bool.self)
        guard try isNew || row.decode("is_in_grace", as: Bool?.self) == true else {
            try revoke(id, for: .refreshTokenReused, on: session)
            return .reused(session: id)
        }
        if isNew { try session.execute("UPDATE platform.refresh_tokens SET used_at = now() WHERE token_hash = \(Bytes(old))") }
        try insertRefreshToken(new, session: id, on: session)
        try session.execute("UPDATE platform.sessions SET last_seen_at = now() WHERE id = \(id)")
        guard let user = try User.find(row.decode("user_id"), on: session) else { return .refused }
        return .renewed(session: id, user: user)
    }

    static func revoke(_ id: UUID, for end: End, on session: SystemSession) throws {
        try session.execute("UPDATE platform.sessions SET revoked_at = now(), revoked_for = \(end) WHERE id = \(id) AND revoked_at IS NULL")
    }

    /// Ends all of the user's sign-ins but `kept`.
    static func revokeAll(of user: User.ID, except kept: UUID? = nil, for end: End, on session: SystemSession) throws {
        try session.execute(
            """
            UPDATE platform.sessions
            SET revoked_at = now(), revoked_for = \(end)
            WHERE user_id = \(user) AND revoked_at IS NULL AND id IS DISTINCT FROM \(kept)
            """)
    }

    /// Deletes what has been over for a while. Returns how many rows went.
    static func deleteExpired(on session: SystemSession) throws -> Int {
        let sessions = try session.execute(
            """
            DELETE FROM platform.sessions
            WHERE expires_at < now() - interval '1 day' OR revoked_at < now() - interval '30 days'
            """)
        let links = try session.execute("DELETE FROM platform.setup_tokens WHERE expires_at < now() - interval '1 day'")
        return sessions + links
    }
}
