import Hummingbird
import Primitives
import Testing

@testable import Fleet

@Suite struct GroupAndLabelTests {
    @Test func aGroupLivesThroughItsLife() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let made = try await fleet.send(
                .post, "/groups", ["name": "Production", "description": "What earns money", "color": "#2B6CB0"])
            #expect(made.status == 201)
            #expect(made.json["color"] == "#2b6cb0")
            let (a, b) = (try await fleet.server("a"), try await fleet.server("b"))
            for _ in 1...2 {  // the second time changes nothing
                let added = try await fleet.send(.post, "/groups/\(made.id)/servers", ["serverIds": [.string(b), .string(a), .string(a)]])
                #expect(added.json["serverCount"] == 2)
                #expect(added.json["servers"]?.array?.compactMap { $0["name"]?.string } == ["a", "b"])
            }
            #expect(try await fleet.send(.delete, "/groups/\(made.id)/servers/\(a)").status == 204)
            #expect(try await fleet.send(.delete, "/groups/\(made.id)/servers/\(a)").status == 404)
            try await fleet.send(.delete, "/servers/\(b)")
            #expect(try await fleet.send(.get, "/groups/\(made.id)").json["serverCount"] == 0)
            let put = try await fleet.send(.put, "/groups/\(made.id)", ["name": "Prod"])
            #expect(put.json["description"] == "" && put.json["color"] == .null)
            #expect(try await fleet.send(.patch, "/groups/\(made.id)", ["color": "#000000"]).json["name"] == "Prod")
            #expect(try await fleet.send(.delete, "/groups/\(made.id)").status == 204)
            #expect(try await fleet.send(.get, "/servers/\(a)").status == 200)
            #expect(
                try await fleet.actions() == [
                    "group_created", "server_added", "server_added", "group_servers_added", "group_server_removed", "server_deleted",
                    "group_updated",
                    "group_updated", "group_deleted",
                ])
        }
    }

    @Test func groupRefusalsNameTheirFields() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let group = try await fleet.send(.post, "/groups", ["name": "A"]).id
            #expect(try await fleet.send(.post, "/groups", ["name": "a"]).status == 409)
            #expect(try await fleet.send(.post, "/groups", ["name": "B", "color": "red"]).fields == ["color"])
            #expect(try await fleet.send(.post, "/groups", [:]).fields == ["name"])
            #expect(try await fleet.send(.post, "/groups/\(group)/servers", ["serverIds": []]).fields == ["serverIds"])
            let unknown = JSONValue.string("7d9fd5a0-0000-7000-8000-000000000000")
            #expect(try await fleet.send(.post, "/groups/\(group)/servers", ["serverIds": [unknown]]).fields == ["serverIds[0]"])
            #expect(
                try await fleet.send(.post, "/servers", ["name": "x", "hostname": "h", "groupIds": [unknown]]).fields == ["groupIds[0]"])
            #expect(try await fleet.send(.get, "/servers").json == [])
            #expect(try await fleet.send(.patch, "/groups/\(group)", ["name": "C"], ifMatch: "\"v7\"").status == 412)
        }
    }

    @Test func labelsAreMadeWhenTheyAreUsed() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("a")
            let labels = try await fleet.send(.post, "/servers/\(id)/labels", ["labels": ["Gold", "emea", "GOLD"]])
            #expect(labels.names == ["emea", "Gold"])
            let gold = try #require(labels.json.array?.last?["id"]?.string)
            let all = try await fleet.send(.get, "/labels")
            #expect(all.json.array?.compactMap { $0["serverCount"]?.int } == [1, 1])
            #expect(try await fleet.send(.post, "/labels", ["name": "gold"]).status == 409)
            #expect(try await fleet.send(.post, "/labels", ["name": "silver", "color": "#AABBCC"]).json["color"] == "#aabbcc")
            #expect(try await fleet.send(.patch, "/labels/\(gold)", ["name": "Platinum"]).json["name"] == "Platinum")
            #expect(try await fleet.send(.delete, "/servers/\(id)/labels/\(gold)").status == 204)
            #expect(try await fleet.send(.delete, "/servers/\(id)/labels/\(gold)").status == 404)
            #expect(try await fleet.send(.delete, "/labels/\(gold)").status == 204)
            #expect(try await fleet.send(.get, "/labels?q=SIL").names == ["silver"])
        }
    }
}
