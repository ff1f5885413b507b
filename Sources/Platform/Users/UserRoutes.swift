import Foundation
import HTTPTypes
import Hummingbird
import Primitives

/// `/users`: who may sign in to this tenant, and as what. Tenant admins.
struct UserRoutes: Sendable {
    let users: TenantUsers

    func add(to group: RouterGroup<AppRequestContext>) {
        group.group("users")
            .get(use: list)
            .post(use: create)
            .get(":userId", use: read)
            .patch(":userId", use: update)
            .delete(":userId", use: delete)
            .post(":userId/link", use: makeLink)
            .delete(":userId/link", use: revokeLink)
    }

    /// GET /users: a page by address.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewUsers)
        let tenant = try context.requireTenant()
        let query = QueryReader(request)
        let limit = query.limit()
        let search = query.search()
        let cursor = query.cursor(sort: "email", count: 1)
        try query.finish()
        let (users, total) = try await users.list(in: tenant, search: search, after: cursor?.values.first?.string, limit: limit + 1)
        let next = users.count > limit ? Cursor(sort: "email", values: [.string(users[limit - 1].email)]) : nil
        return try Page(items: users.prefix(limit).map { UserReply($0, seenBy: tenant.id) }, nextCursor: next, total: total).response(
            to: request)
    }

    /// POST /users: without a password it answers with a one-time link. 201, 400, 403, 409.
    @Sendable func create(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageUsers)
        let tenant = try context.requireTenant()
        let body = try await FieldReader(request, context)
        let email = body.string("email", User.emailLength)
        if !email.isEmpty, !User.isAddress(email) { body.fail("email", "must be an e-mail address") }
        let name = body.string("name", 1...User.nameLength.upperBound)
        let role = Self.role(body, isRequired: true) ?? .viewer
        let password = body.optionalSecret("password", User.passwordLength)
        try body.finish()
        let (user, link) = try await users.add(email: email, name: name, role: role, password: password, to: tenant, by: caller)
        return json(
            bytes: try UserReply(user, seenBy: tenant.id).bytes(with: link), status: .created,
            headers: [.location: "/api/v1/users/\(user.id)", .eTag: etag(user), .cacheControl: "no-store"])
    }

    /// POST /users/{userId}/link: a one-time link to choose a (new) password. 201, 403, 404, 409.
    @Sendable func makeLink(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageUsers)
        let tenant = try context.requireTenant()
        let id: User.ID = try context.id("userId")
        try await FieldReader.optional(request, context).finish()
        let link = try await users.makeLink(for: id, in: tenant, by: caller)
        return try json(LinkReply(link), status: .created, headers: [.cacheControl: "no-store"])
    }

    /// DELETE /users/{userId}/link: the link that was made is void. 204, 403, 404.
    @Sendable func revokeLink(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageUsers)
        try await users.revokeLink(of: context.id("userId"), in: context.requireTenant(), by: caller)
        return noContent()
    }

    /// GET /users/{userId}. 200, 404.
    @Sendable func read(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .viewUsers)
        let tenant = try context.requireTenant()
        let user = try await users.find(context.id("userId"), in: tenant)
        return try json(UserReply(user, seenBy: tenant.id), headers: [.eTag: etag(user)])
    }

    /// PATCH /users/{userId}. 200, 400, 403, 404, 409.
    @Sendable func update(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageUsers)
        let tenant = try context.requireTenant()
        let id: User.ID = try context.id("userId")
        let body = try await FieldReader(request, context)
        let change = TenantUsers.Change(
            name: body.optionalString("name", 1...User.nameLength.upperBound), role: Self.role(body, isRequired: false),
            isDisabled: body.optionalBool("disabled"), password: body.optionalSecret("password", User.passwordLength))
        for field in ["name", "role", "disabled", "password"] where body.isNull(field) { body.fail(field, "cannot be null") }
        try body.finish()
        let user = try await users.change(id, change, in: tenant, by: caller)
        return try json(UserReply(user, seenBy: tenant.id), headers: [.eTag: etag(user)])
    }

    /// DELETE /users/{userId}. 204, 404, 409.
    @Sendable func delete(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageUsers)
        try await users.remove(context.id("userId"), from: context.requireTenant(), by: caller)
        return noContent()
    }

    /// The member `role`: one that a membership can have.
    static func role(_ body: FieldReader, isRequired: Bool) -> Role? {
        let words = Role.ofMemberships.map(\.rawValue)
        guard let value = body.value("role"), value != .null else {
            if isRequired { body.fail("role", "is required") }
            return nil
        }
        guard let word = value.string, words.contains(word) else {
            body.fail("role", "must be one of " + words.joined(separator: ", "))
            return nil
        }
        return Role(rawValue: word)
    }

    /// Of a user as such: what changes by signing in does not count.
    private func etag(_ user: User) -> String {
        let roles = user.memberships.map { "\($0.tenantSlug)=\($0.role.rawValue)" }.joined(separator: ",")
        let hash = fnv1a("\(user.email)\n\(user.name)\n\(user.isDisabled)\n\(roles)")
        return "\"u\(String(hash, radix: 16))\""
    }
}
