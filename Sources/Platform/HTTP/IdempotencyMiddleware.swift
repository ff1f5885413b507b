import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives

/// Carries out a POST with an `Idempotency-Key` once: the same request again within 24 hours gets the first one's answer. Refusals are
/// not kept.
struct IdempotencyMiddleware: RouterMiddleware {
    static let keyLength = 1...200
    /// Larger answers are not kept, so such a request is carried out again.
    static let bodyBytesMax = 256 << 10
    private static let keptHeaders: [HTTPField.Name] = [.contentType, .location, .eTag]

    let system: SystemDatabase

    func handle(
        _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        // Answers of sign-in hold tokens: they are never stored.
        guard request.method == .post, let key = request.headers[.idempotencyKey], let caller = context.caller,
            context.endpointPath?.contains("/auth/") == false
        else { return try await next(request, context) }
        guard Self.keyLength.contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw AppError.validation(field: "Idempotency-Key", reason: "must be 1 to \(Self.keyLength.upperBound) visible characters")
        }
        var request = request
        let body: ByteBuffer
        if HTTPLimits.isUpload(method: request.method.rawValue, path: request.uri.path) {
            // A file is read as a stream, once: what it says of itself stands for it.
            let names: [HTTPField.Name] = [.contentType, .contentLength]
            body = ByteBuffer(string: ([request.uri.string] + names.map { request.headers[$0] ?? "" }).joined(separator: "\n"))
        } else {
            body = try await Self.collect(&request)
        }
        let keyHash = Self.hash("\(caller.userID)\n\(context.tenant?.id.description ?? "-")\n\(Self.canonical(request.uri.path))\n\(key)")
        let requestHash = Array(SHA256.hash(data: Array(body.readableBytesView)))

        switch try await system.transaction({ try KeptAnswer.claim(key: keyHash, request: requestHash, on: $0) }) {
        case .first: return try await carryOut(request, context, keyHash, next)
        case .answered(let answer): return Self.replay(answer)
        case .underWay: throw AppError(.conflict, "The first request with this Idempotency-Key is still under way", retryAfterSeconds: 1)
        case .otherRequest: throw AppError(.conflict, "This Idempotency-Key was used for another request")
        }
    }

    private static func collect(_ request: inout Request) async throws -> ByteBuffer {
        do { return try await request.collectBody(upTo: HTTPLimits.bodyBytesMax) } catch is NIOTooManyBytesError {
            throw AppError.bodyTooLarge
        }
    }

    private func carryOut(
        _ request: Request, _ context: AppRequestContext, _ key: [UInt8],
        _ next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            var response = try await next(request, context)
            // An answer that must not be stored holds a secret, such as a one-time link.
            guard response.status.kind == .successful, response.headers[.cacheControl] != "no-store",
                let length = response.body.contentLength, length <= Self.bodyBytesMax
            else {
                try await system.transaction { try KeptAnswer.release(key: key, on: $0) }
                return response
            }
            let collected = CollectedBody()
            try await response.body.write(CollectingWriter(collected: collected))
            response.body = .init(byteBuffer: collected.buffer)
            let headers = Self.keptHeaders.compactMap { name in response.headers[name].map { (name.rawName, $0) } }
            let answer = KeptAnswer(
                status: response.status.code, headers: Dictionary(headers, uniquingKeysWith: { $1 }),
                body: Array(collected.buffer.readableBytesView))
            try await system.transaction { try answer.keep(key: key, on: $0) }
            return response
        } catch {
            // A claim that cannot be given back now is given up after two minutes.
            try? await system.transaction { try KeptAnswer.release(key: key, on: $0) }
            throw error
        }
    }

    private static func replay(_ answer: KeptAnswer) -> Response {
        var headers: HTTPFields = [.idempotencyReplayed: "true"]
        for name in keptHeaders { headers[name] = answer.headers[name.rawName] }
        let body = answer.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        return Response(status: .init(code: answer.status), headers: headers, body: body)
    }

    /// `/api/x` is the same address as `/api/v1/x`.
    private static func canonical(_ path: String) -> String {
        path.hasPrefix("/api/") && !path.hasPrefix("/api/v1/") ? "/api/v1" + path.dropFirst("/api".count) : path
    }

    private static func hash(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}

private final class CollectedBody {
    var buffer = ByteBuffer()
}

private struct CollectingWriter: ResponseBodyWriter {
    let collected: CollectedBody
    @concurrent mutating func write(_ buffer: ByteBuffer) async throws { collected.buffer.writeImmutableBuffer(buffer) }
    @concurrent consuming func finish(_ trailing: HTTPFields?) async throws {}
}
