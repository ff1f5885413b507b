import CZlib
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Primitives

/// Compresses JSON, text and scripts for clients that take gzip. Event streams are left alone: each event must leave at once.
struct GzipMiddleware: RouterMiddleware {
    /// Level 1 of zlib: a list of 10,000 servers in a few milliseconds.
    static let level: Int32 = 1
    /// Shorter answers fit into a packet anyway.
    static let bytesMin = 1_024

    func handle(
        _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard Self.isCompressible(response) else { return response }
        response.headers[.vary] = response.headers[.vary].map { $0 + ", Accept-Encoding" } ?? "Accept-Encoding"
        guard request.method != .head, Self.accepts(request.headers[.acceptEncoding]) else { return response }
        let body = response.body
        response.body = ResponseBody { writer in
            try await body.write(GzipWriter(parent: writer, stream: try GzipStream(level: Self.level)))
        }
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
        return response
    }

    private static func isCompressible(_ response: Response) -> Bool {
        guard response.headers[.contentEncoding] == nil, (response.body.contentLength ?? Int.max) >= bytesMin,
            let type = response.headers[.contentType]
        else { return false }
        if type.hasPrefix("text/event-stream") { return false }
        return type.hasPrefix("application/json") || type.hasPrefix("text/") || type.hasPrefix("image/svg")
            || type.hasPrefix("application/manifest")
    }

    static func accepts(_ header: String?) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { part in
            let words = part.split(separator: ";").map { $0.filter { $0 != " " } }
            return words.first == "gzip"
                && !words.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" || $0 == "q=0.00" || $0 == "q=0.000" }
        }
    }
}

/// Writes what it is given, compressed, to the writer behind it.
private struct GzipWriter: ResponseBodyWriter {
    var parent: any ResponseBodyWriter
    let stream: GzipStream

    @concurrent mutating func write(_ buffer: ByteBuffer) async throws {
        let out = stream.push(buffer, flush: Z_NO_FLUSH)
        if out.readableBytes > 0 { try await parent.write(out) }
    }

    @concurrent consuming func finish(_ trailing: HTTPFields?) async throws {
        let out = stream.push(ByteBuffer(), flush: Z_FINISH)
        if out.readableBytes > 0 { try await parent.write(out) }
        try await parent.finish(trailing)
    }
}

/// Streaming gzip of one answer; used by one task at a time.
final class GzipStream {
    private static let pieceBytes = 16 * 1024
    private var state = z_stream()

    init(level: Int32) throws {
        let code = deflateInit2_(
            &state, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw AppError(.unavailable, "There is no memory left to compress the answer") }
    }

    deinit { deflateEnd(&state) }

    /// Compresses `input`; `flush` is one of zlib's Z_ constants.
    func push(_ input: ByteBuffer, flush: Int32) -> ByteBuffer {
        var output = ByteBufferAllocator().buffer(capacity: max(512, input.readableBytes / 4))
        var input = input
        input.withUnsafeMutableReadableBytes { bytes in
            state.next_in = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            state.avail_in = UInt32(bytes.count)
            repeat {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { free in
                    state.next_out = free.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    state.avail_out = UInt32(free.count)
                    _ = deflate(&state, flush)
                    return free.count - Int(state.avail_out)
                }
            } while state.avail_out == 0
        }
        return output
    }

    /// All of `bytes` compressed, for what is kept.
    static func compressed(_ bytes: [UInt8], level: Int32) throws -> [UInt8] {
        Array(try GzipStream(level: level).push(ByteBuffer(bytes: bytes), flush: Z_FINISH).readableBytesView)
    }
}
