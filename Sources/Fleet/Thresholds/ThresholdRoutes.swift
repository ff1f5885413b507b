import Foundation
package import Hummingbird
package import Platform
import Primitives

/// `/servers/{id}/thresholds`, `/groups/{id}/thresholds` and `/thresholds`: limits of health nearer than the tenant's (PRD 3.6-3,
/// 3.6-4, 3.6-9).
///
/// A change is told to the collectors, which judge the latest readings of the servers concerned anew within seconds.
package struct ThresholdRoutes: Sendable {
    private let databases: TenantDatabases
    package init(databases: TenantDatabases) { self.databases = databases }

    package func add(to group: RouterGroup<AppRequestContext>) {
        group.get("thresholds", use: list)
        group.get("servers/thresholds", use: listNearest)
        group.get("servers/:serverId/thresholds", use: readServer)
        group.put("servers/:serverId/thresholds", use: replaceServer)
        group.delete("servers/:serverId/thresholds", use: removeServer)
        group.get("groups/:groupId/thresholds", use: readGroup)
        group.put("groups/:groupId/thresholds", use: replaceGroup)
        group.delete("groups/:groupId/thresholds", use: removeGroup)
    }

    /// GET /thresholds: the groups and servers that have limits of their own, groups first, at most 1,000; X-Total-Count says how many.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let (owners, total) = try await databases.read(context.requireTenant()) { try ThresholdOwner.list(on: $0) }
        let reply = JSONValue.array(
            owners.map { owner in
                [
                    "kind": .string(owner.isGroup ? "group" : "server"), "id": .string(owner.id.uuidString.lowercased()),
                    "name": .string(owner.name), "cpuPercent": owner.own.cpuPercent?.json ?? .null,
                    "memoryPercent": owner.own.memoryPercent?.json ?? .null,
                ]
            })
        return json(bytes: Array(reply.text.utf8), headers: [.totalCount: String(total)])
    }

    /// GET /servers/thresholds: the limits of the servers that have nearer ones than the tenant's, all of them in one answer.
    @Sendable func listNearest(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        let found = try await databases.read(context.requireTenant()) { try OwnThresholds.ofFleet(on: $0) }
        let reply = JSONValue.array(
            found.map { server, nearest in
                [
                    "serverId": .string(server.description), "cpuPercent": nearest.cpuPercent?.json ?? .null,
                    "memoryPercent": nearest.memoryPercent?.json ?? .null,
                ]
            })
        return json(bytes: Array(reply.text.utf8))
    }

    // MARK: Of a server

    /// GET /servers/{id}/thresholds: its own, and those that hold with who says each. 404.
    @Sendable func readServer(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewServers)
        return try await reply(server: context.id("serverId", of: Server.self), context)
    }

    /// PUT /servers/{id}/thresholds. 400, 404.
    @Sendable func replaceServer(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        let id = try context.id("serverId", of: Server.self)
        let own = try await Self.body(request, context)
        try await save(own, server: id, context, actor)
        return try await reply(server: id, context)
    }

    /// DELETE /servers/{id}/thresholds: its groups' or the tenant's hold again. 404.
    @Sendable func removeServer(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageServers).actor
        try await save(OwnThresholds(), server: context.id("serverId", of: Server.self), context, actor)
        return noContent()
    }

    private func save(_ own: OwnThresholds, server id: Server.ID, _ context: AppRequestContext, _ actor: Actor) async throws {
        let now = Date()
        try await databases.transaction(context.requireTenant()) { session in
            let server = try Server.lock(id, on: session)
            let before = try OwnThresholds.of(id, on: session)
            guard before != own else { return }
            try own.save(for: id, at: now, on: session)
            try session.record(
                server.activity("config_changed", by: actor, details: ["what": "thresholds", "before": before.audit, "after": own.audit]))
            try session.publish(Event.server("server.updated", id, name: server.configuration.name))
        }
    }

    private func reply(server id: Server.ID, _ context: AppRequestContext) async throws -> Response {
        let reply = try await databases.read(context.requireTenant()) { session in
            _ = try Server.find(id, on: session)
            let own = try OwnThresholds.of(id, on: session)
            let groups = try OwnThresholds.ofGroups(of: id, on: session)
            let effective = EffectiveThresholds(
                server: own, groups: groups, tenant: try TenantSettings.read(on: session).thresholds)
            return Self.shown(own, effective)
        }
        return json(bytes: Array(reply.text.utf8))
    }

    // MARK: Of a group

    /// GET /groups/{id}/thresholds: its own, and those that hold for a server that is in no other group. 404.
    @Sendable func readGroup(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewGroups)
        return try await reply(group: context.id("groupId", of: ServerGroup.self), context)
    }

    /// PUT /groups/{id}/thresholds. 400, 404.
    @Sendable func replaceGroup(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageGroups).actor
        let id = try context.id("groupId", of: ServerGroup.self)
        let own = try await Self.body(request, context)
        try await save(own, group: id, context, actor)
        return try await reply(group: id, context)
    }

    /// DELETE /groups/{id}/thresholds. 404.
    @Sendable func removeGroup(request: Request, context: AppRequestContext) async throws -> Response {
        let actor = try context.caller(may: .manageGroups).actor
        try await save(OwnThresholds(), group: context.id("groupId", of: ServerGroup.self), context, actor)
        return noContent()
    }

    private func save(_ own: OwnThresholds, group id: ServerGroup.ID, _ context: AppRequestContext, _ actor: Actor) async throws {
        let now = Date()
        try await databases.transaction(context.requireTenant()) { session in
            let group = try ServerGroup.lock(id, on: session)
            let before = try OwnThresholds.of(id, on: session)
            guard before != own else { return }
            try own.save(for: group, at: now, on: session)
            try session.record(
                Activity(
                    "config_changed", entityType: "group", entityID: id.uuid, entityName: group.name, actor: actor,
                    details: ["what": "thresholds", "before": before.audit, "after": own.audit]))
            try session.publish(
                Event("group.changed", entityID: id.uuid, payload: ["groupId": .string(id.description), "name": .string(group.name)]))
        }
    }

    private func reply(group id: ServerGroup.ID, _ context: AppRequestContext) async throws -> Response {
        let reply = try await databases.read(context.requireTenant()) { session in
            let group = try ServerGroup.find(id, on: session)
            let own = try OwnThresholds.of(id, on: session)
            let effective = EffectiveThresholds(
                server: nil, groups: [(id, group.name, own)], tenant: try TenantSettings.read(on: session).thresholds)
            return Self.shown(own, effective)
        }
        return json(bytes: Array(reply.text.utf8))
    }

    // MARK: JSON

    private static func body(_ request: Request, _ context: AppRequestContext) async throws -> OwnThresholds {
        let body = try await FieldReader(request, context)
        let own = OwnThresholds(cpuPercent: body.threshold("cpuPercent"), memoryPercent: body.threshold("memoryPercent"))
        if own == OwnThresholds() { body.fail("cpuPercent", "is required, or memoryPercent; DELETE takes both away") }
        try body.finish()
        return own
    }

    private static func shown(_ own: OwnThresholds, _ effective: EffectiveThresholds) -> JSONValue {
        [
            "own": own.audit,
            "effective": ["cpuPercent": shown(effective.cpuPercent), "memoryPercent": shown(effective.memoryPercent)],
        ]
    }

    private static func shown(_ limit: EffectiveThresholds.Limit) -> JSONValue {
        ["warning": shown(limit.warning), "critical": shown(limit.critical)]
    }

    private static func shown(_ value: EffectiveThresholds.Value) -> JSONValue {
        let (from, group): (JSONValue, JSONValue) =
            switch value.origin {
            case .server: ("server", .null)
            case .group(let id, let name): ("group", ["id": .string(id.description), "name": .string(name)])
            case .tenant: ("tenant", .null)
            }
        return ["value": JSONValue(value.percent), "from": from, "group": group]
    }
}
