import Engines
import Foundation
import Synchronization

/// Stands at the engine's seam: servers by host name whose answers a test sets.
final class FakeEngine: Engine {
    enum Behaviour: Sendable {
        case reading(cpu: Double?, memory: Double?, batches: Int64)
        case failure(ProbeErrorCode)
        case denied
        /// Blocks until the test ends, as a black hole does.
        case hang
    }
    private struct State {
        var behaviours: [String: Behaviour] = [:]
        var connects: [String] = []
        var collects: [String] = []
        var closes = 0
        var passwords: [String: String?] = [:]
        var unavailable: [String: [String]] = [:]
        /// By host and collector.
        var answers: [String: [String: CollectorAnswer]] = [:]
        /// By host; none: collectors are not run.
        var traits: [String: ServerTraits] = [:]
        /// Collectors whose batches are answered by nobody, and how long the others take, in milliseconds.
        var slow: Set<String> = []
        var durationMs = 1
        /// Hosts that answer the core and collectors together.
        var together: Set<String> = []
        /// What was asked: each batch's collectors, those that went with the core behind its name.
        var batches: [[String]] = []
        /// Hosts whose login may not see the server's state.
        var blind: Set<String> = []
        /// Of tenants' own statements, by their text; and those that were run, each behind its database.
        var queryAnswers: [String: Result<QueryAnswer, EngineError>] = [:]
        var queries: [String] = []
        /// Texts and plans by their references, and those that were asked for.
        var details: [QueryReference: String] = [:]
        var detailsAsked: [QueryReference] = []
        /// What a host's server calls itself; none: the host's name.
        var names: [String: String] = [:]
        var startedAt = Date(timeIntervalSince1970: 1_000)
        var monotonicSeconds = 0.0
        var hangingCount = 0
        var hangingMax = 0
    }
    private let state = Mutex(State())
    private let released = DispatchSemaphore(value: 0)
    /// A word for each reading that begins to hang.
    let hangs: AsyncStream<Void>
    private let onHang: AsyncStream<Void>.Continuation

    init() { (hangs, onHang) = AsyncStream.makeStream() }

    func set(_ host: String, _ behaviour: Behaviour) { state.withLock { $0.behaviours[host] = behaviour } }
    func set(_ host: String, unavailable: [String]) { state.withLock { $0.unavailable[host] = unavailable } }
    func set(_ host: String, traits: ServerTraits) { state.withLock { $0.traits[host] = traits } }
    func set(_ host: String, isBlind: Bool) {
        state.withLock { if isBlind { $0.blind.insert(host) } else { $0.blind.remove(host) } }
    }
    func set(slow: Set<String>, durationMs: Int = 1) { state.withLock { ($0.slow, $0.durationMs) = (slow, durationMs) } }
    func set(_ host: String, isTogether: Bool) {
        state.withLock { if isTogether { $0.together.insert(host) } else { $0.together.remove(host) } }
    }
    /// The batches since they were last taken.
    func takeBatches() -> [[String]] {
        state.withLock { state in
            defer { state.batches = [] }
            return state.batches
        }
    }
    func set(_ host: String, serverName: String) { state.withLock { $0.names[host] = serverName } }
    func set(_ host: String, _ answer: CollectorAnswer) { state.withLock { $0.answers[host, default: [:]][answer.collector] = answer } }
    func set(statement: String, _ answer: Result<QueryAnswer, EngineError>) { state.withLock { $0.queryAnswers[statement] = answer } }
    func set(_ reference: QueryReference, _ body: String) { state.withLock { $0.details[reference] = body } }
    var detailsAsked: [QueryReference] { state.withLock { $0.detailsAsked } }
    var queries: [String] { state.withLock { $0.queries } }
    func restartServers() { state.withLock { $0.startedAt += 1_000 } }
    func pass(seconds: Double) { state.withLock { $0.monotonicSeconds += seconds } }
    func release() { for _ in 0..<1_000 { released.signal() } }
    var connects: [String] { state.withLock { $0.connects } }
    var collects: [String] { state.withLock { $0.collects } }
    /// Readings that hung at the same time, at most.
    var hangingMax: Int { state.withLock { $0.hangingMax } }
    var closes: Int { state.withLock { $0.closes } }
    func password(_ host: String) -> String? { state.withLock { $0.passwords[host] ?? nil } }

    private func hang() {
        state.withLock { state in
            state.hangingCount += 1
            state.hangingMax = max(state.hangingMax, state.hangingCount)
        }
        onHang.yield()
        released.wait()
        state.withLock { $0.hangingCount -= 1 }
    }

    func probe(_ target: Target, deadlineSeconds: Double) -> ProbeResult {
        ProbeResult(success: true, message: "Connected.", engine: target.engine)
    }

