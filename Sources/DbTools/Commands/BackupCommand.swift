import ArgumentParser
import Foundation
import Postgres
import Primitives

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Writes everything into one file: all databases and the master key.",
        discussion: """
            Works beside a running serve and without one. The file is complete and read back before it stands at its place;
            whoever has it has
            everything, so it can be read by you alone: keep it like a key.

            Examples:
              dbtools backup /backups/dbtools-2026-11-21.tar
              dbtools backup --data-dir /srv/dbtools /backups/dbtools.tar
            """)

    @OptionGroup var options: InstallationOptions

    @Argument(help: "The file to write; one that is there is replaced when the new one is complete.")
    var file: String

    func run() async throws {
        let file = file
        let manifest = try await OpenInstallation.run(try options.read(), for: "backup") { installation in
            let writer = BackupWriter(
                installation: installation, program: "dbtools \(VersionCommand.version)", progress: { Terminal.say("Backing up \($0)") })
            return try await writer.write(
                to: (file as NSString).isAbsolutePath ? file : FileManager.default.currentDirectoryPath + "/" + file)
        }
        let bytes = manifest.dumps.reduce(0) { $0 + $1.sizeBytes }
        Terminal.say("\(file): the system database and \(manifest.dumps.count - 1) tenants, \(bytes / 1024) KiB, read back.")
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Brings back what backup wrote: all databases, the roles and the master key.",
        discussion: """
            Stop serve first. Every database is restored beside the old ones and takes its place only when all are there:
            a damaged file changes nothing.

            Examples:
              dbtools restore --data-dir /srv/dbtools-new /backups/dbtools.tar
              dbtools restore --force /backups/dbtools.tar
            """)

    @OptionGroup var options: InstallationOptions

    @Flag(help: "Replace an installation that has tenants or users already.")
    var force = false

    @Argument(help: "The file that backup wrote.")
    var file: String

    func run() async throws {
        let config = try options.read()
        let (file, force) = (file, force)
        guard access(file, R_OK) == 0 else { throw Failure.system("read", file) }
        let restored: (manifest: BackupManifest, tenantCount: Int)
        if let url = config.databaseURL {
            restored = try await Self.restore(file, force, config, DatabaseAddress(conninfo: url))
        } else {
            restored = try await OpenInstallation.onPrivateCluster(config, for: "restore", makeIfMissing: true) { server, isRunning in
                guard !isRunning else { throw Failure("dbtools serve runs on \(config.dataDirectory): stop it first, then restore.") }
                return try await Self.restore(file, force, config, server)
            }
        }
        let createdAt = restored.manifest.createdAt.formatted(.iso8601)
        Terminal.say("Restored the backup of \(createdAt): \(counted(restored.tenantCount, "tenant")), each read back under its own role.")
    }

    private static func restore(
        _ file: String, _ force: Bool, _ config: AppConfig, _ server: DatabaseAddress
    ) async throws -> (manifest: BackupManifest, tenantCount: Int) {
        let pool = PostgresPool(connectionCountMax: 8, threadCount: 4)
        defer { pool.shutdown() }
        return try await BackupRestore(config: config, server: server, pool: pool, progress: { Terminal.say("Restoring: \($0)") })
            .restore(from: file, force: force)
    }
}
