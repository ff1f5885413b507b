import Foundation
import Logging
import Platform
import Postgres
import Primitives

/// The opened installation: the system database, the keys, the tenants' databases. What every process and every command works on.
struct Installation: Sendable {
    let config: AppConfig
    let masterKey: MasterKey
    let pool: PostgresPool
    let system: SystemDatabase
    let secrets: SecretBox
    let tenants: TenantDatabases

    var provisioning: TenantProvisioning { TenantProvisioning(tenants) }

    init(config: AppConfig, pool: PostgresPool, system: SystemDatabase, masterKey: MasterKey) {
        self.config = config
        self.masterKey = masterKey
        self.pool = pool
        self.system = system
        secrets = SecretBox(master: masterKey)
        tenants = TenantDatabases(system: system, secrets: secrets)
    }

    /// Opens what a supervisor has prepared. `server` and `masterKey` are what it found out.
    init(config: AppConfig, server: DatabaseAddress, masterKey: MasterKey) throws {
        let pool = PostgresPool(connectionCountMax: config.databaseConnections, threadCount: min(8, config.databaseConnections))
        self.init(config: config, pool: pool, system: try SystemDatabase(server: server, pool: pool), masterKey: masterKey)
    }

    /// Makes or completes the system database and the template of tenants, settles the master key, clears away what a crash left half-made,
    /// and brings every tenant up to date. Safe at every start.
    static func prepare(_ config: AppConfig, server: DatabaseAddress, logger: Logger) async throws -> Installation {
        let pool = PostgresPool(connectionCountMax: config.databaseConnections, threadCount: min(8, config.databaseConnections))
        let system = try SystemDatabase(server: server, pool: pool)
        try await system.prepare(isPrivateCluster: config.databaseURL == nil)
        let key = try await MasterKeyFile(config).settle(with: system, logger: logger)
        let installation = Installation(config: config, pool: pool, system: system, masterKey: key)
        try await installation.clearHalfMade(logger: logger)
        for outcome in await TenantMigration(installation).run(.outdated, progress: { _, _ in }) {
            if let reason = outcome.failure {
                logger.error(
                    "A tenant's database could not be brought up to date", metadata: ["tenant": "\(outcome.slug)", "reason": "\(reason)"])
            } else if outcome.appliedCount > 0 {
                logger.notice(
                    "A tenant's database is up to date", metadata: ["tenant": "\(outcome.slug)", "migrations": "\(outcome.appliedCount)"])
            }
        }
        return installation
    }

    /// Seconds that a start waits for what a crash left half-made to be gone. PostgreSQL drops a database only after a checkpoint, which
    /// may take half a minute on a busy disk; what takes longer goes on beside the start, unseen.
    private static let clearingSecondsMax = 3.0

    private func clearHalfMade(logger: Logger) async throws {
        let (ends, end) = AsyncThrowingStream.makeStream(of: Void.self)
        let clock = Task {
            try await Task.sleep(for: .seconds(Self.clearingSecondsMax))
            logger.notice("What a crash left half-made is being removed beside the start: the disk is busy")
            end.finish()
        }
        Task { [provisioning] in
            do {
                let removed = try await provisioning.removeHalfMade()
                if !removed.isEmpty {
                    logger.warning(
                        "Removed tenants that a crash had left half-made", metadata: ["tenants": "\(removed.joined(separator: ","))"])
                }
                end.finish()
            } catch {
                end.finish(throwing: error)
            }
        }
        defer { clock.cancel() }
        for try await _ in ends {}
    }
}

/// Brings tenants' databases up to date, several at a time. One that fails is reported and does not stop the rest.
struct TenantMigration {
    static let parallelCountMax = 4

    struct Outcome: Sendable {
        let slug: String
        let appliedCount: Int
        let failure: String?
    }

    /// Whose databases are looked at. Deleted tenants are left alone unless they are named: a restore brings them up to date.
    enum Choice: Sendable {
        /// Active and suspended tenants, whatever is noted of them.
        case all
        /// Those of which it is not noted that they are up to date.
        case outdated
        /// By their slugs.
        case only(Set<String>)
    }

    private let installation: Installation
    init(_ installation: Installation) { self.installation = installation }

    private func tenants(_ choice: Choice) async throws -> [Tenant] {
        switch choice {
        case .all: try await installation.tenants.allTenants().filter { $0.status == .active || $0.status == .suspended }
        case .outdated: try await installation.tenants.tenantsToMigrate()
        case .only(let slugs): try await installation.tenants.allTenants().filter { slugs.contains($0.slug) }
        }
    }

    /// - Parameter progress: is told how many of how many are done.
    func run(_ choice: Choice, progress: (_ done: Int, _ total: Int) -> Void) async -> [Outcome] {
        let all: [Tenant]
        do { all = try await tenants(choice) } catch {
            return [Outcome(slug: "(all)", appliedCount: 0, failure: Sentence.of(error))]
        }
        var outcomes: [Outcome] = []
        await withTaskGroup(of: Outcome.self) { group in
            var waiting = all.makeIterator()
            func startNext() {
                guard let tenant = waiting.next() else { return }
                group.addTask { [installation] in
                    do {
                        return Outcome(slug: tenant.slug, appliedCount: try await installation.tenants.migrate(tenant), failure: nil)
                    } catch {
                        return Outcome(slug: tenant.slug, appliedCount: 0, failure: Sentence.of(error))
                    }
                }
            }
            for _ in 0..<Self.parallelCountMax { startNext() }
            for await outcome in group {
                outcomes.append(outcome)
                progress(outcomes.count, all.count)
                startNext()
            }
        }
        return outcomes.sorted { $0.slug < $1.slug }
    }
}

/// An error as the sentence that a person at the terminal reads.
enum Sentence {
    static func of(_ error: any Error) -> String {
        switch error {
        case let error as AppError:
            let details = error.details.map { "\($0.field) \($0.reason)" }.joined(separator: "; ")
            return details.isEmpty ? error.message : "\(error.message) (\(details))"
        case let error as PostgresError where error.isConnectionFailure: return "The database cannot be reached: \(oneLine(error.message))"
        case let error as PostgresError: return "The database refused: \(oneLine(error.message)) (\(error.sqlState))"
        case let error as any CustomStringConvertible: return "\(error)"
        default: return error.localizedDescription
        }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
    }
}
