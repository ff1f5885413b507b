import Fixtures
import Foundation
import HTTPTypes
import HummingbirdTesting
import Primitives
import Testing

@testable import Platform

/// What only a real socket shows: malformed bytes, endless bodies, slow senders.
@Suite struct ConnectionTests {
    @Test(arguments: [
        "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "GET /health HTTP/1.1\r\nBad Header: x\r\n\r\n",
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
    ])
    func bytesThatAreNotHTTPAreAnswered400InTheEnvelope(bytes: String) async throws {
        try await TestEdge.shared.sibling().live { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send(bytes)
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
            #expect(answer.contains("\"VALIDATION_ERROR\""))
            #expect(answer.lowercased().contains("x-request-id"))
        }
    }

    @Test func hugeHeadersAreRefused() async throws {
        try await TestEdge.shared.sibling().live { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send("GET /health HTTP/1.1\r\nHost: a\r\nX-Long: " + String(repeating: "x", count: 40_000) + "\r\n\r\n")
            #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 431"))
            let many = try RawConnection(port: port)
            await many.send("GET /health HTTP/1.1\r\nHost: a\r\n" + (0..<200).map { "X-\($0): 1\r\n" }.joined() + "\r\n")
            #expect(try await many.readToEnd().hasPrefix("HTTP/1.1 4"))
        }
    }

    @Test func aLongAddressIsRefused() async throws {
        try await TestEdge.shared.sibling().live { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send("GET /health?\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await connection.readToEnd().hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test(arguments: ["/api/v1/auth/login", "/health", "/api/v1/tenants/some-slug/suspend"])
    func anAnnouncedGigabyteIs413AtOnce(path: String) async throws {
        try await TestEdge.shared.sibling().live { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send(
                "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n{")
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 413"), "\(answer)")
            #expect(answer.contains("PAYLOAD_TOO_LARGE"))
        }
    }

    @Test func anEndlessChunkedBodyIs413AndItsSenderSeesIt() async throws {
        try await TestEdge.shared.sibling().live { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send(
                "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n" + String(repeating: " ", count: 65_536) + "\r\n"
            for _ in 0..<64 where !(await connection.send(chunk)) { break }
            try await connection.read(until: "PAYLOAD_TOO_LARGE")
            #expect(connection.received.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func aBodyOfExactlyOneMebibyteIsRead() async throws {
        try await TestEdge.shared.sibling().live { port, _ in
            let connection = try RawConnection(port: port)
            let body = String(repeating: " ", count: (1 << 20) - 2) + "{}"
            await connection.send(
                "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n"
            )
            await connection.send(body)
            let answer = try await connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
        }
    }

    @Test func slowHeadersAreCut() async throws {
        var config = HTTPServerConfig()
        config.idleSecondsMax = 0.5
        try await TestEdge.shared.sibling().live(config) { port, _ in
            let connection = try RawConnection(port: port)
            let started = ContinuousClock.now
            await connection.send("GET /health HTTP/1.1\r\nHost: a\r\n")
            _ = try await connection.readToEnd()
            #expect((ContinuousClock.now - started).seconds < 25)
        }
    }

    @Test(arguments: ["", "x"])
    func slowBodiesAreCut(part: String) async throws {
        var config = HTTPServerConfig()
        config.requestSecondsMax = 0.5
        try await TestEdge.shared.sibling().live(config) { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send(
                "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\(part)")
            try await connection.read(until: "UNAVAILABLE")
            #expect(connection.received.hasPrefix("HTTP/1.1 503"))
        }
    }

    @Test func aRequestThatTakesTooLongIs503() async throws {
        var config = HTTPServerConfig()
        config.requestSecondsMax = 0.5
        try await TestEdge.shared.sibling().live(config) { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send("GET /api/v1/test/slow HTTP/1.1\r\nHost: a\r\n\r\n")
            try await connection.read(until: "UNAVAILABLE")
            #expect(connection.received.hasPrefix("HTTP/1.1 503"))
            #expect(connection.received.lowercased().contains("retry-after: 5"))
        }
    }

    @Test func aConnectionServesManyRequestsAlsoPipelined() async throws {
        try await TestEdge.shared.sibling().live { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send(String(repeating: "GET /health HTTP/1.1\r\nHost: a\r\n\r\n", count: 20))
            await connection.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = try await connection.readToEnd()
            #expect(answer.components(separatedBy: "HTTP/1.1 200").count == 22)
        }
    }

    @Test func whoeverExpects100GetsIt() async throws {
        try await TestEdge.shared.sibling().live { port, _ in
            let connection = try RawConnection(port: port)
            await connection.send(
                "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 2\r\nConnection: close\r\n\r\n"
            )
            try await connection.read(until: "HTTP/1.1 100")
            await connection.send("{}")
            #expect(try await connection.readToEnd().contains("HTTP/1.1 400"))
        }
    }

    @Test func oddTargetsCrashNothing() async throws {
        let targets = [
            "*", "////", "/%00", "/%", "/%zz", "http://[::1", "http://a:99999999999999/health", "a:1", "?", "/health?%", "/#", "://", "//",
            "/health?a=%ff&%00=1&=&&", "/api/v1//auth/me", "/api/v1/tenants/%ff", "/api/v1/tenants/%2e%2e", "/\u{e9}\u{1F600}",
            "/api/v1/users/" + String(repeating: "/", count: 2_000),
        ]
        try await TestEdge.shared.sibling().live { port, client in
            for target in targets {
                for method in ["GET", "OPTIONS", "CONNECT", "FROB"] {
                    let connection = try RawConnection(port: port)
                    await connection.send("\(method) \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    let answer = try await connection.readToEnd()
                    #expect(answer.hasPrefix("HTTP/1.1 ") && !answer.hasPrefix("HTTP/1.1 5"), "\(method) \(target) \(answer.prefix(100))")
                }
            }
            #expect(try await client.get("/health").status == 200)
        }
    }

    @Test func randomBytesCrashNothing() async throws {
        try await TestEdge.shared.sibling().live { port, client in
            let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n"
            let template = Array((head + #"{"email":"a@b","password":"c"}"#).utf8)
            var random = SystemRandomNumberGenerator()
            for _ in 0..<200 {
                var bytes = template
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                let connection = try RawConnection(port: port)
                await connection.send(bytes)
            }
            #expect(try await client.get("/health").status == 200)
        }
    }

    @Test func encryptedConnectionsWork() async throws {
        var config = HTTPServerConfig()
        config.tls = try TLSMaterial.selfSigned(hosts: ["localhost", "127.0.0.1"])
        let edge = try await TestEdge.shared.sibling()
        let status = try await edge.application(config).test(.ahc(.https)) { client in
            try await client.execute(uri: "/health", method: .get) { ($0.status.code, $0.headers[.strictTransportSecurity]) }
        }
        #expect(status.0 == 200)
        #expect(status.1 != nil)
    }
}
