import Fixtures
import Foundation
import Hummingbird
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

@Suite struct ServerViewTests {
    @Test func aViewIsSavedChangedAndDeleted() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let made = try await fleet.send(
                .post, "/servers/views",
                [
                    "name": "Trouble", "filter": ["health": ["critical"], "labels": ["prod"], "q": "sql"], "sort": "health", "order": "desc",
                    "columns": ["name", "cpu"], "shared": true,
                ])
            try #require(made.status == 201, "\(made.text)")
            #expect(made.json["filter"]?["health"] == ["critical"] && made.json["filter"]?["groups"] == [] && made.json["mine"] == true)
            #expect(try await fleet.send(.get, "/servers/views/\(made.id)").json == made.json)
            #expect(try await fleet.send(.post, "/servers/views", ["name": "TROUBLE"]).status == 409)
            let changed = try await fleet.send(.patch, "/servers/views/\(made.id)", ["shared": false])
            #expect(changed.json["shared"] == false && changed.json["sort"] == "health")
            #expect(try await fleet.send(.get, "/servers/views").names == ["Trouble"])
            #expect(try await fleet.send(.delete, "/servers/views/\(made.id)").status == 204)
            #expect(try await fleet.send(.get, "/servers/views/\(made.id)").status == 404)
            #expect(try await fleet.actions() == ["view_created", "view_updated", "view_deleted"])
        }
    }

    @Test func everyFilterAndTheOrderAreKept() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = JSONValue.string("7d9fd5a0-0000-7000-8000-000000000001")
            let filter: JSONValue = [
                "status": ["degraded"], "health": ["critical"], "engine": ["mysql"], "groups": [id], "labels": ["prod"],
                "deployment": ["drifted", "failed"], "credentials": [id], "deleted": true, "q": "sql",
            ]
            let made = try await fleet.send(.post, "/servers/views", ["name": "All", "filter": filter, "sort": "cpu", "order": "desc"])
            try #require(made.status == 201, "\(made.text)")
            #expect(made.json["filter"] == filter && made.json["sort"] == "cpu" && made.json["order"] == "desc")
            #expect(try await fleet.send(.get, "/servers/views/\(made.id)").json == made.json)
            let wrong = try await fleet.send(
                .post, "/servers/views", ["name": "x", "filter": ["deployment": ["broken"], "credentials": [1], "deleted": "yes"]])
            #expect(wrong.status == 400)
            #expect(Set(wrong.fields) == ["filter.deployment[0]", "filter.credentials[0]", "filter.deleted"])
        }
    }

    @Test func refusalsNameTheirFields() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let wrong = try await fleet.send(
                .post, "/servers/views",
                ["name": "x", "filter": ["health": ["ill"], "colour": "red"], "sort": "shoe", "columns": ["a b"]])
            #expect(wrong.status == 400)
            #expect(Set(wrong.fields) == ["filter.health[0]", "filter.colour", "sort", "columns[0]"])
        }
        try await FleetFixture.with(.viewer) { (fleet) async throws in
            #expect(try await fleet.send(.post, "/servers/views", ["name": "mine"]).status == 201)
            #expect(try await fleet.send(.post, "/servers/views", ["name": "ours", "shared": true]).status == 403)
        }
    }

    @Test func othersSeeWhatIsSharedAndMayNotChangeIt() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let (shared, own) = (ServerView.ID(), ServerView.ID())
            try await fleet.platform.tenants.transaction(fleet.tenant) { session in
                for (id, isShared) in [(shared, true), (own, false)] {
                    try session.execute(
                        """
                        INSERT INTO fleet.server_views
                            (id, owner_id, owner_name, name, filter, sort, sort_order, columns, is_shared, created_at, updated_at)
                        VALUES (\(id), '7d9fd5a0-0000-7000-8000-000000000000', 'bob@example.com', \(id.description), '{}', 'name', 'asc',
                            '{}', \(isShared), now(), now())
                        """)
                }
            }
            let seen = try await fleet.send(.get, "/servers/views/\(shared)").json
            #expect(seen["mine"] == false)
            // A view from before a filter existed does not filter by it.
            #expect(seen["filter"] == ServerView.noFilter)
            #expect(try await fleet.send(.get, "/servers/views/\(own)").status == 404)
            #expect(try await fleet.send(.patch, "/servers/views/\(shared)", ["name": "x"]).status == 403)
            #expect(try await fleet.send(.delete, "/servers/views/\(own)").status == 404)
        }
    }
}
