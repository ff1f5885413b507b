import Fixtures
import Foundation
import HTTPTypes
import Postgres
import Primitives
import Testing

@testable import Platform

/// The event stream, over a real socket.
@Suite struct EventTests {
    private func open(_ port: Int, _ session: SignedIn, _ tenant: Tenant, after id: Int? = nil) async throws -> RawConnection {
        let connection = try RawConnection(port: port)
        await connection.send(
            "GET /api/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(session.accessToken)\r\nX-Tenant-Slug: \(tenant.slug)\r\n"
                + (id.map { "Last-Event-ID: \($0)\r\n" } ?? "") + "\r\n")
        try await connection.read(until: id == nil ? "id: " : "retry: 3000")
        return connection
    }

    private func publish(_ topic: String, _ edge: TestEdge, _ tenant: Tenant) async throws {
        try await edge.platform.tenants.transaction(tenant) {
            try $0.publish(Event(topic, entityID: nil, payload: ["topic": .string(topic)]))
        }
    }

    private func lastID(_ text: String) -> Int? {
        text.split(whereSeparator: \.isNewline).last { $0.hasPrefix("id: ") }.flatMap { Int($0.dropFirst(4)) }
    }

    @Test func changesArriveAtOnceAndOnlyOnesOwn() async throws {
        let edge = try await TestEdge.shared.sibling()
        let (a, b) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let user = try await edge.person(.viewer, in: a)
        try await edge.live { port, client in
            let session = try await client.logIn(user)
            let stream = try await open(port, session, a)
            #expect(stream.received.hasPrefix("HTTP/1.1 200"))
            #expect(stream.received.contains("text/event-stream"))
            try await publish("server.other", edge, b)
            try await publish("server.created", edge, a)
            try await stream.read(until: #"data: {"topic":"server.created"}"#)
            #expect(stream.received.contains("event: server.created\n"))
            #expect(!stream.received.contains("server.other"))
        }
    }

    @Test func whoeverComesBackMissesNothing() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.live { port, client in
            let session = try await client.logIn(user)
            let first = try await open(port, session, tenant)
            try await publish("server.seen", edge, tenant)
            try await first.read(until: #"{"topic":"server.seen"}"#)
            let id = try #require(lastID(first.received))
            for index in 0..<20 { try await publish("server.missed-\(index)", edge, tenant) }
            let second = try await open(port, session, tenant, after: id)
            try await second.read(until: #"{"topic":"server.missed-19"}"#)
            for index in 0..<20 { #expect(second.received.components(separatedBy: "event: server.missed-\(index)\n").count == 2) }
            #expect(!second.received.contains("server.seen"))
        }
    }

    @Test("A stream that is cut in the middle of a burst of 1,000 events resumes without loss or repetition, in another process too")
    func aCutStreamLosesNothing() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        @Sendable func ids(_ text: String) -> [String] {
            text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("event: burst-") }.map { String($0.dropFirst(13)) }
        }
        // Unstructured on purpose: it goes on while the first connection ends. It is awaited below.
        let burst = Task {
            for batch in 0..<50 {
                try await edge.platform.tenants.transaction(tenant) { session in
                    for index in 0..<20 {
                        let number = batch * 20 + index
                        try session.publish(Event("burst-\(number)", entityID: nil, payload: ["n": .int(Int64(number))]))
                    }
                }
            }
        }
        let (seen, last) = try await edge.live { port, client in
            let stream = try await open(port, try await client.logIn(user), tenant, after: 0)
            try await stream.read(until: "event: burst-300\n")
            // Whole events only: what was cut in its middle the client has not seen. Connection and process end here.
            let whole = stream.received.components(separatedBy: "\n\n").dropLast().joined(separator: "\n\n")
            return (ids(whole), lastID(whole) ?? 0)
        }
        let next = try await TestEdge.shared.sibling()
        try await next.live { port, client in
            let stream = try await open(port, try await client.logIn(user), tenant, after: last)
            try await burst.value
            try await stream.read(until: #""n":999}"#)
            let all = ids(stream.received)
            #expect(seen + all == (0..<1000).map(String.init))
        }
    }

    @Test("A super admin's stream tells of tenants that are made and changed, others' only of their own")
    func tenantsComingsAndGoingsAreTold() async throws {
        let edge = try await TestEdge.shared.sibling()
        let (a, b) = (try await edge.platform.tenant(), try await edge.platform.tenant())
        let (root, user) = (try await edge.person(isSuperAdmin: true), try await edge.person(.viewer, in: a))
        try await edge.live { port, client in
            let mine = try await open(port, try await client.logIn(root), a)
            let theirs = try await open(port, try await client.logIn(user), a)
            _ = try await edge.platform.provisioning.update(slug: b.slug, name: "Renamed", settings: nil, by: .system)
            try await mine.read(until: #"{"slug":"\#(b.slug)"}"#)
            _ = try await edge.platform.provisioning.update(slug: a.slug, name: "Renamed", settings: nil, by: .system)
            try await theirs.read(until: #"{"slug":"\#(a.slug)"}"#)
            #expect(!theirs.received.contains(b.slug))
        }
    }

    @Test func anEventThatCommitsLateIsNotSkipped() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.live { port, client in
            let session = try await client.logIn(user)
            let stream = try await open(port, session, tenant)
            let gate = DispatchSemaphore(value: 0)
            let taken = DispatchSemaphore(value: 0)
            async let late: Void = edge.platform.tenants.transaction(tenant) { session in
                try session.publish(Event("server.late", entityID: nil, payload: ["topic": "server.late"]))
                taken.signal()
                gate.wait()
            }
            await withCheckedContinuation { done in
                DispatchQueue.global().async {
                    taken.wait()
                    done.resume()
                }
            }
            try await publish("server.early", edge, tenant)
            #expect(!stream.received.contains("server.early"))
            gate.signal()
            try await late
            try await stream.read(until: #"{"topic":"server.early"}"#)
            #expect(stream.received.contains(#"{"topic":"server.late"}"#))
        }
    }

    @Test func whoeverWasAwayTooLongIsToldToReadAnew() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.live { port, client in
            let stream = try await open(port, try await client.logIn(user), tenant, after: 123_456)
            try await stream.read(until: "event: reset\n")
        }
    }

    @Test func aRevokedSessionLosesItsStream() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.live { port, client in
            let session = try await client.logIn(user)
            let stream = try await open(port, session, tenant)
            #expect(try await client.send(.post, "/api/v1/auth/logout", session.bearer()).status == 204)
            edge.edge.events.tick()
            try await stream.read(until: "\r\n0\r\n")
        }
    }

    @Test("200 subscribers each hear a change; a suspended tenant's streams end, as does its export")
    func manyHearAndASuspensionEndsThemAll() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.live { port, client in
            let session = try await client.logIn(user)
            var streams: [RawConnection] = []
            for _ in 0..<200 { streams.append(try await open(port, session, tenant)) }
            #expect(edge.edge.events.streamCount == 200)
            try await publish("server.created", edge, tenant)
            for stream in streams { try await stream.read(until: #"data: {"topic":"server.created"}"#) }
            _ = try await edge.platform.provisioning.suspend(slug: tenant.slug, by: .system)
            edge.edge.events.tick()
            for stream in streams { try await stream.read(until: "\r\n0\r\n") }
        }
        // Over a connection of its own: on a busy machine the first one has been idle for longer than the program keeps it.
        try await edge.test { client in
            let session = try await client.logIn(user)
            #expect(try await client.get("/api/v1/activity?format=csv", session.bearer(tenant)).code == "TENANT_SUSPENDED")
        }
    }

    @Test func badResumePointsAre400() async throws {
        let edge = try await TestEdge.shared.sibling()
        let tenant = try await edge.platform.tenant()
        let user = try await edge.person(.viewer, in: tenant)
        try await edge.test { client in
            var headers = try await client.logIn(user).bearer(tenant)
            for id in ["x", "-1", "99999999999999999999"] {
                headers[.lastEventID] = id
                #expect(try await client.get("/api/v1/events", headers).status == 400)
            }
        }
    }
}
