import Foundation
import Logging
package import Postgres
import Synchronization

/// One PostgreSQL for all tests of a process: private, in a temporary directory, without syncing; gone when the process ends.
///
/// With `DBTOOLS_TEST_DATABASE_URL` in the environment the tests use that server instead.
package struct TestCluster: Sendable {
    /// The folder of the cluster; nil with a server of one's own.
    package let directory: String?
    private let cluster: PrivateCluster?
    private let given: DatabaseAddress?

    /// The process's cluster, started on first use.
    package static var shared: TestCluster {
        get async throws { try await starting.value }
    }

    /// The superuser's address of `database`.
    package func address(database: String = "postgres") throws -> DatabaseAddress {
        if let given { return try given.with(["dbname": database]) }
        guard let cluster else { preconditionFailure("A test cluster has a cluster or an address.") }
        return try cluster.address(database: database)
    }

    // Unstructured on purpose: the cluster outlives each test and ends with the process.
    private static let starting = Task { () throws -> TestCluster in
        if let given = ProcessInfo.processInfo.environment["DBTOOLS_TEST_DATABASE_URL"] {
            return TestCluster(directory: nil, cluster: nil, given: DatabaseAddress(conninfo: given))
        }
        removeLeftOvers()
        let directory = "\(prefix)\(getpid())"
        var logger = Logger(label: "test-cluster")
        logger.logLevel = .error
        let cluster = PrivateCluster(
            directory: directory,
            // Each platform keeps up to six idle connections until the process ends: 800 were too few for all of them (2026-12-01).
            settings: ["fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "1500"], logger: logger)
        running.withLock { $0 = directory }
        atexit { TestCluster.end() }
        Task { try await cluster.run() }
        try await cluster.waitUntilReady()
        return TestCluster(directory: directory, cluster: cluster, given: nil)
    }

    private static let prefix = "/tmp/dbtools-tests-"
    private static let running = Mutex<String?>(nil)

    private static func end() {
        guard let directory = running.withLock({ $0 }) else { return }
        remove(directory)
    }

    /// Clusters of test processes that were killed.
    private static func removeLeftOvers() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] {
            let path = "/tmp/" + name
            guard path.hasPrefix(prefix), let owner = pid_t(path.dropFirst(prefix.count)), kill(owner, 0) != 0, errno == ESRCH else {
                continue
            }
            remove(path)
        }
    }

    private static func remove(_ directory: String) {
        let logger = Logger(label: "test-cluster")
        if let postmaster = PrivateCluster(directory: directory, logger: logger).postmasterProcess {
            kill(postmaster, SIGQUIT)
            for _ in 0..<200 where kill(postmaster, 0) == 0 { usleep(5_000) }
        }
        try? FileManager.default.removeItem(atPath: directory)  // a left-over in /tmp fails no test
    }
}
