import Foundation
import HTTPTypes
import Hummingbird
import Primitives

/// `/platform/admins`: who rules over the installation. Super admins.
struct AdminRoutes: Sendable {
    let admins: Administrators

    func add(to group: RouterGroup<AppRequestContext>) {
        group.group("platform/admins")
            .get(use: list)
            .post(use: add)
            .delete(":userId", use: remove)
            .post(":userId/link", use: makeLink)
            .delete(":userId/link", use: revokeLink)
    }

    /// GET /platform/admins: all of them, by address. 200, 403.
    @Sendable func list(request: Request, context: AppRequestContext) async throws -> Response {
        try context.caller(may: .manageTenants)
        return try json(try await admins.list().map { UserReply($0) })
    }

    /// POST /platform/admins. 201, 400, 403, 409.
    @Sendable func add(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        let body = try await FieldReader(request, context)
        let email = body.string("email", User.emailLength)
        if !email.isEmpty, !User.isAddress(email) { body.fail("email", "must be an e-mail address") }
        let name = body.string("name", 1...User.nameLength.upperBound)
        try body.finish()
        let (user, link) = try await admins.add(email: email, name: name, by: caller)
        return json(bytes: try UserReply(user).bytes(with: link), status: .created, headers: [.cacheControl: "no-store"])
    }

    /// DELETE /platform/admins/{userId}: takes the rights away. 204, 403, 404, 409.
    @Sendable func remove(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        try await admins.remove(context.id("userId"), by: caller)
        return noContent()
    }

    /// POST /platform/admins/{userId}/link. 201, 403, 404.
    @Sendable func makeLink(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        let id: User.ID = try context.id("userId")
        try await FieldReader.optional(request, context).finish()
        let link = try await admins.makeLink(for: id, by: caller)
        return try json(LinkReply(link), status: .created, headers: [.cacheControl: "no-store"])
    }

    /// DELETE /platform/admins/{userId}/link. 204, 403, 404.
    @Sendable func revokeLink(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.caller(may: .manageTenants)
        try await admins.revokeLink(of: context.id("userId"), by: caller)
        return noContent()
    }
}
