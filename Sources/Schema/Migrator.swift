package import Postgres
import Primitives

/// One step of a database's schema: forward only, and never edited once it has been released.
package struct Migration: Sendable {
    /// From 1, without gaps.
    package let number: Int
    package let name: String
    package let sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// Notices an edited migration; it protects from mistakes, not from malice.
    package var checksum: String { String(fnv1a(sql), radix: 16) }
}

/// Brings a database's schema up to date.
package enum Migrator {
    /// The advisory lock under which migrations run: "DbTM" in ASCII.
    private static let lockKey = 0x4462_544D

    /// Applies what is missing, each migration in a transaction of its own, under an advisory lock: two programs that start at once wait
    /// for each other.
    ///
    /// - Returns: how many were applied.
    /// - Throws: `AppError.unavailable` when the database is newer than this program or a migration was edited after it had been
    ///   applied, `PostgresError` when a
    ///   migration fails: that one is rolled back, the ones before it stay.
    @discardableResult
    package static func migrate(_ connection: PostgresConnection, _ migrations: [Migration]) throws -> Int {
        try connection.execute("SELECT pg_advisory_lock(\(lockKey))")
        defer { _ = try? connection.execute("SELECT pg_advisory_unlock(\(lockKey))") }  // a lost connection has given the lock back
        try connection.script(
            """
            CREATE SCHEMA IF NOT EXISTS platform;
            CREATE TABLE IF NOT EXISTS platform.schema_migrations (
                number     integer     PRIMARY KEY,
                name       text        NOT NULL,
                checksum   text        NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            """)
        let pending = try pending(connection, migrations)
        for migration in pending {
            try connection.transaction {
                try connection.script(migration.sql)
                try connection.execute(
                    """
                    INSERT INTO platform.schema_migrations (number, name, checksum)
                    VALUES (\(Int32(migration.number)), \(migration.name), \(migration.checksum))
                    """)
            }
        }
        return pending.count
    }

    private static func pending(_ connection: PostgresConnection, _ migrations: [Migration]) throws -> [Migration] {
        let rows = try connection.rows("SELECT number, checksum FROM platform.schema_migrations ORDER BY number")
        var applied: [Int: String] = [:]
        for row in rows { applied[try row.decode("number")] = try row.decode("checksum", as: String.self) }
        if let newest = applied.keys.max(), newest > migrations.count {
            throw AppError(
                .unavailable,
                "The database has schema version \(newest), this program knows \(migrations.count): start a newer DbTools, or restore a backup"
            )
        }
        if let edited = migrations.first(where: { applied[$0.number] != nil && applied[$0.number] != $0.checksum }) {
            throw AppError(
                .unavailable,
                "Migration \(edited.number) (\(edited.name)) is not the one that was applied here: start the program it came from")
        }
        return migrations.filter { applied[$0.number] == nil }
    }

    /// The number of the newest migration applied; 0 for an empty database. Throws `PostgresError`.
    package static func version(_ connection: PostgresConnection) throws -> Int {
        guard try connection.rows("SELECT to_regclass('platform.schema_migrations') IS NOT NULL")[0].decode(0, as: Bool.self) else {
            return 0
        }
        return try connection.rows("SELECT coalesce(max(number), 0) FROM platform.schema_migrations")[0].decode(0)
    }
}
