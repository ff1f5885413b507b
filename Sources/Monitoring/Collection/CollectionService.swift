package import Engines
import Fleet
package import Foundation
package import Logging
package import Platform
import Postgres
import Primitives
import ServiceLifecycle
import Synchronization

/// How a collector works.
package struct CollectionConfig: Sendable {
    /// Servers read at once over open connections (PRD 3.3-11).
    package var collectParallelismMax: Int
    /// Servers connected to at once. Half of it at most is for servers that failed last time: black holes never take all.
    package var connectParallelismMax: Int
    /// Seconds for one run, connecting included (PRD 3.3-7).
    package var runDeadlineSeconds: Double
    /// Seconds for the collectors that run more rarely than the core: some look at every database.
    package var rareDeadlineSeconds = 10.0

    package init(collectParallelismMax: Int = 10, connectParallelismMax: Int = 32, runDeadlineSeconds: Double = 5) {
        self.collectParallelismMax = collectParallelismMax
        self.connectParallelismMax = connectParallelismMax
        self.runDeadlineSeconds = runDeadlineSeconds
    }

    /// Servers whose rarer collectors are run at once, at most.
    package var rareParallelismMax: Int { max(1, collectParallelismMax / 2) }

    package var laneLimits: TargetLanes.Limits {
        TargetLanes.Limits(connectThreadCountMax: connectParallelismMax, collectThreadCountMax: collectParallelismMax)
    }
}

