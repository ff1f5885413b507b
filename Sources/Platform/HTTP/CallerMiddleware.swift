import Foundation
import HTTPTypes
import Hummingbird
import Primitives

/// Who asks and for which tenant: fills in the context, and refuses forged and too many requests. Whether the caller may is the route's
/// question.
struct CallerMiddleware: RouterMiddleware {
    static let cookieName = "dbtools_session"
    /// Routes that make a sign-in: whoever comes here has none, or does not rely on it.
    private static let openRoutes = ["/auth/login", "/auth/refresh", "/auth/setup"]
    private static let safeMethods: Set<HTTPRequest.Method> = [.get, .head, .options]

    let signIn: SignIn
    let tenants: TenantDatabases
    let tenantLimiter: RateLimiter
    let anonymousLimiter: RateLimiter
    let corsOrigins: Set<String>

    func handle(
        _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let isOpen = context.endpointPath.map { path in Self.openRoutes.contains { path.hasSuffix($0) } } ?? false
        if !isOpen { try await identify(request, &context) }
        if context.caller != nil { try await enterTenant(request, &context) }
        try limit(context)
        if context.credential == .cookie, !Self.safeMethods.contains(request.method) { try checkForgery(request, context) }
        return try await next(request, context)
    }

    // MARK: Who

    private func identify(_ request: Request, _ context: inout AppRequestContext) async throws {
        var found: Caller?
        if let header = request.headers[.authorization] {
            guard let token = Self.bearer(header), let session = await signIn.accessTokens.session(of: token, now: Date()) else { return }
            found = try await signIn.callers.caller(session: session)
            context.credential = .bearer
        } else if let text = request.headers[.apiKey] {
            guard let secret = APIKey.secret(text) else { return }
            found = try await signIn.callers.caller(apiKey: secret)
            context.credential = .apiKey
        } else if let cookie = Self.cookie(request) {
            found = try await signIn.callers.caller(cookie: cookie)
            context.credential = .cookie
        }
        guard var caller = found else {
            context.credential = nil
            return
        }
        caller.address = context.clientAddress
        caller.requestID = context.requestID
        context.notes.user = caller.userID.description
        context.caller = caller
    }

    private static func bearer(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    private static func cookie(_ request: Request) -> OpaqueToken? {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0].filter({ $0 != " " }) == cookieName { return OpaqueToken(text: String(parts[1])) }
            }
        }
        return nil
    }

    // MARK: Which tenant

    private func enterTenant(_ request: Request, _ context: inout AppRequestContext) async throws {
        guard var caller = context.caller, let slug = Self.slug(request, context, caller) else { return }
        context.notes.tenant = Tenant.isValidSlug(slug) ? slug : nil
        let unknown = AppError(.invalidTenant, "There is no such tenant")
        // Asked for strangers too, so that the answer is the same whether the tenant exists or not.
        guard Tenant.isValidSlug(slug), let tenant = try await tenants.tenant(slug: slug), let role = caller.role(in: tenant.id) else {
            context.tenantRefusal = unknown
            return
        }
        switch tenant.status {
        case .active:
            caller.role = role
            context.caller = caller
            context.tenant = tenant
        case .suspended: context.tenantRefusal = AppError(.tenantSuspended, "The tenant \(slug) is suspended")
        case .provisioning, .deleted: context.tenantRefusal = unknown
        }
    }

    /// The header; an API key's own tenant without one; for what a browser asks for by itself (streams, downloads), where it can set none,
    /// `?tenant=` with the cookie.
    private static func slug(_ request: Request, _ context: AppRequestContext, _ caller: Caller) -> String? {
        if let slug = request.headers[.tenantSlug] { return slug }
        if caller.apiKey != nil { return caller.memberships.first?.tenantSlug }
        guard context.credential == .cookie, request.method == .get, let query = request.uri.query, query.contains("tenant=") else {
            return nil
        }
        return QueryReader(query: query).string("tenant", 0...200)
    }

    // MARK: Refusals

    private func limit(_ context: AppRequestContext) throws {
        let verdict =
            if let tenant = context.tenant {
                tenantLimiter.take(tenant.slug)
            } else if let caller = context.caller {
                tenantLimiter.take("user \(caller.userID)")
            } else {
                anonymousLimiter.take(AddressBlock.network(of: context.clientAddress))
            }
        context.notes.rate = verdict
        if !verdict.isAllowed {
            throw AppError(
                .rateLimited, "Too many requests; wait \(verdict.retryAfterSeconds) s", retryAfterSeconds: verdict.retryAfterSeconds)
        }
    }

    /// A browser sends the cookie along whoever made the page, so a change needs proof that ours did: the session's token, and no other
    /// origin.
    private func checkForgery(_ request: Request, _ context: AppRequestContext) throws {
        guard let caller = context.caller else { return }
        let expected = signIn.forgeryToken(session: caller.sessionID)
        guard let sent = request.headers[.csrfToken], ConstantTime.equal(Array(sent.utf8), Array(expected.utf8)) else {
            throw AppError(.forbidden, "The header X-CSRF-Token is missing or not this session's; GET /auth/me tells it")
        }
        let isSameSite = request.headers[.secFetchSite].map { $0 == "same-origin" || $0 == "none" } ?? true
        guard isSameSite, isOwnOrigin(request) else { throw AppError(.forbidden, "The request comes from a page of another origin") }
    }

    private func isOwnOrigin(_ request: Request) -> Bool {
        guard let origin = request.headers[.origin] else { return true }
        if corsOrigins.contains(origin) { return true }
        guard let host = request.head.authority, let scheme = origin.firstRange(of: "://") else { return false }
        return origin[scheme.upperBound...].lowercased() == host.lowercased()
    }
}
