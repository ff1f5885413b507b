import Foundation
import HTTPTypes
import Hummingbird
import Primitives

/// `/api-keys`: what programs prove themselves with in this tenant. Tenant admins who have signed in: a key makes no keys.
struct APIKeyRoutes: Sendable {
    let keys: TenantAPIKeys

    func add(to group: RouterGroup<AppRequestContext>) {
        group.group("api-keys")
            .get(use: list)
            .post(use: create)
            .get(":keyId", use: read)
            .delete(":keyId", use: delete)
    }

    /// GET /api-keys: all of them, by name.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .manageAPIKeys)
        try QueryReader(request).finish()
        let keys = try await keys.list(in: context.requireTenant())
        return try Page(items: keys.map(APIKeyReply.init), nextCursor: nil, total: keys.count).response(to: request)
    }

    /// POST /api-keys: the key is in the answer, this once. 201, 400, 403, 409.
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageAPIKeys)
        _ = try context.requirePerson()
        let tenant = try context.requireTenant()
        let body = try await FieldReader(request, context)
        let name = body.string("name", APIKey.nameLength)
        let role = UserRoutes.role(body, isRequired: false) ?? .viewer
        let expiry = body.isNull("expiresAt") ? nil : body.optionalString("expiresAt", 1...40)
        let expiresAt = expiry.flatMap(RFC3339.date)
        if expiry != nil, expiresAt == nil { body.fail("expiresAt", "must be a time such as 2027-01-31T00:00:00Z") }
        if let expiresAt, expiresAt <= Date() { body.fail("expiresAt", "must be in the future") }
        try body.finish()
        let (key, text) = try await keys.make(name: name, role: role, expiresAt: expiresAt, in: tenant, by: caller)
        return json(
            bytes: try APIKeyReply(key).bytes(with: text), status: .created,
            headers: [.location: "/api/v1/api-keys/\(key.id)", .cacheControl: "no-store"])
    }

    /// GET /api-keys/{keyId}. 200, 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .manageAPIKeys)
        return try json(APIKeyReply(await keys.find(context.id("keyId"), in: context.requireTenant())))
    }

    /// DELETE /api-keys/{keyId}: what uses it is refused from now on. 204, 404.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageAPIKeys)
        _ = try context.requirePerson()
        try await keys.delete(context.id("keyId"), in: context.requireTenant(), by: caller)
        return noContent()
    }
}
