import Foundation
import Platform
import Postgres

/// Brings back what `BackupWriter` wrote.
///
/// Every database is restored under another name first; only when all are there do they take the place of what was there before. Up to
/// that moment a
/// failure changes nothing; after it, running the same command again completes the work.
struct BackupRestore: Sendable {
    let config: AppConfig
    /// The cluster, as a role that may create databases and roles. DbTools itself must not be running on it.
    let server: DatabaseAddress
    let pool: PostgresPool
    var progress: @Sendable (String) -> Void = { _ in }

    /// Restores `file`. Throws ``Failure`` when the archive is damaged or newer than this program, when there are tenants or users
    /// already and `force` is
    /// not given, or when the configured master key is another one than the backup's; `PostgresError`.
    ///
    /// - Returns: what was restored, and how many tenants were read back under their own roles.
    func restore(from file: String, force: Bool) async throws -> (manifest: BackupManifest, tenantCount: Int) {
        let folder = try BackupTools.temporaryFolder(beside: config.dataDirectory + "/restore")
        defer { try? FileManager.default.removeItem(atPath: folder) }  // a left-over folder is named by its prefix
        progress("checking \(file)")
        let archive = try await BackupArchive.open(file, in: folder)
        try refuseAnotherKey(archive)
        let system = try SystemDatabase(server: server, pool: pool)
        try await system.prepare(isPrivateCluster: config.databaseURL == nil)
        if !force { try await refuseToReplace(system) }

        let restored = try await restoreBeside(archive)
        progress("putting the databases in place")
        try await removeReplaced(system, keeping: archive.manifest)
        try await swap(restored, systemName: system.name)
        if config.masterKey == nil, config.masterKeyFile == nil {
            try PrivateFile.write(Array((archive.masterKey.text + "\n").utf8), to: DataDirectory(config.dataDirectory).masterKey)
        }
        progress("reading back")
        try await system.prepare(isPrivateCluster: config.databaseURL == nil)
        let tenants = TenantDatabases(system: system, secrets: SecretBox(master: archive.masterKey))
        return (archive.manifest, try await TenantProvisioning(tenants).remakeRoles())
    }

    private func refuseAnotherKey(_ archive: BackupArchive) throws {
        guard let given = try MasterKeyFile(config).given(), config.masterKey != nil || config.masterKeyFile != nil else { return }
        guard given.keyID == archive.masterKey.keyID else {
            throw Failure(
                "The configured master key (\(given.keyID)) is not the backup's (\(archive.masterKey.keyID)): "
                    + "configure that one, or none, and try again."
            )
        }
    }

    private func refuseToReplace(_ system: SystemDatabase) async throws {
        let (tenants, users) = try await system.read { session in
            let row = try session.rows(
                "SELECT (SELECT count(*) FROM platform.tenants) AS tenants, (SELECT count(*) FROM platform.users) AS users")[0]
            return (try row.decode("tenants", as: Int.self), try row.decode("users", as: Int.self))
        }
        guard tenants == 0, users == 0 else {
            throw Failure(
                "There is an installation already (\(tenants) tenants, \(users) users): give --force to replace it with the backup.")
        }
    }

    /// Restores each dump into a database of a passing name.
    private func restoreBeside(_ archive: BackupArchive) async throws -> [(name: String, dump: BackupManifest.Dump)] {
        let tools = try await BackupTools.find(config)
        var restored: [(name: String, dump: BackupManifest.Dump)] = []
        for (index, dump) in archive.manifest.dumps.enumerated() {
            progress("\(index + 1) of \(archive.manifest.dumps.count): \(dump.slug ?? "the system database")")
            let name = "dbtools_restoring_\(index)"
            try await pool.run(server.with(["dbname": "postgres"])) { connection in
                connection.statementDeadlineSeconds = nil
                try connection.script("DROP DATABASE IF EXISTS \(SQL.identifier(name)) WITH (FORCE)")
                try connection.script("CREATE DATABASE \(SQL.identifier(name)) ENCODING 'UTF8' TEMPLATE template0")
                try connection.script("REVOKE ALL ON DATABASE \(SQL.identifier(name)) FROM PUBLIC")
            }
            // The system database belongs to whoever we are here; tenants' objects to the group that they were made for.
            let arguments = ["--exit-on-error", "--no-password"] + (dump.slug == nil ? ["--no-owner", "--no-privileges"] : [])
            try await tools.run("pg_restore", arguments + ["\(archive.folder)/\(dump.fileName)"], database: server.with(["dbname": name]))
            restored.append((name, dump))
        }
        return restored
    }

    /// Takes away the replaced installation's tenants that the backup does not know: nobody would know them afterwards, and their data,
    /// roles and slugs would stay for ever.
    private func removeReplaced(_ system: SystemDatabase, keeping manifest: BackupManifest) async throws {
        let kept = Set(manifest.dumps.map(\.databaseName))
        let replaced = try await system.read { session in
            try session.rows("SELECT database_name, owner_role, runtime_role FROM platform.tenants").map { row in
                try (database: row.decode(0, as: String.self), roles: [row.decode(1, as: String.self), row.decode(2, as: String.self)])
            }
        }
        try await pool.run(server.with(["dbname": "postgres"])) { connection in
            connection.statementDeadlineSeconds = nil
            for tenant in replaced where !kept.contains(tenant.database) {
                try connection.script("DROP DATABASE IF EXISTS \(SQL.identifier(tenant.database)) WITH (FORCE)")
                for role in tenant.roles { try connection.script("DROP ROLE IF EXISTS \(SQL.identifier(role))") }
            }
        }
    }

    /// Lets the restored databases take the places of the old ones; the system database last, so that it never speaks of a tenant that is
    /// not there.
    private func swap(_ restored: [(name: String, dump: BackupManifest.Dump)], systemName: String) async throws {
        pool.close(try server.with(["dbname": systemName, "application_name": "dbtools"]))
        for (name, dump) in restored.sorted(by: { $0.dump.slug != nil && $1.dump.slug == nil }) {
            let target = dump.slug == nil ? systemName : dump.databaseName
            try await pool.run(server.with(["dbname": "postgres"])) { connection in
                connection.statementDeadlineSeconds = nil
                try connection.script("DROP DATABASE IF EXISTS \(SQL.identifier(target)) WITH (FORCE)")
                try connection.script("ALTER DATABASE \(SQL.identifier(name)) RENAME TO \(SQL.identifier(target))")
            }
        }
    }
}
