import Foundation
import HTTPTypes
import Primitives
import Testing

@testable import Platform

/// The conventions of the HTTP contract, each through the whole application.
@Suite struct ConventionTests {
    @Test(arguments: ["/health", "/api/health", "/api/v1/health"])
    func healthIsOpen(path: String) async throws {
        try await TestEdge.shared.test { client in
            let reply = try await client.get(path)
            #expect(reply.status == 200)
            #expect(reply.text == #"{"status":"healthy"}"#)
        }
    }

    @Test func readinessAsksTheDatabase() async throws {
        try await TestEdge.shared.test { client in
            let reply = try await client.get("/ready")
            #expect(reply.status == 200)
            #expect(reply.json["status"] == "ready")
        }
    }

    @Test(arguments: ["/api/nothing", "/api/v1/nothing/here", "/nothing", "/api", "/api/v1"])
    func unknownAddressesAnswerInTheEnvelope(path: String) async throws {
        try await TestEdge.shared.test { client in
            let reply = try await client.get(path, [.requestID: "abc-123"])
            #expect(reply.status == 404)
            #expect(reply.code == "NOT_FOUND")
            #expect(reply.json["error"]?["requestId"] == "abc-123")
            #expect(reply.json["error"]?["details"] == [])
            #expect(reply.json["error"]?["timestamp"]?.string.flatMap(RFC3339.date) != nil)
            #expect(reply.headers[.requestID] == "abc-123")
        }
    }

    @Test(arguments: ["", "a b", String(repeating: "x", count: 65), "naïve", "<script>"])
    func anOddRequestIDIsReplaced(id: String) async throws {
        try await TestEdge.shared.test { client in
            let reply = try await client.get("/health", [.requestID: id])
            #expect(reply.headers[.requestID]?.utf8.count == 20)
        }
    }

    @Test(arguments: [
        ("DELETE", "/api/v1/auth/login", "POST, OPTIONS"), ("POST", "/health", "GET, HEAD, OPTIONS"),
        ("QUERY", "/health", "GET, HEAD, OPTIONS"),
        ("FROB", "/api/v1/tenants/x/suspend", "POST, OPTIONS"), ("PUT", "/api/tenants", "GET, HEAD, POST, OPTIONS"),
        ("TRACE", "/api/v1/auth/me", "GET, HEAD, OPTIONS"),
    ])
    func aWrongMethodIs405WithAllow(method: String, path: String, allow: String) async throws {
        let method = try #require(HTTPRequest.Method(method))
        try await TestEdge.shared.test { client in
            let reply = try await client.send(method, path)
            #expect(reply.status == 405)
            #expect(reply.code == "METHOD_NOT_ALLOWED")
            #expect(reply.headers[.allow] == allow)
        }
    }

    @Test func optionsSaysWhatAnAddressTakes() async throws {
        try await TestEdge.shared.test { client in
            let reply = try await client.send(.options, "/api/v1/tenants")
            #expect(reply.status == 204)
            #expect(reply.headers[.allow] == "GET, HEAD, POST, OPTIONS")
        }
    }

    @Test func headIsGetWithoutTheBody() async throws {
        try await TestEdge.shared.test { client in
            let reply = try await client.send(.head, "/health")
            #expect(reply.status == 200)
            #expect(reply.headers[.contentLength] == "20")
            #expect(reply.text.isEmpty)
        }
    }

    @Test func everyAnswerTellsBrowsersToBeStrict() async throws {
        try await TestEdge.shared.test { client in
            for path in ["/health", "/api/v1/nothing"] {
                let headers = try await client.get(path).headers
                #expect(headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
                #expect(headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[.referrerPolicy] == "same-origin")
                #expect(headers[.cacheControl] == "no-store")
                #expect(headers[.strictTransportSecurity] == nil)
            }
        }
    }

    @Test func faultsAre500WithoutTheirInside() async throws {
        try await TestEdge.shared.test { client in
            let reply = try await client.get("/api/v1/test/fault")
            #expect(reply.status == 500)
            #expect(reply.code == "INTERNAL_ERROR")
            #expect(!reply.text.contains("Fault"))
        }
    }

    @Test func longAnswersAreCompressedForThoseWhoTakeIt() async throws {
        try await TestEdge.shared.test { client in
            let plain = try await client.get("/api/test/big")
            #expect(plain.headers[.contentEncoding] == nil)
            #expect(plain.headers[.vary] == "Accept-Encoding")
            for accepted in ["gzip", "br, gzip;q=0.8"] {
                #expect(try await client.get("/api/test/big", [.acceptEncoding: accepted]).headers[.contentEncoding] == "gzip")
            }
            #expect(try await client.get("/api/test/big", [.acceptEncoding: "gzip;q=0"]).headers[.contentEncoding] == nil)
        }
    }

