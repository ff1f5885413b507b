import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Primitives

/// The outermost layer: request id, client address, the one error envelope, security headers, CORS, a log line and the metrics of every
/// request.
struct EdgeMiddleware: RouterMiddleware {
    let proxies: ProxyTrust
    let cors: CORSPolicy
    let metrics: RequestMetrics
    let methods: MethodTable
    /// Whether this process itself encrypts.
    let isTLS: Bool

    func handle(
        _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        var context = context
        context.requestID = RequestID.from(header: request.headers[.requestID])
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request.id"] = .string(context.requestID)
        let isTrusted = proxies.trusts(context.clientAddress)
        context.isSecure = isTLS || isTrusted && request.headers[.forwardedProto] == "https"
        context.clientAddress = proxies.client(peer: context.clientAddress, forwardedFor: request.headers[.forwardedFor])

        var response: Response
        do {
            try Self.checkTarget(request)
            if let allow = methods.allow(request.method, at: request.uri.path) { throw MethodRefusal(allow: allow) }
            if let preflight = cors.preflight(request) { response = preflight } else { response = try await next(request, context) }
        } catch {
            response = Self.reply(to: error, request, context)
        }
        SecurityHeaders.add(to: &response, isSecure: context.isSecure)
        cors.add(to: &response, for: request)
        response.headers[.requestID] = context.requestID
        if let rate = context.notes.rate {
            response.headers[.rateLimit] = String(rate.limit)
            response.headers[.rateLimitRemaining] = String(rate.remaining)
            response.headers[.rateLimitReset] = String(rate.resetSeconds)
        }
        finish(request, context, response, started.duration(to: .now))
        return response
    }

    private static func checkTarget(_ request: Request) throws {
        let target = request.head.path ?? "/"
        guard target.utf8.count <= HTTPLimits.targetBytesMax else { throw AppError(.validationError, "The address is too long") }
        let isUpload = HTTPLimits.isUpload(method: request.method.rawValue, path: request.uri.path)
        let bodyBytesMax = isUpload ? HTTPLimits.uploadBytesMax : HTTPLimits.bodyBytesMax
        if let length = request.headers[.contentLength].flatMap(Int.init), length > bodyBytesMax {
            throw isUpload ? AppError.uploadTooLarge : AppError.bodyTooLarge
        }
    }

    private static func reply(to error: any Error, _ request: Request, _ context: AppRequestContext) -> Response {
        let failure = EdgeFailure(error)
        if failure.isFault {
            context.logger.error("A request failed", metadata: ["error": .string(String(String(describing: error).prefix(500)))])
        }
        var response = ErrorReply.response(failure.error, requestID: context.requestID)
        if let refusal = error as? MethodRefusal { response.headers[.allow] = refusal.allow }
        // What is left of such a body is not worth reading: the connection handler ends the connection after this answer.
        if failure.error.code == .payloadTooLarge { response.headers[.connection] = "close" }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func finish(_ request: Request, _ context: AppRequestContext, _ response: Response, _ duration: Duration) {
        let route = RouteName.of(context.endpointPath)
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        metrics.record(method: request.method, route: route, status: response.status.code, seconds: seconds)
        guard context.logger.logLevel <= .info else { return }
        var metadata: Logger.Metadata = [
            "method": .string(request.method.rawValue), "route": .string(route), "status": .stringConvertible(response.status.code),
            "duration_ms": .stringConvertible((seconds * 100_000).rounded() / 100), "client": .string(context.clientAddress),
        ]
        if let tenant = context.notes.tenant { metadata["tenant"] = .string(tenant) }
        if let user = context.notes.user { metadata["user.id"] = .string(user) }
        context.logger.info("Request", metadata: metadata)
    }
}

/// A 405, with what the address does take.
struct MethodRefusal: Error {
    let allow: String
}

/// The route as logs and metrics name it: as in the OpenAPI document, never the raw address.
enum RouteName {
    static func of(_ endpointPath: String?) -> String {
        guard let endpointPath, endpointPath != "NotFound" else { return "unmatched" }
        if endpointPath.hasPrefix("/api/"), !endpointPath.hasPrefix("/api/v1/"), endpointPath != "/api/health" {
            return "/api/v1" + endpointPath.dropFirst("/api".count)
        }
        return endpointPath
    }
}

/// Headers that tell browsers to be strict.
enum SecurityHeaders {
    static let strictPolicy = "default-src 'none'; frame-ancestors 'none'"
    static let webPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    static func add(to response: inout Response, isSecure: Bool) {
        if response.headers[.contentSecurityPolicy] == nil { response.headers[.contentSecurityPolicy] = strictPolicy }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.frameOptions] = "DENY"
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.crossOriginOpenerPolicy] = "same-origin"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        response.headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=()"
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
    }
}

/// Which pages of other origins may call the API. They send a bearer token: the cookie is never sent across sites.
struct CORSPolicy: Sendable {
    let origins: Set<String>

    /// The answer to a preflight from an allowed origin; nil for every other request.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, request.headers[.accessControlRequestMethod] != nil, let origin = request.headers[.origin],
            origins.contains(origin)
        else { return nil }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, HEAD, POST, PUT, PATCH, DELETE",
                .accessControlAllowHeaders:
                    "Authorization, Content-Type, X-Tenant-Slug, X-Request-ID, If-Match, Idempotency-Key, Last-Event-ID",
                .accessControlMaxAge: "600",
            ])
    }

    func add(to response: inout Response, for request: Request) {
        guard !origins.isEmpty, let origin = request.headers[.origin], origins.contains(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] =
            "X-Request-ID, X-Total-Count, Link, ETag, Location, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
        response.headers[.vary] = response.headers[.vary].map { $0 + ", Origin" } ?? "Origin"
        response.headers[.crossOriginResourcePolicy] = "cross-origin"
    }
}
