import Postgres

extension TenantSettings {
    /// Grows with every change of any section: the ETag.
    static func version(on session: TenantSession) throws -> Int64 {
        try session.rows("SELECT coalesce(sum(version), 0)::bigint FROM platform.settings")[0].decode(0)
    }
}
