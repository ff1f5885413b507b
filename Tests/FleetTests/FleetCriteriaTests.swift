import Engines
import Fixtures
import Foundation
import Hummingbird
import Platform
import Postgres
import Primitives
import Testing

@testable import Fleet

/// Rows of PRD 2.1, 2.6 and 2.8, each by its number.
@Suite struct FleetCriteriaTests {
    @Test("PRD 2.1-2: the password is stored encrypted, and opens for its own server and tenant alone")
    func thePasswordIsStoredEncrypted() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("a", ["password": "s3cret-pässword"])
            let other = Server.ID(text: try await fleet.server("b"))
            let row = try await fleet.rows("SELECT password_encrypted, s::text FROM fleet.servers s WHERE id = \(Server.ID(text: id))")[0]
            let sealed: Bytes = try row.decode(0)
            #expect(try !row.decode(1, as: String.self).contains("s3cret"))
            #expect(!String(decoding: sealed.bytes, as: UTF8.self).contains("s3cret"))
            let (secrets, own) = (fleet.platform.secrets, try #require(Server.ID(text: id)))
            #expect(
                try secrets.open(sealed.bytes, for: fleet.tenant.id, context: Server.passwordContext(own)) == "s3cret-pässword")
            #expect(throws: (any Error).self) {
                try secrets.open(sealed.bytes, for: fleet.tenant.id, context: Server.passwordContext(try #require(other)))
            }
            try await FleetFixture.with { (stranger) async throws in
                #expect(throws: (any Error).self) {
                    try stranger.platform.secrets.open(
                        sealed.bytes, for: stranger.tenant.id, context: Server.passwordContext(own))
                }
            }
        }
    }

    @Test("PRD 2.1-9: a server's name is unique within its tenant, and another tenant may have it too")
    func namesAreUniqueWithinATenant() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders")
            let again = try await fleet.send(.post, "/servers", ["name": "ORDERS", "hostname": "h"])
            #expect(again.status == 409 && again.code == "CONFLICT" && again.fields == ["name"])
            let other = try await fleet.server("Billing")
            #expect(try await fleet.send(.patch, "/servers/\(other)", ["name": "orders"]).status == 409)
            #expect(try await fleet.send(.put, "/servers/\(other)", ["name": "orders", "hostname": "h"]).status == 409)
            try await FleetFixture.with { (stranger) async throws in _ = try await stranger.server("Orders") }
            try await fleet.send(.delete, "/servers/\(id)")
            #expect(try await fleet.send(.patch, "/servers/\(other)", ["name": "orders"]).status == 200)
        }
    }

    @Test("PRD 2.6-3, 2.6-4, 2.6-6, 2.6-7: servers in several groups, which are made, read and changed")
    func serversAreInSeveralGroups() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let made = try await fleet.send(.post, "/groups", ["name": "Production", "description": "What earns money"])
            #expect(made.status == 201 && made.headers[.location] == "/api/v1/groups/\(made.id)")
            let second = try await fleet.send(.post, "/groups", ["name": "Sales"]).id
            let a = try await fleet.server("a", ["groupIds": [.string(made.id), .string(second)]])
            let groups = try await fleet.send(.get, "/servers/\(a)").json["groups"]?.array ?? []
            #expect(groups.compactMap { $0["name"]?.string } == ["Production", "Sales"])
            for id in [made.id, second] {
                let read = try await fleet.send(.get, "/groups/\(id)")
                #expect(read.json["servers"]?.array?.compactMap { $0["name"]?.string } == ["a"] && read.json["serverCount"] == 1)
            }
            let put = try await fleet.send(
                .put, "/groups/\(made.id)", ["name": "Prod", "description": "Money"], ifMatch: made.headers[.eTag])
            #expect(put.json["name"] == "Prod" && put.json["description"] == "Money")
            #expect(try await fleet.send(.put, "/groups/\(made.id)", ["name": "P"], ifMatch: made.headers[.eTag]).status == 412)
        }
    }

    @Test("PRD 2.6-9, 2.6-10: an array of servers goes into a group, and one comes out of it")
    func serversGoIntoAGroupAndOut() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let group = try await fleet.send(.post, "/groups", ["name": "G"]).id
            let ids = [try await fleet.server("a"), try await fleet.server("b"), try await fleet.server("c")]
            // As the PRD spells it.
            let added = try await fleet.send(.post, "/groups/\(group)/servers", ["server_ids": .array(ids.map { .string($0) })])
            #expect(added.json["serverCount"] == 3)
            #expect(try await fleet.send(.delete, "/groups/\(group)/servers/\(ids[1])").status == 204)
            #expect(try await fleet.send(.get, "/servers?group=\(group)").names == ["a", "c"])
            #expect(try await fleet.send(.get, "/servers/\(ids[1])").json["groups"] == [])
            #expect(try await fleet.send(.delete, "/groups/\(group)/servers/\(ids[1])").status == 404)
        }
        try await FleetFixture.with(.viewer) { (fleet) async throws in
            let id = "7d9fd5a0-0000-7000-8000-000000000000"
            #expect(try await fleet.send(.post, "/groups/\(id)/servers", ["serverIds": [.string(id)]]).status == 403)
            #expect(try await fleet.send(.delete, "/groups/\(id)/servers/\(id)").status == 403)
        }
    }

    @Test("PRD 2.6-11: a group's name is unique within its tenant")
    func groupNamesAreUnique() async throws {
        try await FleetFixture.with { (fleet) async throws in
            _ = try await fleet.send(.post, "/groups", ["name": "Production"])
            let again = try await fleet.send(.post, "/groups", ["name": "PRODUCTION"])
            #expect(again.status == 409 && again.fields == ["name"])
            let other = try await fleet.send(.post, "/groups", ["name": "Sales"]).id
            #expect(try await fleet.send(.put, "/groups/\(other)", ["name": "production"]).status == 409)
            try await FleetFixture.with { (stranger) async throws in
                #expect(try await stranger.send(.post, "/groups", ["name": "Production"]).status == 201)
            }
        }
    }

    @Test("PRD 2.8-3: all labels are listed, with how many servers carry them, and another tenant's are not")
    func labelsAreListed() async throws {
        try await FleetFixture.with { (fleet) async throws in
            _ = try await fleet.server("a", ["labels": ["prod", "emea"]])
            _ = try await fleet.server("b", ["labels": ["prod"]])
            _ = try await fleet.send(.post, "/labels", ["name": "unused", "color": "#112233"])
            let labels = try await fleet.send(.get, "/labels")
            #expect(labels.names == ["emea", "prod", "unused"] && labels.headers[.totalCount] == "3")
            #expect(labels.json.array?.compactMap { $0["serverCount"]?.int } == [1, 2, 0])
            #expect(labels.json.array?.last?["color"] == "#112233")
            try await FleetFixture.with { (stranger) async throws in #expect(try await stranger.send(.get, "/labels").json == []) }
        }
    }
}

