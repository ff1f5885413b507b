import Foundation
import Platform
import Postgres
import Schema

/// Writes everything there is into one file: the system database, every tenant's database, the master key.
struct BackupWriter: Sendable {
    let installation: Installation
    let program: String
    /// Told what is being dumped: "3 of 12: acme".
    var progress: @Sendable (String) -> Void = { _ in }

    /// Dumps into a folder beside `file`, packs it, reads the packed file back and puts it in place by rename: what stands at `file` is
    /// whole, or what was
    /// there before. Throws ``Failure``, `PostgresError`.
    func write(to file: String) async throws -> BackupManifest {
        let tools = try await BackupTools.find(installation.config)
        let folder = try BackupTools.temporaryFolder(beside: file)
        defer { try? FileManager.default.removeItem(atPath: folder) }  // a left-over folder is named by its prefix
        var manifest = BackupManifest(
            format: BackupManifest.formatVersion, program: program, createdAt: Date(), systemSchema: Migration.system.count,
            tenantSchema: Migration.tenant.count, dumps: [])

        // The system database first: every tenant that its dump speaks of is in the list that is read after it.
        progress("the system database")
        let systemDump = BackupManifest.Dump(
            slug: nil, databaseName: installation.system.name, fileName: "system.dump", sizeBytes: 0, sha256: "")
        manifest.dumps.append(try await dump(systemDump, tools, folder))
        installation.tenants.invalidate()
        let tenants = try await installation.tenants.allTenants()
        for (index, tenant) in tenants.enumerated() {
            progress("\(index + 1) of \(tenants.count): \(tenant.slug)")
            let tenantDump = BackupManifest.Dump(
                slug: tenant.slug, databaseName: tenant.databaseName, fileName: "tenant-\(tenant.slug).dump", sizeBytes: 0, sha256: "")
            manifest.dumps.append(try await dump(tenantDump, tools, folder))
        }
        try PrivateFile.write(Array((installation.masterKey.text + "\n").utf8), to: "\(folder)/\(BackupManifest.masterKeyFileName)")
        try PrivateFile.write(Array(try BackupManifest.encoder.encode(manifest)), to: "\(folder)/\(BackupManifest.fileName)")
        try await pack(manifest, folder, into: file)
        return manifest
    }

    private func dump(_ dump: BackupManifest.Dump, _ tools: BackupTools, _ folder: String) async throws -> BackupManifest.Dump {
        let path = "\(folder)/\(dump.fileName)"
        let arguments = ["--format=custom", "--compress=1", "--no-password", "--file", path]
        try await tools.run("pg_dump", arguments, database: installation.system.address.with(["dbname": dump.databaseName]))
        var dump = dump
        chmod(path, 0o600)
        dump.sizeBytes = Int(try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64 ?? 0)
        dump.sha256 = try BackupTools.sha256(of: path)
        return dump
    }

    private func pack(_ manifest: BackupManifest, _ folder: String, into file: String) async throws {
        let packed = "\(folder)/packed.tar"
        let names = [BackupManifest.fileName, BackupManifest.masterKeyFileName] + manifest.dumps.map(\.fileName)
        try await BackupTools.tar(["-cf", packed, "-C", folder] + names)
        chmod(packed, 0o600)
        progress("reading it back")
        let check = folder + "/check"
        mkdir(check, 0o700)
        _ = try await BackupArchive.open(packed, in: check)
        let descriptor = Glibc.open(packed, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0, close(descriptor) == 0, rename(packed, file) == 0 else {
            throw Failure.system("put in place", file)
        }
    }
}

/// A backup that has been unpacked and found whole.
struct BackupArchive: Sendable {
    let manifest: BackupManifest
    let masterKey: MasterKey
    let folder: String

    /// Unpacks `file` into `folder` and checks every dump against the manifest. Throws ``Failure`` that says what is wrong with it.
    static func open(_ file: String, in folder: String) async throws -> BackupArchive {
        guard access(file, R_OK) == 0 else { throw Failure.system("read", file) }
        do {
            try await BackupTools.tar(["-xf", file, "-C", folder, "--no-same-owner"])
        } catch {
            throw Failure("\(file) is not a backup of DbTools, or it is cut short.")
        }
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(BackupManifest.fileName)"),
            let manifest = try? BackupManifest.decoder.decode(BackupManifest.self, from: bytes)
        else { throw Failure("\(file) is not a backup of DbTools: its manifest is missing or cannot be read.") }
        guard manifest.format <= BackupManifest.formatVersion, manifest.systemSchema <= Migration.system.count,
            manifest.tenantSchema <= Migration.tenant.count
        else { throw Failure("\(file) was made by a newer DbTools (\(manifest.program)): restore it with that one.") }
        for dump in manifest.dumps {
            let path = "\(folder)/\(dump.fileName)"
            guard !dump.fileName.contains("/"), access(path, R_OK) == 0, try BackupTools.sha256(of: path) == dump.sha256 else {
                throw Failure("\(file) is damaged: \(dump.fileName) is missing or not what was written.")
            }
        }
        let keyFile = FileManager.default.contents(atPath: "\(folder)/\(BackupManifest.masterKeyFileName)")
        guard let keyFile, let key = MasterKey(text: String(decoding: keyFile, as: UTF8.self)) else {
            throw Failure("\(file) is damaged: its master key cannot be read.")
        }
        return BackupArchive(manifest: manifest, masterKey: key, folder: folder)
    }
}
