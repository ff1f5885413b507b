import Foundation
import Synchronization

/// One MariaDB for all tests of a process: private, on 127.0.0.1 with TLS and on a socket, in a temporary directory; gone when the
/// process ends.
package struct TestMariaDB: Sendable {
    package let port: Int
    package let socket: String
    /// Signs the server's certificate, which is for `localhost` and 127.0.0.1.
    package let caFile: String
    package let user = "root"
    package let password: String

    /// Whether MariaDB is installed here; tests that need it are skipped otherwise.
    package static var isInstalled: Bool { program("mariadbd") != nil && program("mariadb-install-db") != nil }

    /// The process's server, started on first use.
    package static var shared: TestMariaDB {
        get async throws { try await starting.value }
    }

    /// Runs statements as root with the command line client.
    package func execute(_ sql: String) throws {
        try TestProcess.runToEnd(
            try Self.required("mariadb"),
            ["--no-defaults", "--socket=\(socket)", "--user=root", "--password=\(password)", "--execute=\(sql)"])
    }

    /// Runs a script as root, as an administrator does: `mariadb < script.sql`.
    package func run(script: String) throws {
        let client = try Self.required("mariadb")
        try TestProcess.runScript(script) { file in
            let options = "--no-defaults --default-character-set=utf8mb4 --user=root"
            return ("/bin/sh", ["-c", "exec \(client) \(options) --socket='\(socket)' --password='\(password)' <'\(file)'"])
        }
    }

    /// Another that says it is of a version below the minimum, and offers no encryption.
    package static var old: TestMariaDB {
        get async throws { try await startingOld.value }
    }

    // Unstructured on purpose: the server outlives each test and ends with the process.
    private static let starting = Task.detached { () throws -> TestMariaDB in
        removeLeftOvers()
        let directory = "\(prefix)\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        running.withLock { $0 = directory }
        atexit { TestMariaDB.end() }
        let certificates = try TestCertificates(in: directory)
        return try await start(
            in: directory, caFile: certificates.caFile,
            options: [
                "--ssl-ca=\(certificates.caFile)", "--ssl-cert=\(certificates.certificateFile)", "--ssl-key=\(certificates.keyFile)",
                "--performance-schema=ON",
            ])
    }

    private static let startingOld = Task.detached { () throws -> TestMariaDB in
        let beside = try await shared
        let directory = "\(prefix)\(getpid())/old"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return try await start(in: directory, caFile: beside.caFile, options: ["--version=10.5.1-MariaDB"])
    }

    private static func start(in directory: String, caFile: String, options more: [String]) async throws -> TestMariaDB {
        let account = geteuid() == 0 ? ["--user=root"] : []
        try TestProcess.runToEnd(
            try required("mariadb-install-db"),
            ["--no-defaults", "--datadir=\(directory)/data", "--auth-root-authentication-method=normal", "--skip-test-db"] + account)
        let password = "test \(UUID().uuidString)"
        let statements = """
            ALTER USER root@localhost IDENTIFIED BY '\(password)';
            CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '\(password)';
            GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;
            DROP USER IF EXISTS ''@localhost;
            FLUSH PRIVILEGES;

            """
        try statements.write(toFile: directory + "/init.sql", atomically: true, encoding: .utf8)
        let port = try TestProcess.freePort()
        let socket = directory + "/socket"
        let options = [
            "--no-defaults", "--datadir=\(directory)/data", "--socket=\(socket)", "--port=\(port)", "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--pid-file=\(directory)/pid", "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0",
            // Not /tmp: a server that starts deletes there what another has under way.
            "--tmpdir=\(directory)", "--log-error=\(directory)/log", "--init-file=\(directory)/init.sql",
        ]
        let command = ([try required("mariadbd")] + options + more + account).map { "'\($0)'" }.joined(separator: " ")
        // A server that does not start is seen below.
        processes.withLock { $0 += [try? TestProcess.runInBackground(command)].compactMap { $0 } }
        let server = TestMariaDB(port: port, socket: socket, caFile: caFile, password: password)
        // The signal is the server's own readiness: it answers a statement. 20 s is for a busy machine.
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                try server.execute("SELECT 1")
                return server
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private static let prefix = "/tmp/dbtools-mariadb-"
    private static let running = Mutex<String?>(nil)
    private static let processes = Mutex<[Process]>([])

    private static func end() {
        guard let directory = running.withLock({ $0 }) else { return }
        for file in ["/pid", "/old/pid"] {
            let server = (try? String(contentsOfFile: directory + file, encoding: .utf8)).flatMap {
                pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            guard let server else { continue }
            kill(server, SIGKILL)
            for _ in 0..<200 where kill(server, 0) == 0 { usleep(5_000) }
        }
        try? FileManager.default.removeItem(atPath: directory)  // a left-over in /tmp fails no test
    }

    /// Directories of test processes that were killed; their servers ended with them.
    private static func removeLeftOvers() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] {
            let path = "/tmp/" + name
            guard path.hasPrefix(prefix), let owner = pid_t(path.dropFirst(prefix.count)), kill(owner, 0) != 0, errno == ESRCH else {
                continue
            }
            try? FileManager.default.removeItem(atPath: path)  // a left-over in /tmp fails no test
        }
    }

    private static func program(_ name: String) -> String? {
        ["/usr/sbin/", "/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func required(_ name: String) throws -> String {
        guard let path = program(name) else { throw TestProcess.Failed(description: "\(name) is not installed") }
        return path
    }
}
