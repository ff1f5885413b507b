import Foundation
import Primitives

/// The keys of one tenant, as its admins make and delete them.
struct TenantAPIKeys: Sendable {
    let tenants: TenantDatabases
    let callers: CallerDirectory
    private var system: SystemDatabase { tenants.system }

    func list(in tenant: Tenant) async throws -> [APIKey] {
        try await system.read { try APIKey.list(in: tenant.id, on: $0) }
    }

    func find(_ id: APIKey.ID, in tenant: Tenant) async throws -> APIKey {
        try await system.read { try APIKey.find(id, in: tenant.id, on: $0) }
    }

    /// Makes a key. Returns it with its text, which is nowhere afterwards. Throws `.conflict`.
    func make(name: String, role: Role, expiresAt: Date?, in tenant: Tenant, by caller: Caller) async throws -> (APIKey, text: String) {
        let (id, secret) = (APIKey.ID(), OpaqueToken())
        let activity = Activity(
            "api_key_created", entityType: "api_key", entityID: id.uuid, entityName: name, actor: caller.actor,
            details: [
                "tenant": .string(tenant.slug), "role": .string(role.rawValue),
                "expiresAt": expiresAt.map { .string(RFC3339.string($0)) } ?? .null,
            ])
        let made = try await system.transaction { session in
            try APIKey.insert(
                id, in: tenant.id, name: name, role: role, secret: secret, createdBy: caller.email, expiresAt: expiresAt, on: session)
            try session.record(activity)
            return try APIKey.find(id, in: tenant.id, on: session)
        }
        await note(activity, in: tenant)
        return (made, APIKey.prefix + secret.text)
    }

    /// Deletes the key: at once in this process, within two seconds in others. Throws `.notFound`.
    func delete(_ id: APIKey.ID, in tenant: Tenant, by caller: Caller) async throws {
        let activity = try await system.transaction { session in
            let key = try APIKey.find(id, in: tenant.id, on: session)
            let activity = Activity(
                "api_key_deleted", entityType: "api_key", entityID: id.uuid, entityName: key.name, actor: caller.actor,
                details: ["tenant": .string(tenant.slug), "role": .string(key.role.rawValue)])
            try APIKey.delete(id, in: tenant.id, on: session)
            try session.record(activity)
            return activity
        }
        callers.forget(apiKey: id)
        await note(activity, in: tenant)
    }

    /// Keys are in the system database, and so is the entry that was written with them.
    private func note(_ activity: Activity, in tenant: Tenant) async {
        let id = JSONValue(activity.entityID?.uuidString.lowercased())
        await tenants.note(activity, Event("apiKey.changed", entityID: activity.entityID, payload: ["apiKeyId": id]), in: tenant)
    }
}