    @Test func onlyListedOriginsMayCall() async throws {
        var config = HTTPServerConfig()
        config.corsOrigins = ["https://portal.example.com"]
        try await TestEdge.shared.test(config) { client in
            let preflight: HTTPFields = [.origin: "https://portal.example.com", .accessControlRequestMethod: "POST"]
            let allowed = try await client.send(.options, "/api/v1/tenants", preflight)
            #expect(allowed.status == 204)
            #expect(allowed.headers[.accessControlAllowOrigin] == "https://portal.example.com")
            #expect(allowed.headers[.accessControlAllowCredentials] == nil)
            let other = try await client.send(
                .options, "/api/v1/tenants", [.origin: "https://evil.example", .accessControlRequestMethod: "POST"])
            #expect(other.headers[.accessControlAllowOrigin] == nil)
        }
        try await TestEdge.shared.test { client in
            let off = try await client.get("/health", [.origin: "https://portal.example.com"])
            #expect(off.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test func theDocumentAndItsPageAreServed() async throws {
        try await TestEdge.shared.test { client in
            for path in ["/api/openapi.json", "/api/v1/openapi.json"] {
                #expect(try await client.get(path).json["openapi"]?.string?.hasPrefix("3.1") == true)
            }
            let page = try await client.get("/api/docs")
            #expect(page.headers[.contentType]?.hasPrefix("text/html") == true)
            #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'self';") == true)
        }
    }

    @Test func metricsNameMatchedRoutes() async throws {
        let edge = try await TestEdge.make()
        try await edge.test { client in
            _ = try await client.get("/api/tenants/some-tenant")
            _ = try await client.get("/api/v1/secret-path-\(ID<Int>())")
            let page = try await client.get("/metrics")
            #expect(page.headers[.contentType]?.hasPrefix("text/plain") == true)
            #expect(
                page.text.contains(
                    #"dbtools_http_request_duration_seconds_count{method="GET",route="/api/v1/tenants/{slug}",status="401"} 1"#))
            #expect(page.text.contains(#"route="unmatched",status="404"} 1"#))
            #expect(!page.text.contains("secret-path"))
            #expect(page.text.contains("process_resident_memory_bytes"))
            #expect(page.text.contains("dbtools_postgres_connections_open"))
        }
    }
}

/// What is refused in a body.
@Suite struct BodyTests {
    private func refusal(_ text: String, _ headers: HTTPFields = [:]) async throws -> Reply {
        let edge = try await TestEdge.shared
        let user = try await edge.person()
        return try await edge.test { client in
            var fields = try await client.logIn(user).bearer()
            for field in headers { fields[field.name] = field.value }
            return try await client.send(.post, "/api/v1/test/echo", fields, text: text)
        }
    }

    @Test(arguments: [
        "", "[]", "null", "\"text\"", "{", #"{"displayName":"a",}"#, #"{"displayName":"a"} x"#, #"{"displayName":"a","displayName":"b"}"#,
        #"{"displayName":"a\u0000b"}"#, "{\"displayName\":\"\u{0}\"}", #"{"displayName":"\ud800"}"#, #"{"displayName":"a","count":1e999}"#,
        String(repeating: "[", count: 100_000),
        #"{"displayName":"a","x":"# + String(repeating: "[", count: 65) + String(repeating: "]", count: 65) + "}",
        "{\"displayName\":\"tab\there\"}", "nonsense",
    ])
    func malformedBodiesAre400(text: String) async throws {
        let reply = try await refusal(text)
        #expect(reply.status == 400)
        #expect(reply.code == "VALIDATION_ERROR")
    }

    @Test func allFailingFieldsAreNamedAtOnce() async throws {
        let reply = try await refusal(#"{"displayName":"","count":11,"typo":1}"#)
        #expect(reply.status == 400)
        #expect(Set(reply.fields) == ["displayName", "count", "typo"])
    }

    @Test(arguments: [
        #"{"displayName":5}"#, #"{"displayName":null}"#, #"{"displayName":"   "}"#, #"{"displayName":"a","count":"2"}"#,
        #"{"displayName":"a","count":1.5}"#,
        #"{"displayName":"a","count":99999999999999999999999}"#, #"{"displayName":"a","display_name":"b"}"#,
        #"{"displayName":"aaaaaaaaaaaaaaaaaaaaa"}"#, #"{"displayName":"a\nb"}"#,
    ])
    func wrongValuesAre400(text: String) async throws { #expect(try await refusal(text).status == 400) }

    @Test(arguments: [#"{"displayName":"Ada"}"#, #"{"display_name":"Ada","count":3}"#, #"{"displayName":"Ada","count":2.0}"#])
    func bothSpellingsAreTaken(text: String) async throws {
        let reply = try await refusal(text)
        #expect(reply.status == 201)
        #expect(reply.json["displayName"] == "Ada")
    }

    @Test(arguments: ["text/plain", "application/xml", "application/json; charset=utf-16", "multipart/form-data; boundary=x"])
    func otherMediaTypesAre415(type: String) async throws {
        let reply = try await refusal(#"{"displayName":"a"}"#, [.contentType: type])
        #expect(reply.status == 415)
        #expect(reply.code == "UNSUPPORTED_MEDIA_TYPE")
    }

    @Test func compressedBodiesAre415() async throws {
        #expect(try await refusal(#"{"displayName":"a"}"#, [.contentEncoding: "gzip"]).status == 415)
    }

    @Test func bodiesOverOneMebibyteAre413() async throws {
        let reply = try await refusal(#"{"displayName":""# + String(repeating: "x", count: 1 << 20) + #""}"#)
        #expect(reply.status == 413)
        #expect(reply.code == "PAYLOAD_TOO_LARGE")
    }
}
