import Fixtures
import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Platform

/// How the edge ends, and what it does without its database.
@Suite struct StopTests {
    @Test func openStreamsEndWhenTheProgramStops() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        let clock = ContinuousClock()
        let (stream, returnedAt) = try await edge.live { port, client in
            let session = try await client.logIn(user)
            let connection = try RawConnection(port: port)
            await connection.send(
                "GET /api/v1/events HTTP/1.1\r\nHost: a\r\nX-Tenant-Slug: \(tenant.slug)\r\n"
                    + "Authorization: Bearer \(session.accessToken)\r\n\r\n"
            )
            try await connection.read(until: "id: ")
            return (connection, ContinuousClock.now)
        }
        // A stream that held on would take its own limit of minutes; beside all other tests ten seconds are too few.
        #expect((clock.now - returnedAt).seconds < 60)
        #expect(try await stream.readToEnd().hasSuffix("0\r\n\r\n"))
    }

    /// As it happens between the accept and the end of the server. Without `HandledOnce` the process ends here.
    @Test("A connection that was accepted while the server stopped, so that nobody takes it, is closed")
    func aConnectionThatNobodyTakesIsClosed() async throws {
        let connections = HandledOnce(base: HTTP1Channel { _, _, _ in throw CancellationError() })
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { connections.setup(channel: $0, logger: Logger(label: "untaken")).map { _ in } }
            .bind(host: "127.0.0.1", port: 0).get()
        for _ in 0..<20 {
            let connection = try RawConnection(port: try #require(server.localAddress?.port))
            #expect(try await connection.readToEnd() == "")
        }
        try await server.close()
    }

    @Test func aClientThatDoesNotReadIsCutOff() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.live { port, client in
            let session = try await client.logIn(user)
            let connection = try RawConnection(port: port)
            connection.limitReceiveBuffer()
            await connection.send(
                "GET /api/v1/events HTTP/1.1\r\nHost: a\r\nX-Tenant-Slug: \(tenant.slug)\r\n"
                    + "Authorization: Bearer \(session.accessToken)\r\n\r\n"
            )
            try await connection.read(until: "id: ")
            #expect(edge.edge.events.streamCount == 1)
            try await edge.platform.tenants.transaction(tenant) { session in
                let filler = JSONValue.string(String(repeating: "x", count: 20_000))
                for _ in 0..<2_500 { try session.publish(Event("server.updated", entityID: nil, payload: ["filler": filler])) }
            }
            try await waitUntil { edge.edge.events.streamCount == 0 }
        }
    }

    @Test("An export whose reader takes nothing is cut off, and keeps no connection to the database meanwhile")
    func anExportThatNobodyReadsIsCutOff() async throws {
        let lines = Lines()
        let platform = try await TestPlatform.make()
        let tenant = try await platform.tenant()
        let edge = TestEdge(
            platform: platform, masterKey: .random(), logger: Logger(label: "lines") { _ in LineHandler(lines: lines) })
        // How often the kernel looks grows with each look: this limit is reached within a second or two.
        let user = try await edge.person(.viewer, in: tenant)
        _ = try await platform.tenants.transaction(tenant) { session in
            try session.execute(
                """
                INSERT INTO platform.activity_log (id, action, entity_type, entity_name, actor_name, details, created_at)
                SELECT gen_random_uuid(), 'server_added', 'server', repeat('x', 500), 'system', '{}', now() - n * interval '1 second'
                FROM generate_series(1, 40000) AS n
                """)
        }
        var config = HTTPServerConfig()
        config.stallSecondsMax = 0.5
        try await edge.live(config) { port, client in
            let session = try await client.logIn(user)
            let stuck = try RawConnection(port: port)
            stuck.limitReceiveBuffer()
            await stuck.send(
                "GET /api/v1/activity?format=csv HTTP/1.1\r\nHost: a\r\nX-Tenant-Slug: \(tenant.slug)\r\n"
                    + "Authorization: Bearer \(session.accessToken)\r\n\r\n")
            try await stuck.read(until: "requestId")
            // The answer waits for its reader: whoever needs the database has all of it.
            try await waitUntil { platform.pool.statistics.openConnections == platform.pool.statistics.idleConnections }
            try await waitUntil { lines.text.withLock { $0.contains("A connection ended before its answer did") } }
            #expect(try await !stuck.readToEnd().hasSuffix("0\r\n\r\n"))
        }
    }

    private func waitUntil(_ holds: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(180)
        while !holds() {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func withoutItsDatabaseItSaysSo() async throws {
        let edge = try await TestEdge.make()
        let user = try await edge.person()
        try await edge.test { client in
            let session = try await client.logIn(user)
            edge.platform.pool.shutdown()
            for (path, headers) in [("/ready", [:]), ("/api/v1/auth/me", session.bearer()), ("/api/v1/tenants", session.web())] {
                let reply = try await client.get(path, headers)
                #expect(reply.status == 503, "\(path)")
                #expect(reply.code == "UNAVAILABLE")
                #expect(reply.headers[.retryAfter] != nil)
            }
            #expect(try await client.get("/health").status == 200)
        }
    }

    @Test("PRD 1.5-9: every request is one log line with its tenant, and without secrets") func everyRequestIsOneLineWithoutSecrets() async throws {
        let lines = Lines()
        let platform = try await TestPlatform.shared
        let tenant = try await platform.tenant()
        let logger = Logger(label: "lines") { _ in LineHandler(lines: lines) }
        let edge = TestEdge(platform: platform, masterKey: .random(), logger: logger)
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.test { client in
            let session = try await client.logIn(user)
            var headers = session.bearer(tenant)
            headers[.requestID] = "my-request"
            _ = try await client.get("/api/v1/test/tenant?token=secret-in-query", headers)
            _ = try await client.post("/api/v1/auth/login", ["email": .string(user.email), "password": "a wrong password"])
            let text = lines.text.withLock { $0 }
            let line = try #require(text.split(separator: "\n").first { $0.contains("request.id=my-request") })
            for part in [
                "tenant=\(tenant.slug)", "route=/api/v1/test/tenant", "status=200", "duration_ms=", "method=GET", "user.id=\(user.id)",
            ] {
                #expect(line.contains(part), "\(part)")
            }
            for secret in [
                TestEdge.password, "a wrong password", session.accessToken, session.cookie, session.refreshToken, "secret-in-query",
            ] {
                #expect(!text.contains(secret))
            }
        }
    }

    @Test func strangersHaveARateOfTheirOwn() async throws {
        let edge = try await TestEdge.shared
        var config = HTTPServerConfig()
        config.anonymousRequestsPerMinute = 3
        try await edge.test(config) { client in
            // One more is let through every 20 s: a busy machine may come to that.
            var statuses: [Int] = []
            while statuses.last != 429, statuses.count < 20 { statuses.append(try await client.get("/api/v1/auth/me").status) }
            #expect(statuses.count > 3 && statuses.dropLast().allSatisfy { $0 == 401 } && statuses.last == 429, "\(statuses)")
            #expect(try await client.get("/health").status == 200)
        }
    }
}

private final class Lines: Sendable {
    let text = Mutex("")
}

private struct LineHandler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.text.withLock { $0 += "\(event.message) " + all.map { "\($0)=\($1)" }.joined(separator: " ") + "\n" }
    }
}
