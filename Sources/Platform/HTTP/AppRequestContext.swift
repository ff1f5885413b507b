package import Hummingbird
import Logging
package import NIOCore
package import Primitives
import Synchronization

/// What one request carries through the middleware to its route.
package struct AppRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The caller's `X-Request-ID` if it was sane, else a new one.
    package var requestID: String
    /// The client's IP address, as the connection or a trusted proxy says.
    package var clientAddress: String
    /// Whether the client's side of the connection is encrypted, here or at a trusted proxy.
    package var isSecure = false
    /// Who asks; nil without valid credentials.
    package var caller: Caller?
    /// How the caller proved it; nil without valid credentials.
    package var credential: Credential?
    /// The tenant that the request names and the caller may enter.
    package var tenant: Tenant?
    /// Why there is no tenant.
    package var tenantRefusal = AppError(.missingTenant, "Name the tenant in the header X-Tenant-Slug")
    /// What the log line says besides; shared by all copies of this context.
    package let notes: RequestNotes
    /// The connection; nil in tests without one.
    package let channel: (any Channel)?

    /// How a caller proves who it is. A browser sends its cookie by itself, so only that needs protection from forged requests.
    package enum Credential: Sendable { case bearer, cookie, apiKey }

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        requestID = RequestID.make()
        channel = source.channel
        clientAddress = source.channel.remoteAddress?.ipAddress ?? "127.0.0.1"
        notes = RequestNotes()
    }

    /// Bodies larger than this are refused (413).
    package var maxUploadSize: Int { HTTPLimits.bodyBytesMax }

    /// The caller, if its role holds `permission` (in the request's tenant, where the permission is about one).
    /// Throws `.unauthenticated`, the tenant's refusal (400, 403, 404) or `.forbidden`.
    @discardableResult
    package func caller(may permission: Permission) throws -> Caller {
        guard let caller else { throw AppError(.unauthenticated, "Sign in first") }
        if permission.needsTenant { _ = try requireTenant() }
        let role = permission.needsTenant ? caller.role : caller.isSuperAdmin ? .superAdmin : nil
        guard let role, role >= permission.leastRole else {
            throw AppError(.forbidden, "This needs the role \(permission.leastRole.rawValue)")
        }
        return caller
    }

    /// The caller, whoever it is. Throws `.unauthenticated`.
    package func requireCaller() throws -> Caller {
        guard let caller else { throw AppError(.unauthenticated, "Sign in first") }
        return caller
    }

    /// The caller, who must be a person: a key has no password and no sign-in. Throws `.unauthenticated`, `.forbidden`.
    package func requirePerson() throws -> Caller {
        let caller = try requireCaller()
        if caller.apiKey != nil { throw AppError(.forbidden, "This is for people: sign in; an API key is not enough") }
        return caller
    }

    /// The tenant of the request. Throws `.unauthenticated` first, then why there is none: missing (400), not the caller's (404),
    /// suspended (403).
    package func requireTenant() throws -> Tenant {
        if let tenant { return tenant }
        guard caller != nil else { throw AppError(.unauthenticated, "Sign in first") }
        throw tenantRefusal
    }

    /// The UUID in the path. What is no UUID names nothing: throws `.notFound`, as for an id that nothing has.
    package func id<Entity>(_ name: String = "id", of entity: Entity.Type = Entity.self) throws -> ID<Entity> {
        guard let text = parameters.get(name), let id = ID<Entity>(text: text) else {
            throw AppError.notFound("The " + (name.hasSuffix("Id") && name.count > 2 ? String(name.dropLast(2)) : "thing"))
        }
        return id
    }
}

/// What inner middleware knows and the outermost one tells: in the log line and in headers.
package final class RequestNotes: Sendable {
    private struct Values {
        var tenant: String?
        var user: String?
        var rate: RateLimiter.Verdict?
    }
    private let values = Mutex(Values())

    var tenant: String? {
        get { values.withLock { $0.tenant } }
        set { values.withLock { $0.tenant = newValue } }
    }
    var user: String? {
        get { values.withLock { $0.user } }
        set { values.withLock { $0.user = newValue } }
    }
    var rate: RateLimiter.Verdict? {
        get { values.withLock { $0.rate } }
        set { values.withLock { $0.rate = newValue } }
    }
}
