import Foundation
import HTTPTypes
import Hummingbird
import Primitives

/// `/tenants`: super admins make, suspend and delete them; others see their own.
struct TenantRoutes: Sendable {
    static let settingsCountMax = 100

    let tenants: TenantDatabases
    let provisioning: TenantProvisioning
    let summaries: TenantSummaries
    let callers: CallerDirectory

    func add(to group: RouterGroup<AppRequestContext>) {
        group.group("tenants")
            .get(use: list)
            .post(use: create)
            .get(":slug", use: read)
            .patch(":slug", use: update)
            .delete(":slug", use: delete)
            .post(":slug/suspend", use: suspend)
            .post(":slug/activate", use: activate)
            .post(":slug/restore", use: restore)
            .post(":slug/purge", use: purge)
    }

    private enum ListedStatus: String, CaseIterable { case active, suspended, deleted }

    /// GET /tenants: a page by slug, with what was counted of each. Deleted ones only when asked for, by a super admin.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        let query = QueryReader(request)
        let limit = query.limit()
        let search = query.search()?.lowercased()
        let statuses = query.choices("status", ListedStatus.self).map(\.rawValue)
        let cursor = query.cursor(sort: "slug", count: 1)
        try query.finish()
        let visible = try await tenants.allTenants().filter { tenant in
            let isWanted =
                statuses.isEmpty
                ? tenant.status == .active || tenant.status == .suspended : statuses.contains(tenant.status.rawValue)
            let isAllowed = caller.isSuperAdmin || tenant.status != .deleted
            let isFound = search.map { tenant.slug.contains($0) || tenant.name.lowercased().contains($0) } ?? true
            return isWanted && isAllowed && isFound && caller.role(in: tenant.id) != nil
        }.sorted { $0.slug < $1.slug }
        let after = cursor?.values.first?.string
        let rest = visible.filter { tenant in after.map { tenant.slug > $0 } ?? true }
        let next = rest.count > limit ? Cursor(sort: "slug", values: [.string(rest[limit - 1].slug)]) : nil
        let page = Array(rest.prefix(limit))
        let known = try await summaries.summaries(of: page)
        let users = try await tenants.system.read { try User.counts(in: page.map(\.id), on: $0) }
        let items = page.map { tenant in
            TenantReply(tenant, role: caller.role(in: tenant.id), known[tenant.id], userCount: users[tenant.id] ?? 0)
        }
        return try Page(items: items, nextCursor: next, total: visible.count).response(to: request)
    }

    /// POST /tenants. 201, 400, 403, 409.
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        let body = try await FieldReader(request, context)
        let name = body.string("name", Tenant.nameLengths)
        let slug = body.string("slug", Tenant.slugLengths)
        if Tenant.slugLengths.contains(slug.unicodeScalars.count), !Tenant.isValidSlug(slug) {
            body.fail("slug", "must be lower-case letters, digits and single hyphens, with no hyphen at the ends")
        }
        let settings = settings(body)
        try body.finish()
        let tenant = try await provisioning.create(slug: slug, name: name, settings: .object(settings ?? [:]), by: caller.actor)
        return try await answer(tenant, .superAdmin, status: .created, headers: [.location: "/api/v1/tenants/\(tenant.slug)"])
    }

    /// GET /tenants/{slug}: with its size and its number of servers. 200, 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        let (tenant, role) = try await tenant(context)
        return try await answer(tenant, role)
    }

    /// PATCH /tenants/{slug}: its name or settings (RFC 7396). Admins of the tenant. 200, 400, 403, 404, 412.
    @Sendable func update(request: Request, context: AppRequestContext) async throws -> Response {
        let (tenant, role) = try await tenant(context)
        guard role >= Permission.manageTenant.leastRole else { throw AppError(.forbidden, "This needs the role tenant_admin") }
        let body = try await FieldReader(request, context)
        let name = body.optionalString("name", Tenant.nameLengths)
        if body.isNull("name") { body.fail("name", "cannot be null") }
        let change = settings(body)
        try body.finish()
        try request.checkIfMatch(tenant.version)
        let settings = change.map { JSONValue.object($0).merged(into: tenant.settings) }
        if let count = settings?.object?.count, count > Self.settingsCountMax {
            throw AppError.validation(field: "settings", reason: "must have at most \(Self.settingsCountMax) members")
        }
        let isGuarded = request.headers[.ifMatch] != nil
        let changed = try await provisioning.update(
            slug: tenant.slug, name: name, settings: settings, version: isGuarded ? tenant.version : nil, by: context.requireCaller().actor)
        return try await answer(changed, role)
    }

    /// DELETE /tenants/{slug}: softly. 204, 403, 404.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        let (tenant, _) = try await tenant(context)
        try await provisioning.delete(slug: tenant.slug, by: caller.actor)
        return noContent()
    }

    @Sendable func suspend(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        let (tenant, role) = try await tenant(context)
        try await FieldReader.optional(request, context).finish()
        return try await answer(provisioning.suspend(slug: tenant.slug, by: caller.actor), role)
    }

    @Sendable func activate(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        let (tenant, role) = try await tenant(context)
        try await FieldReader.optional(request, context).finish()
        return try await answer(provisioning.activate(slug: tenant.slug, by: caller.actor), role)
    }

    /// POST /tenants/{slug}/restore: a deleted one comes back as it was. 200, 403, 404, 409.
    @Sendable func restore(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        let slug = try Self.slug(context)
        try await FieldReader.optional(request, context).finish()
        let tenant = try await provisioning.restore(slug: slug, by: caller.actor)
        callers.forgetAll()  // its people are members again
        return try await answer(tenant, .superAdmin)
    }

    /// POST /tenants/{slug}/purge: a deleted one goes for good. 204, 400, 403, 404, 409.
    @Sendable func purge(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        let slug = try Self.slug(context)
        let body = try await FieldReader(request, context)
        let name = body.string("name", Tenant.nameLengths)
        try body.finish()
        try await provisioning.purge(slug: slug, name: name, by: caller.actor)
        return noContent()
    }

    /// The slug in the path, for routes that deleted tenants have too.
    private static func slug(_ context: AppRequestContext) throws -> String {
        guard let slug = context.parameters.get("slug"), Tenant.isValidSlug(slug) else { throw AppError.notFound("The tenant") }
        context.notes.tenant = slug
        return slug
    }

    /// The tenant in the path and the caller's role in it. Throws `.unauthenticated`; `.notFound` for strangers and deleted tenants
    /// alike.
    private func tenant(_ context: AppRequestContext) async throws -> (Tenant, Role) {
        let caller = try context.requireCaller()
        guard let slug = context.parameters.get("slug"), Tenant.isValidSlug(slug), let tenant = try await tenants.tenant(slug: slug),
            tenant.status == .active || tenant.status == .suspended, let role = caller.role(in: tenant.id)
        else { throw AppError.notFound("The tenant") }
        context.notes.tenant = tenant.slug
        return (tenant, role)
    }

    /// One tenant, counted now.
    private func answer(
        _ tenant: Tenant, _ role: Role, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) async throws -> Response {
        var headers = headers
        headers[.eTag] = etag(version: tenant.version)
        let summary = try await summaries.count(tenant)
        let users = try await tenants.system.read { try User.counts(in: [tenant.id], on: $0) }
        return try json(
            TenantReply(tenant, role: role, summary, userCount: users[tenant.id] ?? 0), status: status, headers: headers)
    }

    private func settings(_ body: FieldReader) -> [String: JSONValue]? {
        let settings = body.object("settings")
        if (settings?.count ?? 0) > Self.settingsCountMax { body.fail("settings", "must have at most \(Self.settingsCountMax) members") }
        if body.isNull("settings") { body.fail("settings", "cannot be null") }
        return settings
    }
}

