import Fleet
import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/{id}/collection-config` and `/servers/{id}/collection`: how often a server is read, and what of it (PRD 3.2).
package struct CollectionRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("servers/:serverId/collection-config", use: read)
        group.put("servers/:serverId/collection-config", use: replace)
        group.post("servers/:serverId/collection/start", use: start)
        group.post("servers/:serverId/collection/stop", use: stop)
    }

    /// GET /servers/{id}/collection-config. 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        return try await reply(context.id("serverId", of: Server.self), context)
    }

    /// PUT /servers/{id}/collection-config: what is absent stays as it is; takes effect within seconds. 400, 404.
    @Sendable func replace(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageCollection).actor
        let id = try context.id("serverId", of: Server.self)
        let body = try await FieldReader(request, context)
        // Null: the tenant's interval.
        let interval = body.optionalInt("intervalSeconds", TenantSettings.Collection.intervalSecondsRange)
        let keepsInterval = !body.isPresent("intervalSeconds")
        let isDefault = body.optionalBool("isIntervalDefault")
        let enabled = body.optionalBool("enabled")
        for field in ["isIntervalDefault", "enabled", "collectorsDisabled"] where body.isNull(field) { body.fail(field, "cannot be null") }
        let (keepsMetrics, isEachNamed) = (!body.isPresent("metricsEnabled"), !body.isNull("metricsEnabled"))
        let metrics = CollectionChange.metrics("metricsEnabled", body)
        let own = try await databases.read(context.requireTenant()) { try CustomCollector.all(on: $0) }.map(\.name)
        let collectors = CollectionChange.collectors("collectorsDisabled", body, isOwn: own.contains)
        let keepsCollectors = !body.isPresent("collectorsDisabled")
        if keepsInterval, !body.isPresent("isIntervalDefault"), keepsMetrics, keepsCollectors, !body.isPresent("enabled") {
            body.fail("intervalSeconds", "is required, or enabled, metricsEnabled or collectorsDisabled is")
        }
        try body.finish()
        let now = Date()
        try await databases.transaction(context.requireTenant()) { session in
            try RunSQL.lockStates(of: [id], on: session)
            let server = try Server.lock(id, on: session)
            let before = try CollectionSettings.find(id, on: session)
            let names = MetricType.all.map(\.name).filter(metrics.contains)
            var settings = before
            if !keepsInterval {
                settings.intervalSeconds = try interval ?? CollectionSettings.tenantIntervalSeconds(on: session)
                settings.isIntervalDefault = interval == nil
            }
            if let isDefault {
                // The answer of a GET, sent back: with another interval it is that one that is wanted.
                let usual = try CollectionSettings.tenantIntervalSeconds(on: session)
                settings.isIntervalDefault = isDefault && (interval == nil || interval == usual)
                if settings.isIntervalDefault { settings.intervalSeconds = usual }
            }
            if let enabled { settings.enabled = enabled }
            if !keepsMetrics { settings.metrics = isEachNamed && names.count < MetricType.all.count ? names : nil }
            if !keepsCollectors { settings.collectorsDisabled = collectors.sorted() }
            try settings.save(for: id, at: now, on: session)
            if before.enabled, !settings.enabled { try RunSQL.forget(id, now: now, on: session) }
            try session.record(server.configChange(by: actor, before: before, after: settings))
            try session.publish(server.updatedEvent)
        }
        return try await reply(id, context)
    }

    /// POST /servers/{id}/collection/start. 404.
    @Sendable func start(request: Request, context: AppRequestContext) async throws -> Response { try await turn(on: true, context) }

    /// POST /servers/{id}/collection/stop: status and health become unknown. 404.
    @Sendable func stop(request: Request, context: AppRequestContext) async throws -> Response { try await turn(on: false, context) }

    private func turn(on enabled: Bool, _ context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageCollection).actor
        let id = try context.id("serverId", of: Server.self)
        let now = Date()
        try await databases.transaction(context.requireTenant()) { session in
            try RunSQL.lockStates(of: [id], on: session)
            let server = try Server.lock(id, on: session)
            let before = try CollectionSettings.find(id, on: session)
            guard before.enabled != enabled else { return }
            try CollectionSettings.enable(enabled, for: id, at: now, on: session)
            if !enabled { try RunSQL.forget(id, now: now, on: session) }
            var after = before
            after.enabled = enabled
            try session.record(server.configChange(by: actor, before: before, after: after))
            try session.publish(server.updatedEvent)
        }
        return try await reply(id, context)
    }

    private func reply(_ id: Server.ID, _ context: AppRequestContext) async throws -> Response {
        let settings = try await databases.read(context.requireTenant()) { try CollectionSettings.find(id, on: $0) }
        return try json(
            CollectionReply(
                intervalSeconds: settings.intervalSeconds, isIntervalDefault: settings.isIntervalDefault, enabled: settings.enabled,
                metricsEnabled: settings.metricNames, collectorsDisabled: settings.collectorsDisabled))
    }
}

private struct CollectionReply: Encodable {
    let intervalSeconds: Int
    let isIntervalDefault: Bool
    let enabled: Bool
    let metricsEnabled: [String]
    let collectorsDisabled: [String]
}

extension Server {
    fileprivate func configChange(by actor: Actor, before: CollectionSettings, after: CollectionSettings) -> Activity {
        Activity(
            "config_changed", entityType: "server", entityID: id.uuid, entityName: configuration.name, actor: actor,
            details: ["what": "collection", "before": before.audit, "after": after.audit])
    }

    fileprivate var updatedEvent: Event {
        Event("server.updated", entityID: id.uuid, payload: ["serverId": .string(id.description), "name": .string(configuration.name)])
    }
}
