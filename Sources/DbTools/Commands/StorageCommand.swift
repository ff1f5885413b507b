import ArgumentParser
import Fleet
import Foundation
import Logging
import Monitoring
import Platform
import Primitives

/// Compacts and reads samples at a given time, for Benchmarks/storage.py: a week takes minutes there. Not for people.
///
/// Beside a running `serve --roles api`; each line of standard input is a command, and each gets a line of JSON:
/// `compact SLUG TIME`, `read SLUG SERVER FROM TO STEP METRIC,METRIC,...` and
/// `write SLUG TIME ROUNDS SERVER,SERVER,...` (see `StorageWriting`).
struct StorageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage", abstract: "Compacts and reads samples at a given time.", shouldDisplay: false)
    @OptionGroup var options: InstallationOptions

    func run() async throws {
        try await OpenInstallation.run(try options.read(), for: "storage") { installation in
            let logger = Logger(label: "storage")
            let leases = ShardLeases(system: installation.system, node: "storage", processIndex: 0, logger: logger)
            let compaction = CompactionService(databases: installation.tenants, leases: leases, logger: logger)
            while let line = readLine() {
                let words = line.split(separator: " ").map(String.init)
                guard words.count > 2, let tenant = try await installation.tenants.tenant(slug: words[1]) else {
                    throw Failure("not a command: \(line)")
                }
                switch words[0] {
                case "compact":
                    try await leases.tick()
                    Terminal.say(try await Self.compact(tenant, words, compaction))
                case "write": Terminal.say(try await Self.write(tenant, words, installation.tenants))
                case "read": Terminal.say(try await Self.read(tenant, words, installation.tenants))
                default: throw Failure("not a command: \(line)")
                }
            }
            await leases.release()
        }
    }

    private static func compact(_ tenant: Tenant, _ words: [String], _ compaction: CompactionService) async throws -> String {
        let now = try time(words[2])
        let started = (ContinuousClock.now, cpuSeconds())
        let outcome = try await compaction.tick(now: now)
        let seconds = (ContinuousClock.now - started.0) / .seconds(1)
        return """
            {"rows": \(outcome.rowCount), "samples": \(outcome.sampleCount), "chunks": \(outcome.chunkCount), \
            "rollups": \(outcome.rollupCount), "seconds": \(seconds), "cpu_seconds": \(cpuSeconds() - started.1)}
            """
    }

    private static func read(_ tenant: Tenant, _ words: [String], _ databases: TenantDatabases) async throws -> String {
        guard words.count == 7, let server = Server.ID(text: words[2]), let step = Int(words[5]) else {
            throw Failure("read: too few words")
        }
        let (from, to) = (try time(words[3]), try time(words[4]))
        let metrics = words[6].split(separator: ",").compactMap { Int16($0) }
        let started = ContinuousClock.now
        let series = try await databases.read(tenant) { session in
            try metrics.map { metric in
                try SeriesReader.read(
                    SeriesReading(
                        server: server, metrics: [metric], request: SeriesRequest(from: from, to: to, stepSeconds: step == 0 ? nil : step)),
                    on: session)
            }
        }
        let milliseconds = (ContinuousClock.now - started) / .milliseconds(1)
        let points = series.joined().reduce(0) { $0 + $1.points.count }
        return #"{"series": \#(series.joined().count), "points": \#(points), "milliseconds": \#(milliseconds)}"#
    }

    private static func write(_ tenant: Tenant, _ words: [String], _ databases: TenantDatabases) async throws -> String {
        guard words.count == 5, let rounds = Int(words[3]) else { throw Failure("write: too few words") }
        let servers = words[4].split(separator: ",").compactMap { Server.ID(text: String($0)) }
        var writing = StorageWriting(tenant, servers, databases: databases)
        return try await writing.write(rounds: rounds, from: try time(words[2]), cpuSeconds: cpuSeconds)
    }

    private static func time(_ text: String) throws -> Date {
        guard let seconds = Double(text) else { throw Failure("not a time: \(text)") }
        return Date(timeIntervalSince1970: seconds)
    }

    /// Of this process. POSIX counts it in millionths of a second.
    private static func cpuSeconds() -> Double { Double(clock()) / 1_000_000 }
}
