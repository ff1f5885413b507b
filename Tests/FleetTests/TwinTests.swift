import Engines
import Fixtures
import Foundation
import Hummingbird
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

/// Issue 3: the same instance registered twice is noticed (by its own name and start time) and said; on real servers.
@Suite struct TwinTests {
    /// Registers a server as it is reached by each target in turn; the second is the first one's twin, a stranger is nobody's.
    private func expectTwins(_ engine: EngineKind, _ targets: [Target], config: EngineConfig = EngineConfig()) async throws {
        try await FleetFixture.with { fixture in
            var ids: [String] = []
            for (number, target) in targets.enumerated() {
                let result = engine.makeEngine(config).probe(target, deadlineSeconds: 8)
                try #require(result.success && result.startedAt != nil, "\(result.message)")
                fixture.probed.answer.withLock { $0 = result }
                let body: [String: JSONValue] = [
                    "name": .string("S\(number)"), "engine": .string(engine.rawValue), "hostname": .string("host-\(number)"),
                    "port": .int(Int64(target.port)), "username": "u", "password": "pass-word-1", "validate": true,
                ]
                if let first = ids.first {
                    var unsaved = body
                    unsaved["validate"] = nil
                    unsaved["name"] = nil
                    let test = try await fixture.send(.post, "/servers/test-connection", .object(unsaved))
                    #expect(test.json["duplicateOf"]?["id"]?.string == first, "\(test.text)")
                }
                let reply = try await fixture.send(.post, "/servers", .object(body))
                try #require(reply.status == 201, "\(reply.text)")
                #expect(reply.json["duplicateOf"]?["id"]?.string == ids.first, "\(reply.text)")
                ids.append(reply.id)
            }
            let stored = try await fixture.send(.get, "/servers/\(ids[1])").json["duplicateOf"]
            #expect(stored == ["id": .string(ids[0]), "name": "S0"])
            // Another start is another instance.
            fixture.probed.answer.withLock { $0.startedAt = $0.startedAt?.addingTimeInterval(60) }
            let stranger: JSONValue = [
                "name": "stranger", "engine": .string(engine.rawValue), "hostname": "host-9", "port": .int(Int64(targets[0].port)),
                "username": "u", "password": "pass-word-1", "validate": true,
            ]
            #expect(try await fixture.send(.post, "/servers", stranger).json["duplicateOf"] == .null)
        }
    }

    @Test("Issue 3: one PostgreSQL, registered by two spellings") func onPostgreSQL() async throws {
        let address = try await TestCluster.shared.address()
        let parameters = Dictionary(try address.parameters().map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let host = try #require(parameters["host"])
        var target = Target(
            engine: .postgresql, hostname: host, port: Int(parameters["port"] ?? "") ?? 5_432, username: parameters["user"],
            password: parameters["password"], encrypt: false)
        let first = target
        target.database = "template1"
        let allowed = [OutboundPolicy.Rule(host), OutboundPolicy.Rule("127.0.0.0/8")].compactMap { $0 }
        try await expectTwins(.postgresql, [first, target], config: EngineConfig(outbound: OutboundPolicy(allowed: allowed)))
    }

    @Test("Issue 3: one MariaDB, registered by two spellings", .enabled(if: TestMariaDB.isInstalled)) func onMariaDB() async throws {
        let server = try await TestMariaDB.shared
        var target = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, username: server.user, password: server.password,
            trustServerCertificate: true)
        let first = target
        target.hostname = "localhost"
        try await expectTwins(.mysql, [first, target])
    }
}
