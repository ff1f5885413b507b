import Engines
import Fleet
import Foundation
import Logging
import Monitoring
import Platform
import Primitives

/// The write path alone, from a driver's decoded answers to the commit: `write SLUG TIME ROUNDS SERVERS` of `dbtools storage`.
///
/// Every round is one run of each of the named servers: the core's values, and the answers of all SQL Server collectors that run with
/// every collection, with rows like those of a small server. What is left out is what lies before: the connection, the driver, and the
/// decoding of its rows.
struct StorageWriting {
    /// Runs that are handed to the buffer between two flushes: what half a second brings at 10,000 servers and 60 s.
    private static let runsAFlush = 85
    /// Rows of a collector that has labels, the first ones by name; the others have `rowCount`.
    private static let rowCounts = ["performance_counters": 60, "performance_gauges": 40]
    private static let rowCount = 12

    private let tenant: Tenant
    private let servers: [Server.ID]
    private let buffer: RunBuffer
    private let collectors = CollectorCatalogue.of(.sqlserver).filter { $0.cadence == .minute && $0.hasSeries }
    private var memories: [Server.ID: [String: CollectorMemory]] = [:]
    private let origin = CollectorMemory.Origin(serverName: "S", startedAt: nil)

    init(_ tenant: Tenant, _ servers: [Server.ID], databases: TenantDatabases) {
        self.tenant = tenant
        self.servers = servers
        buffer = RunBuffer(databases: databases, metrics: CollectionMetrics(), logger: Logger(label: "storage")) { _, _ in
            HealthThresholds()
        }
    }

    /// Returns samples, runs, and seconds of this process's CPU as JSON. `first` is the time of the first round; they are a minute apart.
    mutating func write(rounds: Int, from first: Date, cpuSeconds: () -> Double) async throws -> String {
        var (samples, runs, spent) = (0, 0, 0.0)
        for round in 0..<rounds {
            let slotAt = first + Double(round * 60)
            for start in stride(from: 0, to: servers.count, by: Self.runsAFlush) {
                let batch = servers[start..<min(start + Self.runsAFlush, servers.count)]
                let answers = batch.map { _ in collectors.map { Self.answer($0, round: round) } }
                let before = cpuSeconds()
                for (server, answers) in zip(batch, answers) {
                    samples += append(server, answers, round: round, slotAt: slotAt)
                    runs += 1
                }
                let stored = await buffer.tick(now: slotAt + 1)
                guard stored == batch.count, buffer.count == 0 else { throw Failure("\(stored) of \(batch.count) runs were stored") }
                spent += cpuSeconds() - before
            }
        }
        return #"{"samples": \#(samples), "runs": \#(runs), "cpu_seconds": \#(spent)}"#
    }

    private mutating func append(_ server: Server.ID, _ answers: [CollectorAnswer], round: Int, slotAt: Date) -> Int {
        let at = slotAt + 0.05
        let values = Dictionary(uniqueKeysWithValues: MetricID.allCases.map { ($0, Double(round * 7 + Int($0.rawValue)) / 4) })
        buffer.append(
            StoredRun(
                server: server, slotAt: slotAt, finishedAt: at, intervalSeconds: 60, epoch: 1,
                result: .reading(values: values, missing: [])),
            for: tenant)
        let tables = zip(collectors, answers).map { definition, answer in
            var table = CollectedTable(of: definition, answer, durationMs: 5)
            let memory = memories[server]?[definition.name]
            CollectorMemory.addRates(
                to: &table, after: memory, origin: origin, monotonicSeconds: Double(round * 60), gapSecondsMax: 3_600)
            if !table.counters.isEmpty {
                memories[server, default: [:]][definition.name] = CollectorMemory(
                    table, origin: origin, monotonicSeconds: Double(round * 60))
            }
            return table
        }
        buffer.append(CollectorRun(server: server, slotAt: slotAt, attemptedAt: at, epoch: 1, tables: tables), for: tenant)
        return values.count + tables.reduce(0) { $0 + $1.gauges.count + $1.counters.count }
    }

    /// Counters that grow, gauges that move, and other cells that stay as they are.
    private static func answer(_ definition: CollectorDefinition, round: Int) -> CollectorAnswer {
        let count = definition.labelNames.isEmpty ? 1 : rowCounts[definition.name] ?? rowCount
        let rows = (0..<count).map { row in
            definition.columns.enumerated().map { column, kind -> Cell in
                switch kind.kind {
                case .label: .text("\(kind.name) number \(row)")
                case .gauge: .number(Double((row * 31 + round * 17 + column) % 997) / 8)
                case .counter: .integer(Int64(row + 1) * Int64(round * 1_000 + column) * 977)
                case .text, .queryText, .statement, .plan: .text("what it says")
                case .number: .integer(Int64(row * 8_192))
                case .time: .null
                case .flag: .flag(row % 2 == 0)
                }
            }
        }
        return CollectorAnswer(collector: definition.name, rows: rows)
    }
}
