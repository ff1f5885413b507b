import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import Synchronization

/// The built web pages, from one folder. Addresses without a file of their own get `index.html`: the page finds its way by itself.
///
/// A file is found by looking its name up in the folder's listing, never by joining the address to a path: there is no way out of the
/// folder.
struct WebFilesMiddleware: RouterMiddleware {
    let files: WebFiles

    func handle(
        _ request: Request, context: AppRequestContext, next: @concurrent (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound {
            guard request.method == .get || request.method == .head, !request.uri.path.hasPrefix("/api/"), request.uri.path != "/api",
                let response = try await files.response(to: request)
            else { throw error }
            context.coreContext.endpointPath.value = "web"
            return response
        }
    }
}

final class WebFiles: Sendable {
    static let fileBytesMax = 16 << 20
    /// Files kept in memory, all together.
    static let keptBytesMax = 128 << 20
    static let fileCountMax = 5_000
    /// The folder's listing is read again after so long, so that a new build is seen.
    static let listingAgeMax = Duration.seconds(2)
    private static let compressibleTypes: Set<String> = ["html", "js", "css", "svg", "json", "map", "txt", "webmanifest"]

    private struct File: Sendable {
        let bytes: ByteBuffer
        let gzipped: ByteBuffer?
        let etag: String
        let modifiedAt: Date
    }
    private struct Listing: Sendable {
        var paths: [String: Date] = [:]
        var readAt: ContinuousClock.Instant?
    }
    private struct State {
        var listing = Listing()
        var kept: [String: File] = [:]
        var keptBytes = 0
    }

    private let root: URL
    private let state = Mutex(State())

    init(directory: String) { root = URL(filePath: directory, directoryHint: .isDirectory).resolvingSymlinksInPath() }

    /// The file for the request's path, `index.html` for pages, nil for what is missing.
    func response(to request: Request) async throws -> Response? {
        let path = String(request.uri.path.drop { $0 == "/" }.prefix { $0 != "?" && $0 != "#" })
        if let file = try await file(path), !path.isEmpty { return Self.answer(file, path, request) }
        // No page of ours has such an address: whoever asks looks for a way out of the folder.
        guard !path.contains(".."), !path.contains("\\"), !path.contains("%") else { return nil }
        // A missing script or picture is missing; only pages have the start page instead.
        guard !(path.split(separator: "/").last ?? "").contains("."), let index = try await file("index.html") else { return nil }
        return Self.answer(index, "index.html", request)
    }

    /// The bytes of a file by its name in the folder; nil when there is none.
    func contents(_ path: String) async throws -> ByteBuffer? { try await file(path)?.bytes }

    private static func answer(_ file: File, _ path: String, _ request: Request) -> Response {
        let kind = String(path.split(separator: ".").last ?? "").lowercased()
        var headers: HTTPFields = [
            .contentType: mediaType(kind), .eTag: file.etag, .contentSecurityPolicy: SecurityHeaders.webPolicy,
            .cacheControl: isHashed(path) ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        if file.gzipped != nil { headers[.vary] = "Accept-Encoding" }
        if request.headers[.ifNoneMatch].map({ $0 == "*" || $0.contains(file.etag) }) == true {
            return Response(status: .notModified, headers: headers)
        }
        var body = file.bytes
        if let gzipped = file.gzipped, GzipMiddleware.accepts(request.headers[.acceptEncoding]) {
            body = gzipped
            headers[.contentEncoding] = "gzip"
        }
        let response = Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Whether the name holds a hash of its contents, as esbuild writes it ("main-7F3K2LQA.js"): such a file never changes.
    static func isHashed(_ path: String) -> Bool {
        let stem = (path.split(separator: "/").last ?? "").split(separator: ".").dropLast().last ?? ""
        guard let hash = stem.split(separator: "-").last, hash.count >= 8, stem.contains("-") else { return false }
        return hash.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) } || hash.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }

    static func mediaType(_ kind: String) -> String {
        switch kind {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "json", "map": "application/json; charset=utf-8"
        case "webmanifest": "application/manifest+json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "woff": "font/woff"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }

    // MARK: The folder

    private func file(_ path: String) async throws -> File? {
        let name = path.isEmpty ? "index.html" : path
        guard let modifiedAt = try await listing().paths[name] else { return nil }
        if let kept = state.withLock({ $0.kept[name] }), kept.modifiedAt == modifiedAt { return kept }
        let url = root.appending(path: name)
        let kind = url.pathExtension.lowercased()
        let read: File? = try await NIOThreadPool.singleton.runIfActive {
            // A file that has gone since it was listed is missing.
            guard let data = try? Data(contentsOf: url), data.count <= Self.fileBytesMax else { return nil }
            let bytes = Array(data)
            let hash = SHA256.hash(data: data).prefix(12).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            let isWorthIt = Self.compressibleTypes.contains(kind) && bytes.count >= GzipMiddleware.bytesMin
            let gzipped = isWorthIt ? ByteBuffer(bytes: try GzipStream.compressed(bytes, level: 9)) : nil
            return File(bytes: ByteBuffer(bytes: bytes), gzipped: gzipped, etag: "\"\(hash)\"", modifiedAt: modifiedAt)
        }
        if let read { keep(read, name) }
        return read
    }

    private func keep(_ file: File, _ name: String) {
        let size = file.bytes.readableBytes + (file.gzipped?.readableBytes ?? 0)
        state.withLock { state in
            if state.keptBytes + size > Self.keptBytesMax {
                state.kept = [:]
                state.keptBytes = 0
            }
            state.kept[name] = file
            state.keptBytes += size
        }
    }

    private func listing() async throws -> Listing {
        let known = state.withLock { $0.listing }
        if let readAt = known.readAt, ContinuousClock.now - readAt < Self.listingAgeMax { return known }
        let root = root
        var listing = Listing(readAt: .now)
        listing.paths = try await NIOThreadPool.singleton.runIfActive { Self.paths(under: root) }
        let fresh = listing
        state.withLock { $0.listing = fresh }
        return fresh
    }

    /// Plain files below `root` by their path in it. Hidden files and symbolic links are left out.
    private static func paths(under root: URL) -> [String: Date] {
        let keys: Set<URLResourceKey> = [.isRegularFileKey, .isSymbolicLinkKey, .contentModificationDateKey]
        let prefix = root.path(percentEncoded: false)
        guard let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: Array(keys), options: [.skipsHiddenFiles])
        else { return [:] }
        var paths: [String: Date] = [:]
        for case let url as URL in files where paths.count < fileCountMax {
            // A file that cannot be looked at is not served.
            guard let values = try? url.resourceValues(forKeys: keys), values.isRegularFile == true, values.isSymbolicLink != true else {
                continue
            }
            let path = url.path(percentEncoded: false)
            guard path.hasPrefix(prefix) else { continue }
            paths[String(path.dropFirst(prefix.count).drop { $0 == "/" })] = values.contentModificationDate ?? .distantPast
        }
        return paths
    }
}