/// What the API shows of a tenant.
private struct TenantReply: Encodable {
    let id: Tenant.ID
    let slug: String
    let name: String
    let status: Tenant.Status
    let databaseName: String
    let role: Role?
    let userCount: Int
    let serverCount: Int?
    let health: FleetRollUp?
    let databaseSizeBytes: Int64?
    let lastActivityAt: Date?
    let countedAt: Date?
    let settings: JSONValue
    let createdAt: Date
    let updatedAt: Date
    let deletedAt: Date?
    let purgeAt: Date?

    init(_ tenant: Tenant, role: Role?, _ summary: TenantSummary?, userCount: Int) {
        id = tenant.id
        slug = tenant.slug
        name = tenant.name
        status = tenant.status
        databaseName = tenant.databaseName
        self.role = role
        self.userCount = userCount
        serverCount = summary?.health?.total
        health = summary?.health
        databaseSizeBytes = summary?.databaseSizeBytes
        lastActivityAt = summary?.lastActivityAt
        countedAt = summary?.countedAt
        settings = tenant.settings
        createdAt = tenant.createdAt
        updatedAt = tenant.updatedAt
        deletedAt = tenant.deletedAt
        purgeAt = tenant.purgeAt
    }
}

extension JSONValue {
    /// A merge patch (RFC 7396): members replace, null removes, objects merge.
    func merged(into target: JSONValue) -> JSONValue {
        guard case .object(let changes) = self else { return self }
        var members = target.object ?? [:]
        for (name, change) in changes {
            if change == .null { members[name] = nil } else { members[name] = change.merged(into: members[name] ?? .null) }
        }
        return .object(members)
    }
}
