import Engines
import Fixtures
import Foundation
import Hummingbird
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

@Suite struct CredentialTests {
    static func make(_ fleet: FleetFixture, _ more: [String: JSONValue] = [:]) async throws -> FleetFixture.Reply {
        let body: [String: JSONValue] = ["name": "Monitoring", "username": "dbtools", "password": "s3cret-one"]
        return try await fleet.send(.post, "/credentials", .object(body.merging(more) { $1 }))
    }

    @Test func serversSignInWithTheirProfile() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let made = try await Self.make(fleet)
            #expect(made.status == 201 && made.json["hasPassword"] == true && made.json["serverCount"] == 0, "\(made.text)")
            #expect(!made.text.contains("s3cret"))
            let added = try await fleet.send(
                .post, "/servers", ["name": "a", "hostname": "h", "credentialId": .string(made.id), "validate": true])
            try #require(added.status == 201, "\(added.text)")
            #expect(added.json["credential"] == ["id": .string(made.id), "name": "Monitoring"])
            #expect(added.json["username"] == "dbtools" && added.json["hasPassword"] == true)
            #expect(fleet.probed.targets.withLock { $0.last.map { [$0.username, $0.password] } } == ["dbtools", "s3cret-one"])
            #expect(try await fleet.send(.get, "/credentials/\(made.id)").json["serverCount"] == 1)
            #expect(try await fleet.send(.get, "/servers?credential=\(made.id)").names == ["a"])
            // Of its own again: the history stays, the server is the same.
            let own = try await fleet.send(
                .patch, "/servers/\(added.id)", ["credentialId": .null, "username": "own", "password": "s3cret-own"])
            #expect(own.json["credential"] == .null && own.json["username"] == "own" && own.json["hasPassword"] == true)
            // And back.
            let back = try await fleet.send(.patch, "/servers/\(added.id)", ["credentialId": .string(made.id)])
            #expect(back.json["username"] == "dbtools")
            // PUT keeps it, as it keeps a password.
            let put = try await fleet.send(.put, "/servers/\(added.id)", ["name": "a", "hostname": "h2"])
            #expect(put.json["credential"]?["id"]?.string == made.id)
        }
    }

    @Test func rotationReachesEveryServerThatUsesIt() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await Self.make(fleet).id
            for name in ["a", "b"] {
                _ = try await fleet.send(.post, "/servers", ["name": .string(name), "hostname": "h", "credentialId": .string(id)])
            }
            let other = try await fleet.server("c")
            func numbers() async throws -> [Int64] {
                try await fleet.rows("SELECT change_number FROM fleet.servers ORDER BY name").map { try $0.decode(0) }
            }
            let before = try await numbers()
            let rotated = try await fleet.send(.post, "/credentials/\(id)/rotate", ["password": "s3cret-two"], ifMatch: "\"v1\"")
            #expect(rotated.status == 200 && rotated.headers[.eTag] == "\"v2\"")
            let after = try await numbers()
            #expect(after[0] > before.max() ?? 0 && after[1] > before.max() ?? 0 && after[0] != after[1] && after[2] == before[2])
            #expect(try await fleet.rows("SELECT value FROM fleet.change_counter")[0].decode(0, as: Int64.self) == after.max())
            #expect(try await fleet.send(.post, "/credentials/\(id)/rotate", ["password": "x"], ifMatch: "\"v1\"").status == 412)
            let log = try await fleet.rows("SELECT details::text FROM platform.activity_log").map { try $0.decode(0, as: String.self) }
                .joined()
            #expect(!log.contains("s3cret"))
            try await fleet.send(.post, "/servers/\(other)/test-connection")
            let a = try await fleet.send(.get, "/servers?q=a").json[0]?["id"]?.string ?? ""
            try await fleet.send(.post, "/servers/\(a)/test-connection")
            #expect(fleet.probed.targets.withLock { $0.map(\.password) } == ["pass-word-1", "s3cret-two"])
        }
    }

    @Test func aNewSecretIsTriedOnAllServersBeforeItIsStored() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await Self.make(fleet).id
            #expect(try await fleet.send(.post, "/credentials/\(id)/test", ["password": "new"]).status == 409)
            for name in ["good", "bad"] {
                _ = try await fleet.send(
                    .post, "/servers", ["name": .string(name), "hostname": .string(name), "credentialId": .string(id)])
            }
            fleet.probed.refusedHosts.withLock { $0 = ["bad"] }
            let operation = try await fleet.ended(fleet.send(.post, "/credentials/\(id)/test", ["password": "s3cret-new"]))
            #expect(operation["status"] == "partial" && operation["kind"] == "credential-test")
            #expect(try await fleet.items(operation) == [["bad", "failed", "UNREACHABLE"], ["good", "succeeded", ""]])
            #expect(fleet.probed.targets.withLock { $0.map(\.password) } == ["s3cret-new", "s3cret-new"])
            #expect(try await fleet.send(.get, "/credentials/\(id)").headers[.eTag] == "\"v1\"")
        }
    }

    @Test func oneInUseIsNotDeleted() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await Self.make(fleet).id
            let server = try await fleet.send(.post, "/servers", ["name": "a", "hostname": "h", "credentialId": .string(id)]).id
            let refused = try await fleet.send(.delete, "/credentials/\(id)")
            #expect(refused.status == 409 && refused.text.contains("1 server signs in"))
            try await fleet.send(.delete, "/servers/\(server)")
            #expect(try await fleet.send(.delete, "/credentials/\(id)").status == 204)
            #expect(try await fleet.send(.post, "/servers/\(server)/restore").json["credential"] == .null)
            #expect(try await fleet.actions().suffix(2) == ["credential_deleted", "server_restored"])
        }
    }

    @Test func refusalsNameTheirFields() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await Self.make(fleet).id
            #expect(try await Self.make(fleet, ["name": "MONITORING"]).status == 409)
            #expect(try await Self.make(fleet, ["name": "x", "username": .null]).fields == ["username"])
            #expect(try await Self.make(fleet, ["name": "x", "engine": "mysql", "authType": "windows"]).fields == ["authType"])
            let other = try await fleet.send(
                .post, "/servers", ["name": "a", "hostname": "h", "engine": "mysql", "credentialId": .string(id)])
            #expect(other.status == 400 && other.fields == ["credentialId"])
            let both = try await fleet.send(
                .post, "/servers", ["name": "a", "hostname": "h", "username": "u", "credentialId": .string(id)])
            #expect(both.fields == ["username"])
            let unknown = try await fleet.send(
                .post, "/servers", ["name": "a", "hostname": "h", "credentialId": "7d9fd5a0-0000-7000-8000-000000000000"])
            #expect(unknown.fields == ["credentialId"])
            #expect(try await fleet.send(.patch, "/credentials/\(id)", ["password": "x"]).fields == ["password"])
            #expect(try await fleet.send(.get, "/credentials/nothing").status == 404)
        }
        try await FleetFixture.with(.viewer) { (fleet) async throws in
            #expect(try await Self.make(fleet).status == 403)
            #expect(try await fleet.send(.get, "/credentials").json == [])
        }
    }
}
