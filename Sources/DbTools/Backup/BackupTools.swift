import Crypto
import Foundation
import Postgres
import Primitives
import Subprocess
import SystemPackage

/// The programs that a backup is made with: PostgreSQL's own, and tar.
struct BackupTools: Sendable {
    private static let outputBytesMax = 64 * 1024
    let binDirectory: String

    /// Finds `pg_dump` and `pg_restore`, at least as new as the server. Throws `ClusterError` when there are none.
    static func find(_ config: AppConfig) async throws -> BackupTools {
        BackupTools(
            binDirectory: try await PostgresInstallation.find(binDirectory: config.postgresBinDirectory, dataVersion: nil).binDirectory)
    }

    /// Runs one of PostgreSQL's programs against `database`. The password goes by way of the environment: arguments can be read by every
    /// user.
    func run(_ program: String, _ arguments: [String], database: DatabaseAddress) async throws {
        var parameters = try database.parameters()
        let password = parameters.first { $0.key == "password" }?.value ?? ""
        parameters.removeAll { $0.key == "password" }
        let conninfo = parameters.map { "\($0.key)='\($0.value.escaping("\\", with: "\\\\").escaping("'", with: "\\'"))'" }.joined(
            separator: " ")
        try await Self.run(
            .path(FilePath("\(binDirectory)/\(program)")), arguments + ["--dbname", conninfo],
            environment: .inherit.updating(["PGPASSWORD": password]))
    }

    /// Runs tar. Throws ``Failure`` with its last words.
    static func tar(_ arguments: [String]) async throws { try await run(.name("tar"), arguments, environment: .inherit) }

    private static func run(_ executable: Executable, _ arguments: [String], environment: Environment) async throws {
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments), environment: environment, output: .discarded, error: .string(limit: outputBytesMax)
        )
        guard result.terminationStatus.isSuccess else {
            // Its last line tells the cause, save here: tar goes on to say that it gives up.
            if result.standardError.contains("No space left on device") {
                throw Failure("\(executable) found no space left on the disk. Make room, then try again.")
            }
            let words = result.standardError.split(whereSeparator: \.isNewline).last.map(String.init) ?? "it gave no reason"
            throw Failure("\(executable) failed: \(words).")
        }
    }

    /// The SHA-256 of a file, in hexadecimal, read in pieces.
    static func sha256(of path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { throw Failure.system("read", path) }
        defer { try? file.close() }  // it was only read
        var hash = SHA256()
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// A folder of our own beside `path`, that only we may read.
    static func temporaryFolder(beside path: String) throws -> String {
        let parent = (path as NSString).deletingLastPathComponent
        var template = Array(((parent.isEmpty ? "." : parent) + "/.dbtools-backup-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure.system("make a temporary folder beside", path) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
