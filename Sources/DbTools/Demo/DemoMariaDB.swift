import Foundation
import Logging
import Subprocess
import SystemPackage

/// A MariaDB of the demo's own, where one is installed: on a loopback port, with nothing in it but a monitoring account.
struct DemoMariaDB: Sendable {
    private static let outputBytesMax = 65_536
    private static let accountName = "mysql"

    let state: DemoState
    let prepared: Supervisor.Prepared

    private var directory: String { prepared.directory.path + "/mariadb" }

    static var isInstalled: Bool { program("mariadbd") != nil && program("mariadb-install-db") != nil }

    /// The server as a child; its data directory is made when it is missing. Nil where it cannot be made: the demo goes on without it.
    func child() async -> ChildProcess? {
        guard let server = Self.program("mariadbd"), let installer = Self.program("mariadb-install-db") else { return nil }
        do {
            try await prepare(installer)
        } catch {
            prepared.logger.warning("The demo does without MariaDB", metadata: ["reason": "\(Sentence.of(error))"])
            return nil
        }
        return ChildProcess(
            name: "mariadb", program: server,
            arguments: [
                "--no-defaults", "--datadir=\(directory)/data", "--socket=\(directory)/data/socket", "--port=\(state.mariadbPort)",
                "--bind-address=127.0.0.1",
                "--skip-name-resolve", "--pid-file=\(directory)/data/pid", "--innodb-buffer-pool-size=32M",
                "--log-error=\(directory)/data/error.log",
                "--init-file=\(directory)/data/init.sql", "--skip-log-bin",
            ] + account(),
            input: [], runDirectory: prepared.directory.run, logger: prepared.logger, emergency: prepared.emergency)
    }

    private func account() -> [String] { geteuid() == 0 ? ["--user=\(getpwnam(Self.accountName) == nil ? "root" : Self.accountName)"] : [] }

    private func prepare(_ installer: String) async throws {
        mkdir(directory, 0o711)
        let (data, unfinished) = (directory + "/data", directory + "/data.new")
        if access(data, F_OK) != 0 {
            if access(unfinished, F_OK) == 0 { try FileManager.default.removeItem(atPath: unfinished) }  // an interrupted start
            let result = try await Subprocess.run(
                .path(FilePath(installer)),
                arguments: Arguments(
                    ["--no-defaults", "--datadir=\(unfinished)", "--auth-root-authentication-method=normal", "--skip-test-db"] + account()),
                output: .discarded, error: .string(limit: Self.outputBytesMax))
            guard result.terminationStatus.isSuccess else {
                throw Failure("mariadb-install-db failed: \(result.standardError.suffix(200))")
            }
            guard rename(unfinished, data) == 0 else { throw Failure.system("put in place", data) }
        }
        // Nobody but the monitoring account can sign in from outside; root is left to the socket, which only the server's own user reaches.
        let password = state.mariadbPassword
        let user = "'\(DemoState.simulatorUser)'@'127.0.0.1'"
        let script = """
            CREATE OR REPLACE USER \(user) IDENTIFIED BY '\(password)';
            GRANT PROCESS, BINLOG MONITOR ON *.* TO \(user);
            GRANT SELECT ON performance_schema.* TO \(user);
            ALTER USER root@localhost IDENTIFIED VIA unix_socket;
            DROP USER IF EXISTS ''@localhost;
            """
        try PrivateFile.write(Array((script + "\n").utf8), to: data + "/init.sql")
        if geteuid() == 0, let entry = getpwnam(Self.accountName) {
            chown(data + "/init.sql", entry.pointee.pw_uid, entry.pointee.pw_gid)
            chmod(data, 0o700)
        }
    }

    private static func program(_ name: String) -> String? {
        ["/usr/sbin/", "/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first { access($0, X_OK) == 0 }
    }
}
