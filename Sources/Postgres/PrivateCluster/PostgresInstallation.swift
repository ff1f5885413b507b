import Foundation
import Subprocess
import SystemPackage

/// PostgreSQL's programs on this machine.
package struct PostgresInstallation: Sendable {
    /// Older releases lack what the schema uses.
    package static let majorMin = 15

    /// The folder of `postgres`, `initdb` and `pg_dump`.
    package let binDirectory: String
    package let major: Int

    /// The installation that fits a data directory of version `dataVersion`; the newest one when that is nil.
    /// Throws ``ClusterError`` when there is none.
    package static func find(binDirectory: String?, dataVersion: Int?) async throws -> PostgresInstallation {
        if let binDirectory {
            guard let major = await version(of: binDirectory) else {
                throw ClusterError("There is no PostgreSQL server in \(binDirectory).")
            }
            return try fitting([PostgresInstallation(binDirectory: binDirectory, major: major)], dataVersion)
        }
        let packaged = packagedInstallations()
        if let found = try? fitting(packaged, dataVersion) { return found }  // else ask further before complaining
        var others = packaged
        for directory in await otherDirectories() where !others.contains(where: { $0.binDirectory == directory }) {
            if let major = await version(of: directory) { others.append(PostgresInstallation(binDirectory: directory, major: major)) }
        }
        return try fitting(others, dataVersion)
    }

    private static func fitting(_ found: [PostgresInstallation], _ dataVersion: Int?) throws(ClusterError) -> PostgresInstallation {
        guard let newest = found.max(by: { $0.major < $1.major }) else {
            throw ClusterError(
                "PostgreSQL is not installed: install it (Debian: apt-get install postgresql), "
                    + "or set DATABASE_URL to use a server of yours."
            )
        }
        if let dataVersion {
            guard let same = found.first(where: { $0.major == dataVersion }) else {
                let have = Set(found.map(\.major)).sorted().map(String.init).joined(separator: ", ")
                throw ClusterError(
                    "The data directory was made by PostgreSQL \(dataVersion), but this machine has \(have): "
                        + "install PostgreSQL \(dataVersion), "
                        + "make a backup with it, and restore that into a new data directory.")
            }
            return same
        }
        guard newest.major >= majorMin else {
            throw ClusterError("PostgreSQL \(majorMin) or later is needed; this machine has \(newest.major).")
        }
        return newest
    }

    /// Debian's, Red Hat's and source builds' folders, whose path tells the version: no process is started for them.
    private static func packagedInstallations() -> [PostgresInstallation] {
        var found: [PostgresInstallation] = []
        for (parent, prefix, suffix) in [("/usr/lib/postgresql", "", "/bin"), ("/usr", "pgsql-", "/bin")] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
                let directory = "\(parent)/\(name)\(suffix)"
                if let major = Int(name.dropFirst(prefix.count)), access(directory + "/postgres", X_OK) == 0,
                    access(directory + "/initdb", X_OK) == 0
                {
                    found.append(PostgresInstallation(binDirectory: directory, major: major))
                }
            }
        }
        return found
    }

    private static func otherDirectories() async -> [String] {
        var directories: [String] = []
        if let told = await output(.name("pg_config"), ["--bindir"]) { directories.append(told) }
        directories.append("/usr/local/pgsql/bin")
        directories += (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return directories.filter { access($0 + "/postgres", X_OK) == 0 && access($0 + "/initdb", X_OK) == 0 }
    }

    /// "postgres (PostgreSQL) 15.14 (Debian ...)" -> 15
    private static func version(of directory: String) async -> Int? {
        guard let text = await output(.path(FilePath(directory + "/postgres")), ["--version"]), let range = text.range(of: "(PostgreSQL) ")
        else { return nil }
        return Int(text[range.upperBound...].prefix { $0.isNumber })
    }

    /// Whether the server knows a setting's value, as it was built: it says so without being started.
    func accepts(_ setting: String, data: String, as account: ClusterAccount) async -> Bool {
        let name = String(setting.prefix { $0 != "=" })
        let command = account.command(binDirectory + "/postgres", ["-D", data, "-c", setting, "-C", name])
        return await Self.output(command.executable, command.arguments) != nil
    }

    private static func output(_ executable: Executable, _ arguments: Arguments) async -> String? {
        // A program that is missing or fails is no installation.
        let result = try? await Subprocess.run(executable, arguments: arguments, output: .string(limit: 4_096), error: .discarded)
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
