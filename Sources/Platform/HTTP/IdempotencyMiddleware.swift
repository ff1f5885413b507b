import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import Synchronization

/// Carries out a POST with an `Idempotency-Key` once: the same request again within 24 hours gets the first one's answer. Refusals are
/// not kept.
struct IdempotencyMiddleware: RouterMiddleware {
    static let keyLength = 1...200
    /// Larger answers are not kept, so such a request is carried out again.
    static let bodyBytesMax = 256 << 10
    private static let keptHeaders: [HTTPField.Name] = [.contentType, .location, .eTag]

    let system: SystemDatabase
    /// Keys the fingerprints of bodies: these may hold passwords, which a plain hash in a stolen database would let guess.
    let fingerprintKey: SymmetricKey

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
        let keyHash = Self.hash("\(caller.userID)\n\(context.tenant?.id.description ?? "-")\n\(Self.canonical(request.uri.path))\n\(key)")
        // A file is read as a stream, once: its digest is known when it has been carried out, or read over.
        if HTTPLimits.isUpload(method: request.method.rawValue, path: request.uri.path) {
            return try await handleUpload(request, context, keyHash, next)
        }
        let body = try await Self.collect(&request)
        let requestHash = Array(HMAC<SHA256>.authenticationCode(for: Array(body.readableBytesView), using: fingerprintKey))
        switch try await system.transaction({ try KeptAnswer.claim(key: keyHash, request: requestHash, on: $0) }) {
        case .first: return try await carryOut(request, context, keyHash, next) { nil }
        case .answered(let answer): return Self.replay(answer)
        case .underWay: throw Self.underWay
        case .otherRequest: throw Self.otherRequest
        }
    }

    private static let underWay = AppError(
        .conflict, "The first request with this Idempotency-Key is still under way", retryAfterSeconds: 1)
    private static let otherRequest = AppError(.conflict, "This Idempotency-Key was used for another request")

    private func handleUpload(
        _ request: Request, _ context: AppRequestContext, _ key: [UInt8],
        _ next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        let digest = UploadDigest(of: request)
        switch try await system.transaction({ try KeptAnswer.claim(key: key, request: nil, on: $0) }) {
        case .first:
            var request = request
            request.body = RequestBody(asyncSequence: request.body.map { digest.add($0) })
            return try await carryOut(request, context, key, next) { digest.value }
        case .underWay: throw Self.underWay
        case .otherRequest: throw Self.otherRequest
        case .answered(let answer):
            for try await buffer in request.body {
                guard digest.add(buffer, max: HTTPLimits.uploadBytesMax) else { throw AppError.uploadTooLarge }
            }
            guard digest.value == answer.requestHash else { throw Self.otherRequest }
            return Self.replay(answer)
        }
    }

    private static func collect(_ request: inout Request) async throws -> ByteBuffer {
        do { return try await request.collectBody(upTo: HTTPLimits.bodyBytesMax) } catch is NIOTooManyBytesError {
            throw AppError.bodyTooLarge
        }
    }

    private func carryOut(
        _ request: Request, _ context: AppRequestContext, _ key: [UInt8],
        _ next: @concurrent (Request, AppRequestContext) async throws -> Response, requestHash: () -> [UInt8]?
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
                body: Array(collected.buffer.readableBytesView), requestHash: requestHash())
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

/// What a streamed request says, as a digest that grows while it is read.
private final class UploadDigest: Sendable {
    private let state: Mutex<(sha: SHA256, byteCount: Int)>

    /// Of the query and the type; the body follows.
    init(of request: Request) {
        var sha = SHA256()
        sha.update(data: Array("\(request.uri.query ?? "")\n\(request.headers[.contentType] ?? "")\n".utf8))
        state = Mutex((sha, 0))
    }

    /// Takes the next piece, and gives it on.
    func add(_ buffer: ByteBuffer) -> ByteBuffer {
        _ = add(buffer, max: .max)
        return buffer
    }

    /// Takes the next piece; false when that is more than `max` bytes in all.
    func add(_ buffer: ByteBuffer, max: Int) -> Bool {
        state.withLock { state in
            state.byteCount += buffer.readableBytes
            buffer.withUnsafeReadableBytes { state.sha.update(bufferPointer: $0) }
            return state.byteCount <= max
        }
    }

    var value: [UInt8] { state.withLock { Array($0.sha.finalize()) } }
}

private final class CollectedBody {
    var buffer = ByteBuffer()
}

private struct CollectingWriter: ResponseBodyWriter {
    let collected: CollectedBody
    @concurrent mutating func write(_ buffer: ByteBuffer) async throws { collected.buffer.writeImmutableBuffer(buffer) }
    @concurrent consuming func finish(_ trailing: HTTPFields?) async throws {}
}
