package import HTTPTypes
package import Hummingbird
import NIOCore
package import Primitives

/// An answer with `value` as JSON. Members without a value are null. Throws what `value` throws while it encodes itself.
package func json(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws -> Response {
    json(bytes: try JSONEncoding.bytes(value), status: status, headers: headers)
}

/// An answer with JSON that is written already.
package func json(bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
    var headers = headers
    headers[.contentType] = "application/json; charset=utf-8"
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
}

/// An answer with text of the media type `type`.
package func text(_ body: String, type: String) -> Response {
    Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: body)))
}

/// An answer without a body (204).
package func noContent(headers: HTTPFields = [:]) -> Response { Response(status: .noContent, headers: headers) }

/// One page of a list: a JSON array, with `X-Total-Count` and the address of the next page in `Link` (RFC 8288).
package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    /// Where the next page begins; nil on the last one.
    package var nextCursor: Cursor?
    /// All items that the filters let through, on all pages.
    package var total: Int

    package init(items: [Item], nextCursor: Cursor?, total: Int) {
        self.items = items
        self.nextCursor = nextCursor
        self.total = total
    }
}

extension Page where Item: Encodable {
    /// The answer to `request`.
    package func response(to request: Request, headers: HTTPFields = [:]) throws -> Response {
        try json(items, headers: pageHeaders(to: request, headers))
    }
}

extension Page {
    /// The answer to `request`, each item written by hand: for long lists.
    package func response(to request: Request, headers: HTTPFields = [:], write: (Item, inout JSONWriter) throws -> Void) rethrows
        -> Response
    {
        var writer = JSONWriter(reserve: items.count * 512 + 2)
        writer.beginArray()
        for item in items { try write(item, &writer) }
        writer.endArray()
        return json(bytes: writer.bytes, headers: pageHeaders(to: request, headers))
    }
}

extension Page {
    private func pageHeaders(to request: Request, _ headers: HTTPFields) -> HTTPFields {
        var headers = headers
        headers[.totalCount] = String(total)
        if let nextCursor { headers[.link] = "<\(Self.target(of: request, cursor: nextCursor))>; rel=\"next\"" }
        return headers
    }

    /// The request's own path and query with another cursor.
    private static func target(of request: Request, cursor: Cursor) -> String {
        let kept = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
        return request.uri.path + "?" + (kept + ["cursor=\(cursor.text)"]).joined(separator: "&")
    }
}

/// The entity tag of a version: configuration only, never live values.
package func etag(version: Int64) -> String { "\"v\(version)\"" }

extension Request {
    /// Throws `.preconditionFailed` when `If-Match` is there and names another version. Without it the last writer wins.
    package func checkIfMatch(_ version: Int64) throws {
        guard let sent = headers[.ifMatch] else { return }
        let tags = sent.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace } }
        guard tags.contains("*") || tags.contains(etag(version: version)[...]) else {
            throw AppError(.preconditionFailed, "It has been changed since it was read; read it again")
        }
    }

    /// The version that `If-Match` names; nil when there is none, or it is no tag of ours.
    package var ifMatchVersion: Int64? {
        guard let sent = headers[.ifMatch], let tag = sent.firstMatch(of: #/"v([0-9]{1,18})"/#) else { return nil }
        return Int64(tag.1)
    }
}

extension HTTPField.Name {
    // Safe: constants, checked by every test that sends or reads them.
    package static let totalCount = make("X-Total-Count")
    package static let requestID = make("X-Request-ID")
    package static let tenantSlug = make("X-Tenant-Slug")
    package static let apiKey = make("X-API-Key")
    package static let csrfToken = make("X-CSRF-Token")
    package static let idempotencyKey = make("Idempotency-Key")
    package static let idempotencyReplayed = make("Idempotency-Replayed")
    package static let link = make("Link")
    static let forwardedFor = make("X-Forwarded-For")
    static let forwardedProto = make("X-Forwarded-Proto")
    static let rateLimit = make("X-RateLimit-Limit")
    static let rateLimitRemaining = make("X-RateLimit-Remaining")
    static let rateLimitReset = make("X-RateLimit-Reset")
    static let frameOptions = make("X-Frame-Options")
    static let referrerPolicy = make("Referrer-Policy")
    static let permissionsPolicy = make("Permissions-Policy")
    static let crossOriginOpenerPolicy = make("Cross-Origin-Opener-Policy")
    static let crossOriginResourcePolicy = make("Cross-Origin-Resource-Policy")
    static let lastEventID = make("Last-Event-ID")
    static let accelBuffering = make("X-Accel-Buffering")
    static let secFetchSite = make("Sec-Fetch-Site")

    private static func make(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name") }
        return name
    }
}