    func databases(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> [DatabaseInfo] { [] }
    func deploy(_ target: Target, _ order: DeployOrder, deadlineSeconds: Double) -> DeployResult {
        DeployResult(success: false, state: nil, message: "This engine deploys nothing.", errorCode: DeployErrorCode.refused.rawValue)
    }

    func openForQueries(_ target: Target, timeoutSeconds: Int, deadlineSeconds: Double) throws(EngineError) -> any QueryConnection {
        Queries(database: target.database, engine: self)
    }

    private final class Queries: QueryConnection {
        let database: String?
        let engine: FakeEngine
        init(database: String?, engine: FakeEngine) { (self.database, self.engine) = (database, engine) }
        func close() {}

        func run(_ query: CustomQuery) throws(EngineError) -> QueryAnswer {
            let (result, monotonic) = engine.state.withLock { state in
                state.queries.append((database ?? "") + ": " + query.statement)
                return (state.queryAnswers[query.statement], state.monotonicSeconds)
            }
            var answer = try (result ?? .failure(EngineError(.protocolError, "Nobody knows the statement."))).get()
            answer.monotonicSeconds = monotonic
            return answer
        }
    }

    func connect(_ target: Target, deadlineSeconds: Double) throws(EngineError) -> any EngineConnection {
        let behaviour = state.withLock { state in
            state.connects.append(target.hostname)
            state.passwords[target.hostname] = target.password
            return state.behaviours[target.hostname]
        }
        switch behaviour {
        case .hang: released.wait()
        case .failure(let code): throw EngineError(code, "It is away.")
        default: break
        }
        return Connection(host: target.hostname, engine: self)
    }

    private final class Connection: EngineConnection {
        let host: String
        let engine: FakeEngine
        init(host: String, engine: FakeEngine) {
            self.host = host
            self.engine = engine
        }
        func close() { engine.state.withLock { $0.closes += 1 } }

        func run(_ collectors: [CollectorDefinition], deadlineSeconds: Double) throws(EngineError) -> CollectorAnswers {
            engine.state.withLock { $0.batches.append(collectors.map(\.name)) }
            return try answers(of: collectors)
        }

        private func answers(of collectors: [CollectorDefinition]) throws(EngineError) -> CollectorAnswers {
            let state = engine.state.withLock { $0 }
            if collectors.contains(where: { state.slow.contains($0.name) }) { throw EngineError(.timeout, "The server gave no answer.") }
            return CollectorAnswers(
                answers: collectors.map { state.answers[host]?[$0.name] ?? CollectorAnswer(collector: $0.name) }, collectedAt: Date(),
                monotonicSeconds: state.monotonicSeconds, durationMs: state.durationMs)
        }

        func collect(
            with collectors: [CollectorDefinition], deadlineSeconds: Double
        ) throws(EngineError) -> (reading: Reading, answers: CollectorAnswers?) {
            let isTogether = engine.state.withLock { state in
                let isTogether = state.together.contains(host)
                state.batches.append(["core"] + (isTogether ? collectors.map(\.name) : []))
                return isTogether
            }
            let reading = try collect(deadlineSeconds: deadlineSeconds)
            return (reading, isTogether && !collectors.isEmpty ? try answers(of: collectors) : nil)
        }

        func details(of wanted: [QueryReference], deadlineSeconds: Double) throws(EngineError) -> (found: [QueryDetail], problem: String?) {
            engine.state.withLock { state in
                state.detailsAsked += wanted
                return (wanted.compactMap { reference in state.details[reference].map { QueryDetail(reference, body: $0) } }, nil)
            }
        }

        func collect(deadlineSeconds: Double) throws(EngineError) -> Reading {
            let (behaviour, startedAt, monotonic) = engine.state.withLock { state in
                state.collects.append(host)
                return (state.behaviours[host] ?? .reading(cpu: 10, memory: 20, batches: 100), state.startedAt, state.monotonicSeconds)
            }
            switch behaviour {
            case .failure(let code): throw EngineError(code, "It is away.")
            case .denied: throw EngineError(.authFailed, "VIEW SERVER STATE is missing.", isPermission: true)
            case .hang:
                engine.hang()
                throw EngineError(.timeout, "It hung.")
            case .reading(let cpu, let memory, let batches):
                var gauges: [Metric: Double] = [.connectionCount: 7]
                if let cpu { gauges[.cpuPercent] = cpu }
                if let memory { gauges[.memoryPercent] = memory }
                var reading = Reading(
                    identity: ServerIdentity(
                        serverName: engine.state.withLock { $0.names[host] } ?? host, startedAt: startedAt, productVersion: "15.0.4375.4",
                        edition: "Developer", version: "SQL Server 2019", coreCount: 4),
                    collectedAt: Date(), monotonicSeconds: monotonic, gauges: gauges, counters: [.batchRequestsSec: batches])
                reading.traits = engine.state.withLock { $0.traits[host] }
                if engine.state.withLock({ $0.blind.contains(host) }) {
                    reading.isBlind = true
                    (reading.gauges, reading.counters) = ([:], [:])
                    reading.denied = [PermissionCheck(name: "VIEW SERVER STATE", granted: false, neededFor: "all", grantStatement: nil)]
                }
                reading.unavailable = engine.state.withLock { $0.unavailable[host] ?? [] }
                return reading
            }
        }
    }
}
