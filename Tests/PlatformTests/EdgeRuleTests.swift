import Foundation
import HTTPTypes
import Postgres
import Primitives
import Testing

@testable import Platform

/// The edge's pure rules.
@Suite struct EdgeRuleTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.168.1.0/25", "192.168.1.127", true),
        ("192.168.1.0/25", "192.168.1.128", false), ("::1/128", "::1", true), ("fd00::/8", "fd12::1", true),
        ("fd00::/8", "10.0.0.1", false),
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "::ffff:127.0.0.1", true), ("0.0.0.0/0", "8.8.8.8", true),
        ("0.0.0.0/0", "nonsense", false),
    ])
    func addressBlocks(block: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressBlock(block)).contains(address) == isInside)
    }

    /// A full disk is said as such, with what to do; it is our fault and in the log, but no 500.
    @Test(arguments: [
        ("53100", AppError.Code.unavailable, "full"), ("53300", .unavailable, "cannot be used"), ("08006", .unavailable, "cannot be used"),
        ("40001", .unavailable, "Somebody changes"), ("22021", .validationError, "cannot be stored"), ("42703", .internalError, "wrong"),
    ])
    func databaseErrors(sqlState: String, code: AppError.Code, words: String) {
        let failure = EdgeFailure(PostgresError(sqlState: sqlState, message: "secret words of a statement"))
        #expect(failure.error.code == code && failure.error.message.contains(words))
        #expect(!failure.error.message.contains("secret"))
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0/8", "x/8", "10.0.0.0/-1", "10.0.0.0/", "::/129"])
    func badBlocksAreNone(text: String) { #expect(AddressBlock(text) == nil) }

    @Test(arguments: [
        ("9.9.9.9", "1.2.3.4", "9.9.9.9"), ("10.0.0.1", "1.2.3.4", "1.2.3.4"), ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4, 10.0.0.2", "1.2.3.4"), ("10.0.0.1", "nonsense", "10.0.0.1"), ("10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ])
    func aClientIsWhatTrustedProxiesSay(peer: String, forwarded: String, client: String) throws {
        let trust = ProxyTrust(blocks: [try #require(AddressBlock("10.0.0.0/8"))])
        #expect(trust.client(peer: peer, forwardedFor: forwarded) == client)
        #expect(ProxyTrust(blocks: []).client(peer: peer, forwardedFor: forwarded) == peer)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"),
        ("\tx", "'\tx"), ("=a,b", "\"'=a,b\""), ("", ""), ("a\nb", "\"a\nb\""),
    ])
    func cells(text: String, cell: String) { #expect(CSV.cell(text) == cell) }

    @Test(arguments: [
        ("assets/main-7F3K2LQA.js", true), ("assets/main-7F3K2LQA.css", true), ("main.js", false), ("index.html", false),
        ("some-name.js", false),
        ("chunk-0123abcd.js", true), ("dark-contrast.css", false),
    ])
    func onlyHashedNamesAreImmutable(path: String, isHashed: Bool) { #expect(WebFiles.isHashed(path) == isHashed) }

    @Test func aBucketFillsAgain() {
        let limiter = RateLimiter(perMinute: 60)
        let now = ContinuousClock.now
        for _ in 0..<60 { #expect(limiter.take("a", now: now).isAllowed) }
        let refused = limiter.take("a", now: now)
        #expect(!refused.isAllowed && refused.remaining == 0 && refused.retryAfterSeconds == 1 && refused.resetSeconds == 60)
        #expect(limiter.take("b", now: now).isAllowed)
        #expect(limiter.take("a", now: now + .seconds(1)).isAllowed)
        #expect(!limiter.take("a", now: now + .seconds(1)).isAllowed)
    }

    @Test func cursorsSurviveTheWayAndForgedOnesDoNot() {
        let cursor = Cursor(sort: "name:asc", values: ["ä \"quoted\"", 5, nil])
        #expect(Cursor(text: cursor.text) == cursor)
        for text in ["", "x", "W10", "e30", "bnVsbA", String(repeating: "A", count: 2000), "++++"] {
            #expect(Cursor(text: text) == nil, "\(text)")
        }
        let query = QueryReader(query: "cursor=\(cursor.text)")
        #expect(query.cursor(sort: "name:asc", count: 3) == cursor)
        #expect(query.cursor(sort: "name:desc", count: 3) == nil)
        #expect(throws: AppError.self) { try query.finish() }
    }

    @Test func queriesAreRead() throws {
        let query = QueryReader(query: "q=a+b%20c%C3%A4&limit=5&on=true&status=x,y&status=z&from=2026-01-02T03:04:05Z")
        #expect(query.search() == "a b cä")
        #expect(query.limit() == 5)
        #expect(query.bool("on") == true)
        #expect(query.strings("status") == ["x", "y", "z"])
        #expect(query.date("from").map(RFC3339.string) == "2026-01-02T03:04:05.000Z")
        #expect(query.int("missing", 1...2) == nil)
        try query.finish()
    }

    @Test(arguments: [
        "limit=+5", "limit=5%00", "limit=0x5", "limit=99999999999999999999", "q=%", "q=%zz", "q=%ff", "q=a%00", "from=2026-13-01T00:00:00Z", "status=", "status=x,,y",
    ])
    func badQueriesAreRefused(text: String) {
        let query = QueryReader(query: text)
        _ = (query.limit(), query.search(), query.date("from"), query.strings("status"))
        #expect(throws: AppError.self) { try query.finish() }
    }

    @Test(arguments: [
        ("gzip", true), ("br, gzip", true), ("gzip;q=0", false), ("gzip; q=0.0", false), ("identity", false), ("gzip;q=0.5", true),
    ])
    func acceptsGzip(header: String, accepts: Bool) { #expect(GzipMiddleware.accepts(header) == accepts) }

    @Test func patchesMerge() {
        let target: JSONValue = ["a": 1, "b": ["c": 2, "d": 3], "e": [1, 2]]
        let patch: JSONValue = ["a": nil, "b": ["c": nil, "x": ["y": nil]], "e": ["f": 1]]
        #expect(patch.merged(into: target) == ["b": ["d": 3, "x": [:]], "e": ["f": 1]])
    }

    @Test func passwordsAreHashedWithASaltOfTheirOwn() async throws {
        let hasher = PasswordHasher(rounds: 1 << 10)
        let (first, second) = (try await hasher.hash("päss wörd"), try await hasher.hash("päss wörd"))
        #expect(first != second)
        #expect(try await hasher.verify("päss wörd", stored: first))
        #expect(try await !hasher.verify("pass word", stored: first))
        #expect(try await !hasher.verify("päss wörd", stored: nil))
        #expect(try await !hasher.verify("päss wörd", stored: "nonsense"))
    }

    @Test func tooManyHashesAtOnceAreTurnedAway() async {
        let hasher = PasswordHasher(rounds: 1 << 12)
        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<300 { group.addTask { (try? await hasher.hash("x")) == nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused > 0 && refused <= 300 - PasswordHasher.waitingCountMax)
    }
}

/// The web pages, from a folder.
@Suite struct WebFileTests {
    private func folder() throws -> String {
        let root = URL(filePath: "/tmp/dbtools-web-\(ID<Int>())")
        try FileManager.default.createDirectory(at: root.appending(path: "assets"), withIntermediateDirectories: true)
        try Data("<!doctype html><title>DbTools</title>".utf8).write(to: root.appending(path: "index.html"))
        try Data(String(repeating: "console.log(1);\n", count: 200).utf8).write(to: root.appending(path: "assets/main-ABCD2345.js"))
        try Data("secret".utf8).write(to: root.appending(path: ".env"))
        try Data("outside".utf8).write(to: URL(filePath: root.path() + "-outside.txt"))
        try FileManager.default.createSymbolicLink(at: root.appending(path: "link.txt"), withDestinationURL: URL(filePath: "/etc/passwd"))
        return root.path()
    }

    private func withFolder(_ body: @Sendable (Client, String) async throws -> Void) async throws {
        let folder = try folder()
        defer { for path in [folder, folder + "-outside.txt"] { try? FileManager.default.removeItem(atPath: path) } }
        var config = HTTPServerConfig()
        config.webDirectory = folder
        try await TestEdge.shared.test(config) { try await body($0, folder) }
    }

    @Test func pagesAndAssetsAreServed() async throws {
        try await withFolder { client, _ in
            for path in ["/", "/servers", "/servers/0199/metrics", "/index.html"] {
                let page = try await client.get(path)
                #expect(page.status == 200, "\(path)")
                #expect(page.text.contains("<title>DbTools"))
                #expect(page.headers[.cacheControl] == "no-cache")
                #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'self';") == true)
            }
            let script = try await client.get("/assets/main-ABCD2345.js", [.acceptEncoding: "gzip"])
            #expect(script.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(script.headers[.contentType] == "text/javascript; charset=utf-8")
            #expect(script.headers[.contentEncoding] == "gzip")
            let tag = try #require(script.headers[.eTag])
            #expect(try await client.get("/assets/main-ABCD2345.js", [.ifNoneMatch: tag]).status == 304)
        }
    }

    @Test(arguments: [
        "/assets/missing.js", "/.env", "/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd.txt", "/link.txt",
        "/assets/../../x-outside.txt", "/assets/..%5c..%5cx.txt", "/api/nothing.js", "//etc/passwd.txt",
    ])
    func nothingElseIs(path: String) async throws {
        try await withFolder { client, _ in
            let reply = try await client.get(path)
            #expect(reply.status == 404, "\(path)")
            #expect(reply.code == "NOT_FOUND")
        }
    }
}