/// Two administrators and one server, by whatever way the first changed it (issue 3).
@Suite struct TwoAdministratorsTests {
    /// What the first does after the second has read the server (revision 1), and what the second is told beside its own change.
    static let changes: [(String, @Sendable (FleetFixture, String) async throws -> Void, [String])] = [
        ("PATCH", { try await $0.send(.patch, "/servers/\($1)", ["hostname": "sql02"]) }, ["hostname"]),
        (
            "PUT",
            { fleet, id in
                let body: JSONValue = ["name": "Orders", "hostname": "db.example.com", "port": 1_500, "username": "dbtools"]
                try await fleet.send(.put, "/servers/\(id)", body)
            }, ["port"]
        ),
        ("a label", { try await $0.send(.post, "/servers/\($1)/labels", ["labels": ["core"]]) }, ["labels"]),
        (
            "a group",
            { fleet, id in
                let group = try await fleet.send(.post, "/groups", ["name": "G"]).id
                try await fleet.send(.post, "/groups/\(group)/servers", ["serverIds": [.string(id)]])
            }, ["groupIds"]
        ),
        (
            "labels in bulk",
            { fleet, id in
                _ = try await fleet.server("other")
                _ = try await fleet.ended(fleet.send(.post, "/servers/bulk/add-labels", ["filter": [:], "labels": ["core"]]))
            }, ["labels"]
        ),
        (
            "a profile in bulk",
            { fleet, id in
                let profile = try await CredentialTests.make(fleet).id
                _ = try await fleet.ended(
                    fleet.send(.post, "/servers/bulk/set-credential", ["ids": [.string(id)], "credentialId": .string(profile)]))
            }, ["credentialId", "password", "username"]
        ),
    ]

    @Test(arguments: changes.indices)
    func theSecondIsToldAndOverwritesNothing(index: Int) async throws {
        let (what, change, fields) = Self.changes[index]
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders")
            #expect(try await fleet.send(.get, "/servers/\(id)").headers[.eTag] == "\"v1\"")
            try await change(fleet, id)
            let after = try await fleet.send(.get, "/servers/\(id)")
            #expect(after.headers[.eTag] == "\"v2\"", "\(what)")
            let second = try await fleet.send(
                .patch, "/servers/\(id)", ["labels": ["mine"], "groupIds": [], "database": "x"], ifMatch: "\"v1\"")
            #expect(second.status == 412, "\(what)")
            #expect(Set(second.fields).isSuperset(of: fields + ["database", "labels"]), "\(what): \(second.text)")
            #expect(second.text.contains("by ada@example.com"), "\(what): \(second.text)")
            #expect(try await fleet.send(.get, "/servers/\(id)").json == after.json, "\(what): nothing was overwritten")
            let third = try await fleet.send(.patch, "/servers/\(id)", ["labels": ["mine"]], ifMatch: "\"v2\"")
            #expect(third.status == 200, "\(what)")
        }
    }

    @Test func whatIsSoAlreadyIsNoChange() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders", ["labels": ["core"]])
            try await fleet.send(.post, "/servers/\(id)/labels", ["labels": ["CORE"]])
            _ = try await fleet.ended(fleet.send(.post, "/servers/bulk/add-labels", ["filter": [:], "labels": ["core"]]))
            #expect(try await fleet.send(.get, "/servers/\(id)").headers[.eTag] == "\"v1\"")
        }
    }
}
