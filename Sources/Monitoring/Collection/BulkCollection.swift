import Engines
import Fleet
package import Foundation
package import Platform
package import Primitives

/// `start-collection`, `stop-collection`, `set-interval` and `collection-config`: how many servers are read, and what of them
/// (PRD 3.2-5 to 3.2-10). In whole batches, so that 10,000 servers take a moment; collectors keep to it from each server's next run on.
package struct BulkCollection: BulkAction {
    /// What becomes of a server's collection.
    package enum Change: String, Sendable {
        case start = "start-collection"
        case stop = "stop-collection"
        case interval = "set-interval"
        /// Any of it, by the fields of `CollectionChange`.
        case configure = "collection-config"
    }

    package let change: Change
    package let permission = Permission.manageCollection
    package let parallelismMax = 1
    package let batchCountMax = 500
    package let isDatabaseOnly = true
    package var action: String { change.rawValue }

    package init(_ change: Change) { self.change = change }

    package func options(from body: FieldReader) -> JSONValue {
        switch change {
        case .start, .stop: return [:]
        case .interval:
            return ["intervalSeconds": .int(Int64(body.int("intervalSeconds", TenantSettings.Collection.intervalSecondsRange)))]
        case .configure:
            let change = CollectionChange(body)
            if change.isEmpty {
                body.fail(
                    "intervalSeconds", "is required, or enabled, metricsOn, metricsOff, collectorsOn or collectorsOff")
            }
            return change.json
        }
    }

    /// That the collectors which are none of the product's are the tenant's own. Throws `.validationError`.
    package func check(_ options: JSONValue, on session: TenantSession) throws {
        let change = CollectionChange(options)
        let others = change.collectorsOn.union(change.collectorsOff).subtracting(CollectorCatalogue.names)
        guard !others.isEmpty else { return }
        let unknown = others.subtracting(try CustomCollector.all(on: session).map(\.name))
        let details = [("collectorsOn", change.collectorsOn), ("collectorsOff", change.collectorsOff)].flatMap { field, names in
            names.intersection(unknown).sorted().map {
                AppError.Detail(field: field, reason: "\($0) is not a collector; see /metrics/collectors")
            }
        }
        if !details.isEmpty { throw AppError(.validationError, "A collector is not known", details: details) }
    }

    package func title(_ options: JSONValue) -> String {
        switch change {
        case .start: "Start collection"
        case .stop: "Stop collection"
        case .interval: "Collect every \(options["intervalSeconds"]?.int ?? 0) s"
        case .configure: "Configure collection"
        }
    }

    package func keep(_ results: [ItemResult], of operation: Platform.Operation, at now: Date, on session: TenantSession) throws
        -> [ItemOutcome]
    {
        let change = wanted(operation.options)
        let own = try change.ownCollectors(on: session)
        try RunSQL.lockStates(of: results.compactMap(\.item.serverID), on: session)
        let stored = try CollectionSettings.lock(results.compactMap(\.item.serverID), on: session)
        let tenantInterval = try CollectionSettings.tenantIntervalSeconds(on: session)
        var changed: [Server.ID: CollectionSettings] = [:]
        var activities: [Activity] = []
        for (id, server) in stored.sorted(by: { $0.key < $1.key }) {
            let after = change.applied(
                to: server.settings, engine: server.engine, own: own[server.engine] ?? [], tenantIntervalSeconds: tenantInterval)
            guard after != server.settings else { continue }
            changed[id] = after
            activities.append(
                Activity(
                    "config_changed", entityType: "server", entityID: id.uuid, entityName: server.name, actor: operation.actor,
                    details: [
                        "what": "collection", "before": server.settings.audit, "after": after.audit,
                        "operationId": .string(operation.id.description),
                    ]))
        }
        try CollectionSettings.save(changed, at: now, on: session)
        let stopped = changed.filter { !$0.value.enabled && stored[$0.key]?.settings.enabled == true }.keys.sorted()
        try RunSQL.forget(stopped, now: now, on: session)
        try session.record(activities)
        if !changed.isEmpty {
            try session.publish(
                Event(
                    "servers.changed", entityID: nil,
                    payload: [
                        "count": .int(Int64(changed.count)), "kind": .string(operation.kind),
                        "operationId": .string(operation.id.description),
                    ]))
        }
        return results.map { result in
            guard let id = result.item.serverID, stored[id] != nil else { return .failed("NOT_FOUND", "The server does not exist") }
            return changed[id] == nil ? .skipped("UNCHANGED", "It is so already") : .succeeded("Changed")
        }
    }

    private func wanted(_ options: JSONValue) -> CollectionChange {
        var wanted = CollectionChange(options)
        switch change {
        case .start: wanted.enabled = true
        case .stop: wanted.enabled = false
        case .interval, .configure: break
        }
        return wanted
    }
}