/// Reads every server when it is due, and hands what came of it to the buffer. A failed run is data, not an error.
package final class CollectionService: Service {
    package static let tickSeconds = 0.1
    /// A run that waited longer than this for a thread says that the process is behind.
    static let behindSeconds = 5.0
    /// Seconds on top of a run's deadline after which its thread is given up.
    package static let abandonSlackSeconds = 1.0

    private let config: CollectionConfig
    private let index: FleetIndex
    private let leases: ShardLeases
    private let buffer: RunBuffer
    private let secrets: SecretBox
    private let lanes: TargetLanes
    private let engines: @Sendable (EngineKind) -> any Engine
    private let metrics: CollectionMetrics
    private let logger: Logger
    private let record: InFlightRecord?
    private let quarantine: Quarantine
    private let vet: @Sendable (Target) async -> EngineError?
    private let catalogue: @Sendable (EngineKind) -> [CollectorDefinition]
    private let halt: CollectionHalt
    private let custom: CustomCollection
    /// Runs whose rarer collectors are under way.
    private let rareRunCount = Atomic<Int>(0)

    /// - Parameters:
    ///   - record: who is being read, for the next process should a driver end this one; nil: not kept.
    ///   - vet: tries a server in a process of its own, and says what is wrong when that process crashed.
    ///   - catalogue: what is collected besides the core.
    ///   - halt: while it is on, nothing is read.
    package init(
        config: CollectionConfig, index: FleetIndex, leases: ShardLeases, buffer: RunBuffer, secrets: SecretBox, lanes: TargetLanes,
        metrics: CollectionMetrics, logger: Logger, record: InFlightRecord? = nil, startedAt: Date = Date(),
        vet: @escaping @Sendable (Target) async -> EngineError? = { _ in nil },
        catalogue: @escaping @Sendable (EngineKind) -> [CollectorDefinition] = CollectorCatalogue.of,
        halt: CollectionHalt = CollectionHalt(), engines: @escaping @Sendable (EngineKind) -> any Engine
    ) {
        self.halt = halt
        self.catalogue = catalogue
        custom = CustomCollection(plan: index.custom, leases: leases, buffer: buffer, metrics: metrics, engines: engines)
        self.record = record
        quarantine = Quarantine(record?.interrupted ?? [:], startedAt: startedAt)
        self.vet = vet
        self.config = config
        self.index = index
        self.leases = leases
        self.buffer = buffer
        self.secrets = secrets
        self.lanes = lanes
        self.metrics = metrics
        self.logger = logger
        self.engines = engines
    }

    /// Connections closed at once, as when another collector takes over a share of the servers, past which their memory is given back.
    private static let closingCountToGiveBack = 50

    /// The server is another collector's by now.
    private struct HandedOver: Error {}

    /// So many driver calls hang that this process should be replaced by a fresh one.
    package struct LanesExhausted: Error {}

    /// Runs until graceful shutdown, which gives up the runs under way: at most those are lost. Throws `LanesExhausted`.
    package func run() async throws {
        if quarantine.count > 0 {
            logger.notice(
                "The last collector ended while it was reading; those servers are tried apart first",
                metadata: ["servers": "\(quarantine.count)"])
        }
        defer { record?.clear() }
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled, !lanes.needsRecycling {
                    for due in takeDue(now: Date()) { group.addTask { await self.perform(due) } }
                    let closing = index.takeClosing()
                    if !closing.isEmpty { group.addTask { await self.close(closing) } }
                    try? await Task.sleep(for: .seconds(Self.tickSeconds))  // cancelled: the loop ends
                }
                group.cancelAll()
            }
        }
        // Connections close with the process; servers notice at once.
        if lanes.needsRecycling {
            logger.error(
                "Too many driver calls hang; this collector ends and is started anew",
                metadata: ["abandoned": "\(lanes.status.abandonedCount)"])
            throw LanesExhausted()
        }
    }

    /// One pass, to its end: reads what is due at `now`. Returns how many runs that were.
    @discardableResult package func tick(now: Date) async -> Int {
        let due = takeDue(now: now)
        await withDiscardingTaskGroup { group in
            for run in due { group.addTask { await self.perform(run, at: now) } }
            let closing = index.takeClosing()
            if !closing.isEmpty { group.addTask { await self.close(closing) } }
        }
        return due.count
    }

    private func takeDue(now: Date) -> [FleetIndex.Due] {
        if halt.isOn { return [] }  // what goes by meanwhile is counted when it is due again
        let (due, broken) = index.takeDue(now: now) { tenant, server in
            let password = try server.sealedPassword.map {
                try secrets.open($0.bytes, for: tenant.id, context: server.passwordContext)
            }
            var target = server.configuration.target(password: password)
            target.objectsDatabase = server.objectsDatabase
            target.objectsVersion = server.objectsVersion
            return target
        }
        for (run, tenant, error) in broken {
            logger.error("A stored password cannot be opened", metadata: ["server.id": "\(run.key.server)", "error": "\(error)"])
            index.failed(run, isPermission: false, startedAt: now, now: now)
            let failure = CollectionFailure(
                code: ProbeErrorCode.authFailed.rawValue, message: "The stored password cannot be opened; enter it again.")
            store(.failure(failure), run, tenant, at: now)
        }
        return due
    }

    /// - Parameter fixedNow: the time that a test gives; otherwise the clock's.
    private func perform(_ due: FleetIndex.Due, at fixedNow: Date? = nil) async {
        let startedAt = fixedNow ?? Date()
        let begun = ContinuousClock.now
        do {
            try await examine(due, now: startedAt)
            let slot = record?.begin(due.run.key, strikes: quarantine.strikes(of: due.run.key))
            defer { record?.end(slot) }
            let (reading, answers) = try await read(due, now: startedAt)
            quarantine.acquit(due.run.key)
            // The moment that the totals were read at: they are compared by it.
            succeeded(due, reading, startedAt: startedAt, now: fixedNow ?? reading.collectedAt)
            let waitedSeconds = (ContinuousClock.now - begun) / .seconds(1) - Double(reading.durationMs) / 1000
            await runCollectors(due, reading, answers, isBehind: waitedSeconds > Self.behindSeconds, at: fixedNow)
            index.finished(due, startedAt: startedAt, now: fixedNow ?? Date())
            await custom.run(due, reading, at: fixedNow)
        } catch let error as EngineError {
            failed(due, error, startedAt: startedAt, now: fixedNow ?? Date())
        } catch is HandedOver {
            metrics.count(.handedOverRuns)
            index.finished(due, startedAt: startedAt, now: fixedNow ?? Date())
        } catch {
            // Cancelled: we are stopping, and know nothing of the server.
            index.failed(due, isPermission: true, startedAt: startedAt, now: fixedNow ?? Date())
        }
    }

    /// Throws why a server under suspicion is not read in this process now; nothing for all others.
    private func examine(_ due: FleetIndex.Due, now: Date) async throws(EngineError) {
        switch quarantine.verdict(on: due.run.key, now: now) {
        case .read: return
        case .vet:
            if let error = await vet(due.session.target) { throw error }
        case .rest(let until):
            throw EngineError(
                .driverFailed,
                "Reading this server has ended the collector \(Quarantine.strikesMax) times; it is left alone until "
                    + "\(RFC3339.string(until)). Update the driver, or stop its collection."
            )
        }
    }

    private func read(_ due: FleetIndex.Due, now: Date) async throws -> (reading: Reading, answers: CollectorAnswers?) {
        let engine = engines(due.server.configuration.engine)
        let deadlineSeconds = config.runDeadlineSeconds
        let collectors = due.traits.map { index.withCore(due, wanted(due, $0), now: now) } ?? []
        // A run that must connect, or that failed last time, may hang: it stays off the lane on which all others depend.
        let lane: TargetLanes.Lane = due.session.isOpen && due.run.failuresInARow == 0 ? .collect : .connect
        return try await lanes.run(lane: lane, deadlineSeconds: deadlineSeconds + Self.abandonSlackSeconds) {
            [session = due.session, leases, shard = due.run.key.shard] in
            // It may have waited long for its thread: what another collector holds by now would be read for nothing.
            guard leases.held[shard] != nil else { throw HandedOver() }
            return try session.collect(engine, with: collectors, deadlineSeconds: deadlineSeconds)
        }
    }

    /// The collectors that make sense on a server and are on there.
    private func wanted(_ due: FleetIndex.Due, _ traits: ServerTraits) -> [CollectorDefinition] {
        catalogue(due.server.configuration.engine).filter {
            $0.applies(to: traits) && !due.server.collectorsDisabled.contains($0.name)
        }
    }

    private func succeeded(_ due: FleetIndex.Due, _ reading: Reading, startedAt: Date, now: Date) {
        let reading = Differencing.comparable(reading, after: due.memory)
        var values = Differencing.values(of: reading, after: due.memory, intervalSeconds: due.run.intervalSeconds)
        var totals = Differencing.totals(of: reading)
        if let enabled = due.server.metrics {
            values = values.filter { enabled.contains($0.key) }
            totals = totals.filter { enabled.contains($0.key) }
        }
        let missing = reading.denied.map { check in
            "\(check.name) is missing, for \(check.neededFor)" + (check.grantStatement.map { ". To grant it: \($0)" } ?? "")
        }
        let troubles = index.troubles(due)
        // Without the core's right collectors lack the same one: said once.
        let troubled =
            troubles.isEmpty || !missing.isEmpty ? [] : reading.traits.map { troubles.reasons(of: wanted(due, $0)) } ?? []
        let (gap, facts) = index.succeeded(due, reading: reading, startedAt: startedAt, now: now)
        metrics.count(.goodRuns)
        metrics.set(.skippedRuns, to: index.skippedCount)
        if let gap { metrics.recordGap(seconds: gap, intervalSeconds: due.run.intervalSeconds) }
        store(
            .reading(values: values, missing: missing, unavailable: reading.unavailable, troubled: troubled), due.run, due.tenant, at: now,
            totals: totals, seconds: due.memory?.seconds(to: reading, intervalSeconds: due.run.intervalSeconds), facts: facts,
            objectsProblem: reading.objectsProblem)
    }

    private func failed(_ due: FleetIndex.Due, _ error: EngineError, startedAt: Date, now: Date) {
        index.failed(due, isPermission: error.isPermission, startedAt: startedAt, now: now)
        metrics.count(.failedRuns)
        if due.run.failuresInARow <= 1 {  // what stays away is said twice, not every five minutes all night
            logger.info(
                "A collection failed",
                metadata: [
                    "tenant": "\(due.tenant.slug)", "server.id": "\(due.server.id)", "code": "\(error.code.rawValue)",
                    "reason": "\(error.message)",
                ])
        }
        let failure = CollectionFailure(code: error.code.rawValue, message: error.message, isPermission: error.isPermission)
        store(.failure(failure), due.run, due.tenant, at: now)
    }

    /// Seconds for the collectors of one cadence: those of every minute are as quick as the core.
    private func deadlineSeconds(_ cadence: Cadence) -> Double {
        cadence == .minute ? config.runDeadlineSeconds : config.rareDeadlineSeconds
    }

    /// Runs the collectors that are due, one round trip for each cadence. Their troubles are their own: they change nothing of the run.
    ///
    /// - Parameters:
    ///   - answers: of those that came together with the core.
    ///   - isBehind: what is rare waits for its turn (`CadencePlan.behindSeconds`).
    private func runCollectors(
        _ due: FleetIndex.Due, _ reading: Reading, _ answers: CollectorAnswers?, isBehind: Bool, at fixedNow: Date?
    ) async {
        guard let traits = reading.traits else { return }
        // Without the right some views answer with the own session only, and without an error: nothing they say is the server's.
        let missing = reading.isBlind ? reading.denied.first : nil
        if due.traits != traits { storeUnfit(due, reading, traits, at: fixedNow) }
        // Half of the threads at most do rare work, and one where the process is behind: what is read every minute would wait behind all
        // that a fleet has to do once a day. But who has just added a server looks at its page now.
        let isAwaited = due.server.lastAttemptAt == nil && !isBehind
        let countMax = isBehind ? 1 : config.rareParallelismMax
        let mayRunRare = rareRunCount.add(1, ordering: .relaxed).newValue <= countMax || isAwaited
        var isRare = true
        defer { if isRare { rareRunCount.subtract(1, ordering: .relaxed) } }
        let batches = index.takeCollectors(
            due, wanted(due, traits), isBehind: isBehind, mayRunRare: mayRunRare, now: fixedNow ?? Date())
        if batches.allSatisfy({ $0.cadence == .minute }) {
            isRare = false
            rareRunCount.subtract(1, ordering: .relaxed)
        }
        for (place, batch) in batches.enumerated() {
            var batch = batch
            if let missing {
                let tables = batch.collectors.filter(\.needsServerState).map {
                    CollectedTable($0, state: .noPermissions, message: "\(missing.name) is missing.", durationMs: 0)
                }
                if !tables.isEmpty { store(tables, due, batch.cadence, reading, monotonicSeconds: reading.monotonicSeconds, at: fixedNow) }
                batch.collectors.removeAll(where: \.needsServerState)
                if batch.collectors.isEmpty { continue }
            }
            do {
                let came = place == 0 && batch.cadence == .minute ? answers : nil  // those asked alone come behind
                let answers = if let came { came } else { try await run(batch, due) }
                let share = Double(answers.durationMs) / 1000 / deadlineSeconds(batch.cadence)
                index.answered(batch, due, share: share, now: fixedNow ?? Date())
                let definitions = Dictionary(batch.collectors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
                let tables = answers.answers.compactMap { answer in
                    definitions[answer.collector].map { CollectedTable(of: $0, answer, durationMs: answers.durationMs) }
                }
                let named = answers.answers.reduce(into: Set<QueryReference>()) { found, answer in
                    if let definition = definitions[answer.collector] { found.formUnion(definition.references(in: answer.rows)) }
                }
                let details = named.isEmpty ? [] : await details(of: named, due, now: fixedNow ?? Date())
                store(tables, due, batch.cadence, reading, monotonicSeconds: answers.monotonicSeconds, details: details, at: fixedNow)
            } catch let error as EngineError {
                metrics.count(.failedCollectors, by: batch.collectors.count)
                index.failed(batch, due, rest: batches[(place + 1)...], isBehind: isBehind, now: fixedNow ?? Date())
                let words = batch.collectors.count > 1 && !isBehind ? " It was asked with others; with the next run each is asked alone." : ""
                let tables = batch.collectors.map {
                    CollectedTable(
                        $0, state: .failed, message: error.message + words, durationMs: Int(deadlineSeconds(batch.cadence) * 1000))
                }
                store(tables, due, batch.cadence, reading, monotonicSeconds: reading.monotonicSeconds, at: fixedNow)
                return  // the connection is closed: the rest is for the next run
            } catch is HandedOver {
                return metrics.count(.handedOverRuns)  // the new holder runs them
            } catch { return }  // cancelled: we are stopping
        }
    }

    /// Says once of the collectors that make no sense on this server that they are not available: they would look as if they were still to
    /// come.
    private func storeUnfit(_ due: FleetIndex.Due, _ reading: Reading, _ traits: ServerTraits, at fixedNow: Date?) {
        let tables = catalogue(due.server.configuration.engine).compactMap { collector in
            collector.unfitness(for: traits).map { CollectedTable(collector, state: .notAvailable, message: $0, durationMs: 0) }
        }
        guard !tables.isEmpty else { return }
        store(tables, due, .minute, reading, monotonicSeconds: reading.monotonicSeconds, at: fixedNow)
    }

    private func run(_ batch: (cadence: Cadence, collectors: [CollectorDefinition]), _ due: FleetIndex.Due) async throws -> CollectorAnswers
    {
        let seconds = deadlineSeconds(batch.cadence)
        // Not behind all the cores that wait: until it ends this server's next run cannot begin.
        return try await lanes.run(lane: .collect, deadlineSeconds: seconds + Self.abandonSlackSeconds, isFirst: true) {
            [session = due.session, collectors = batch.collectors, leases, shard = due.run.key.shard] in
            guard leases.held[shard] != nil else { throw HandedOver() }
            return try session.run(collectors, deadlineSeconds: seconds)
        }
    }

    /// Texts and plans that rows name, each asked for once: one more round trip, and only where something new runs. Without them the rows
    /// are stored all the same.
    private func details(of named: Set<QueryReference>, _ due: FleetIndex.Due, now: Date) async -> [QueryDetail] {
        let wanted = index.takeUnknown(named, due, now: now)
        guard !wanted.isEmpty else { return [] }
        let seconds = config.runDeadlineSeconds
        let problem: String?
        do {
            let (found, refusal) = try await lanes.run(
                lane: .collect, deadlineSeconds: seconds + Self.abandonSlackSeconds, isFirst: true
            ) { [session = due.session] in try session.details(of: wanted, deadlineSeconds: seconds) }
            if refusal == nil { return found }
            problem = refusal
        } catch let error as EngineError {
            problem = error.message
        } catch { return [] }  // cancelled: we are stopping
        logger.info(
            "Texts of queries could not be read",
            metadata: ["tenant": "\(due.tenant.slug)", "server.id": "\(due.server.id)", "reason": "\(problem ?? "")"])
        return []
    }

    private func store(
        _ tables: [CollectedTable], _ due: FleetIndex.Due, _ cadence: Cadence, _ reading: Reading, monotonicSeconds: Double,
        details: [QueryDetail] = [], at fixedNow: Date?
    ) {
        let origin = CollectorMemory.Origin(serverName: reading.identity.serverName, startedAt: reading.identity.startedAt)
        let tables = index.collected(
            tables, due, cadence, origin: origin, monotonicSeconds: monotonicSeconds, now: fixedNow ?? Date())
        guard let epoch = leases.held[due.run.key.shard] else { return metrics.count(.fencedRuns) }
        buffer.append(
            CollectorRun(
                server: due.run.key.server, slotAt: due.run.slotAt, attemptedAt: fixedNow ?? Date(), epoch: epoch, tables: tables,
                details: details),
            for: due.tenant)
    }

    private func store(
        _ result: RunResult, _ run: PlannedRun, _ tenant: Tenant, at now: Date, totals: [MetricID: Int64] = [:], seconds: Double? = nil,
        facts: ServerFacts? = nil, objectsProblem: String? = nil
    ) {
        guard let epoch = leases.held[run.key.shard] else { return metrics.count(.fencedRuns) }
        buffer.append(
            StoredRun(
                server: run.key.server, slotAt: run.slotAt, finishedAt: now, intervalSeconds: run.intervalSeconds, epoch: epoch,
                result: result, totals: totals, seconds: seconds, facts: facts, objectsProblem: objectsProblem),
            for: tenant)
    }

    private func close(_ sessions: [TargetSession]) async {
        await withDiscardingTaskGroup { group in
            for session in sessions {
                group.addTask {
                    // Closing waits for a run under way and may block: it belongs on a lane. One that cannot be closed in time is the
                    // lanes' business.
                    try? await self.lanes.run(lane: .connect, deadlineSeconds: self.config.runDeadlineSeconds) { session.close() }
                }
            }
        }
        guard sessions.count >= Self.closingCountToGiveBack else { return }
        // Given up, the memory is free for this process only.
        try? await lanes.run(lane: .connect, deadlineSeconds: config.runDeadlineSeconds) { FreedMemory.giveBack() }
    }
}