extension CollectionChange {
    /// The tenant's own collectors by their engines, where the change names one that is none of the product's. None is made or deleted
    /// until the transaction ends: the name of one that is gone would stay in servers' settings. Before servers are locked, as who deletes
    /// does.
    func ownCollectors(on session: TenantSession) throws -> [EngineKind: [String]] {
        guard !collectorsOn.union(collectorsOff).isSubset(of: CollectorCatalogue.names) else { return [:] }
        try CustomCollector.lockAll(on: session)
        return Dictionary(grouping: try CustomCollector.all(on: session), by: \.engine).mapValues { $0.map(\.name) }
    }

    /// Reads the change; failures stay in `body`. Names that may be those of the tenant's own collectors are taken as they are: `check`
    /// looks at them.
    init(_ body: FieldReader) {
        self.init()
        if let seconds = body.optionalInt("intervalSeconds", TenantSettings.Collection.intervalSecondsRange) {
            interval = .seconds(seconds)
        } else if body.isNull("intervalSeconds") {
            interval = .tenants
        }
        enabled = body.optionalBool("enabled")
        metricsOn = Self.metrics("metricsOn", body)
        metricsOff = Self.metrics("metricsOff", body)
        collectorsOn = Self.collectors("collectorsOn", body) { CustomCollector.isSlug($0, CustomCollector.nameLengths) }
        collectorsOff = Self.collectors("collectorsOff", body) { CustomCollector.isSlug($0, CustomCollector.nameLengths) }
        if !metricsOn.isDisjoint(with: metricsOff) { body.fail("metricsOff", "names a metric of metricsOn") }
        if !collectorsOn.isDisjoint(with: collectorsOff) { body.fail("collectorsOff", "names a collector of collectorsOn") }
        for field in ["enabled", "metricsOn", "metricsOff", "collectorsOn", "collectorsOff"] where body.isNull(field) {
            body.fail(field, "must not be null")
        }
    }

    /// Full names of metrics; what is none stays in `body` as a failure.
    static func metrics(_ field: String, _ body: FieldReader) -> Set<String> {
        Set(
            body.strings(field, max: nameCountMax).enumerated().compactMap { index, name in
                let metric = MetricType.named(name)
                if metric == nil { body.fail("\(field)[\(index)]", "is not a metric; see /metrics/types") }
                return metric?.name
            })
    }

    /// Names of collectors of any engine; what is none stays in `body` as a failure.
    ///
    /// - Parameter isOwn: whether a name is one of the tenant's own.
    static func collectors(_ field: String, _ body: FieldReader, isOwn: (String) -> Bool) -> Set<String> {
        let names = body.strings(field, max: nameCountMax)
        for (index, name) in names.enumerated() where !CollectorCatalogue.names.contains(name) && !isOwn(name) {
            body.fail("\(field)[\(index)]", "is not a collector; see /metrics/collectors")
        }
        return Set(names)
    }

    /// As an operation keeps it.
    var json: JSONValue {
        func list(_ names: Set<String>) -> JSONValue { .array(names.sorted().map { .string($0) }) }
        var members: [String: JSONValue] = [:]
        switch interval {
        case .seconds(let seconds): members["intervalSeconds"] = .int(Int64(seconds))
        case .tenants: members["intervalSeconds"] = .null
        case nil: break
        }
        if let enabled { members["enabled"] = .bool(enabled) }
        for (name, names) in [
            ("metricsOn", metricsOn), ("metricsOff", metricsOff), ("collectorsOn", collectorsOn), ("collectorsOff", collectorsOff),
        ] where !names.isEmpty {
            members[name] = list(names)
        }
        return .object(members)
    }

    /// As `json` wrote it.
    init(_ options: JSONValue) {
        func names(_ field: String) -> Set<String> { Set(options[field]?.array?.compactMap(\.string) ?? []) }
        self.init()
        switch options["intervalSeconds"] {
        case .null?: interval = .tenants
        case let value?: interval = value.int.flatMap { Int(exactly: $0) }.map { .seconds($0) }
        case nil: break
        }
        enabled = options["enabled"]?.bool
        (metricsOn, metricsOff) = (names("metricsOn"), names("metricsOff"))
        (collectorsOn, collectorsOff) = (names("collectorsOn"), names("collectorsOff"))
    }
}
