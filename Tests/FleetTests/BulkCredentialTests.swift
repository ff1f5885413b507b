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

/// `set-credential`, the credential in filters and in imports, and the one parser of filters (issue 3).
@Suite struct BulkCredentialTests {
    @Test func serversMoveToAProfileAndThoseOfAnotherEngineDoNot() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let profile = try await CredentialTests.make(fleet).id
            let ids = [
                try await fleet.server("a"), try await fleet.server("b", ["engine": "postgresql"]),
                try await fleet.send(.post, "/servers", ["name": "c", "hostname": "h", "credentialId": .string(profile)]).id,
            ]
            let before: Int64 = try await fleet.rows("SELECT max(change_number) FROM fleet.servers")[0].decode(0)
            let begun = try await fleet.send(
                .post, "/servers/bulk/set-credential", ["filter": [:], "expectedCount": 3, "credentialId": .string(profile)])
            #expect(begun.json["title"] == "Set the credential profile (3 servers)")
            let ended = try await fleet.ended(begun)
            let outcomes = [["a", "succeeded", ""], ["b", "failed", "OTHER_ENGINE"], ["c", "skipped", "UNCHANGED"]]
            #expect(try await fleet.items(ended) == outcomes)
            let a = try await fleet.send(.get, "/servers/\(ids[0])").json
            #expect(a["credential"]?["name"] == "Monitoring" && a["username"] == "dbtools" && a["hasPassword"] == true)
            let row = try await fleet.rows("SELECT username, password_encrypted, change_number FROM fleet.servers WHERE name = 'a'")[0]
            #expect(try row.decode(0, as: String?.self) == nil && row.decode(1, as: Bytes?.self) == nil)
            #expect(try row.decode(2, as: Int64.self) > before)
            try await fleet.send(.post, "/servers/\(ids[0])/test-connection")
            #expect(fleet.probed.targets.withLock { $0.last?.password } == "s3cret-one")
            let entry = try await fleet.rows(
                "SELECT details::text FROM platform.activity_log WHERE action = 'server_updated' AND entity_name = 'a'")[0]
            #expect(try entry.decode(0, as: String.self).contains("\"password\": \"removed\""))
        }
    }

    @Test func refusalsNameTheirFields() async throws {
        try await FleetFixture.with { (fleet) async throws in
            #expect(try await fleet.send(.post, "/servers/bulk/set-credential", ["filter": [:]]).fields == ["credentialId"])
            let unknown = try await fleet.send(
                .post, "/servers/bulk/set-credential", ["filter": [:], "credentialId": "7d9fd5a0-0000-7000-8000-000000000000"])
            #expect(unknown.status == 400 && unknown.fields == ["credentialId"])
            #expect(try await fleet.send(.get, "/operations").json == [])
        }
        try await FleetFixture.with(.viewer) { (fleet) async throws in
            #expect(try await fleet.send(.post, "/servers/bulk/set-credential", ["filter": [:]]).status == 403)
        }
    }

    /// The list, its export, bulk actions, saved views and dynamic groups mean the same by the same words.
    @Test func everyPlaceFiltersAlike() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let profile = try await CredentialTests.make(fleet).id
            _ = try await fleet.send(.post, "/servers", ["name": "a", "hostname": "h", "credentialId": .string(profile), "labels": ["x"]])
            _ = try await fleet.server("b", ["labels": ["x"]])
            let gone = try await fleet.server("gone")
            try await fleet.send(.delete, "/servers/\(gone)")
            #expect(try await fleet.send(.get, "/servers?credential=MONITORING").names == ["a"])
            #expect(try await fleet.send(.get, "/servers?credential=\(profile)&label=x").names == ["a"])
            #expect(try await fleet.csv("/servers?credential=monitoring").split(separator: "\r\n").count == 2)
            #expect(try await fleet.send(.get, "/servers?deleted=true").names == ["gone"])
            let group = try await fleet.send(.post, "/groups", ["name": "g", "filter": "credential=monitoring"])
            #expect(group.json["serverCount"] == 1)
            for filter in [
                ["credential": ["Monitoring"], "deployment": ["none"]], ["credentials": [.string(profile)], "labels": ["x"]],
            ] as [JSONValue] {
                let begun = try await fleet.send(.post, "/servers/bulk/add-labels", ["filter": filter, "labels": ["y"], "expectedCount": 1])
                #expect(begun.status == 202, "\(begun.text)")
                let view = try await fleet.send(.post, "/servers/views", ["name": .string(filter.text), "filter": filter])
                #expect(view.json["filter"]?["credentials"]?.array?.count == 1 && view.json["filter"]?["deleted"] == false, "\(view.text)")
            }
            let deleted: JSONValue = ["filter": ["deleted": true], "labels": ["y"]]
            #expect(try await fleet.send(.post, "/servers/bulk/add-labels", deleted).fields == ["filter.deleted"])
            #expect(try await fleet.send(.post, "/servers/bulk/restore", ["filter": ["q": "gone"]]).fields == ["filter.deleted"])
            let restored = try await fleet.ended(fleet.send(.post, "/servers/bulk/restore", ["filter": ["deleted": true, "q": "gone"]]))
            #expect(restored["counts"]?["succeeded"] == 1)
            #expect(try await fleet.send(.get, "/servers").names == ["a", "b", "gone"])
        }
    }

    @Test func rowsNameTheirProfile() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let profile = try await CredentialTests.make(fleet).id
            let file = """
                name,hostname,engine,username,credential
                A,a,,,MONITORING
                B,b,,,Nobody
                C,c,postgresql,,Monitoring
                D,d,,sa,Monitoring

                """
            let dry = try await fleet.upload("?dryRun=true", Array(file.utf8))
            #expect(ImportTests.verdicts(dry) == ["1 create", "2 invalid", "3 invalid", "4 invalid"])
            let errors = (dry.json["items"]?.array ?? []).dropFirst().map { $0["errors"]?[0]?["reason"]?.string ?? "" }
            #expect(
                errors == [
                    "“Nobody” does not exist", "is a credential profile for SQL Server",
                    "comes from the credential profile; send one or the other",
                ])
            let ended = try await fleet.ended(fleet.upload("?validate=true", Array(file.utf8)))
            #expect(ended["counts"] == ["succeeded": 1, "failed": 3, "skipped": 0])
            #expect(fleet.probed.targets.withLock { $0.map { [$0.username, $0.password] } } == [["dbtools", "s3cret-one"]])
            #expect(try await fleet.send(.get, "/servers?credential=\(profile)").names == ["A"])
            let json = #"[{"name":"E","hostname":"e","credential":"monitoring"},{"name":"F","hostname":"f","credentialId":"\#(profile)"},"#
                + #"{"name":"G","hostname":"g","credentialId":"\#(profile)","credential":"monitoring"}]"#
            let second = try await fleet.ended(fleet.upload("", Array(json.utf8), type: "application/json"))
            #expect(try await fleet.items(second) == [["E", "succeeded", ""], ["F", "succeeded", ""], ["G", "failed", "INVALID"]])
            let csv = try await fleet.csv("/servers")
            #expect(csv.contains(",credential,") && csv.contains(",Monitoring,") && !csv.contains("dbtools"))
            let again = try await fleet.upload("?dryRun=true", Array(csv.utf8))
            #expect(again.json["counts"]?["exists"] == 3, "\(again.text)")
        }
    }

    @Test func aProfileThatIsGoneWhenItsRowsTurnComesIsSaid() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let profile = try await CredentialTests.make(fleet).id
            let begun = try await fleet.upload("", Array("name,hostname,credential\nA,a,Monitoring\n".utf8))
            #expect(try await fleet.send(.delete, "/credentials/\(profile)").status == 204)
            #expect(try await fleet.items(fleet.ended(begun)) == [["A", "failed", "NOT_FOUND"]])
        }
    }

    /// A server's page shows what was done to several servers at once, this one among them (PRD 2.5-6), by an index.
    @Test func aServersActivityHasWhatWasDoneToMany() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let ids = [try await fleet.server("a"), try await fleet.server("b")]
            let group = try await fleet.send(.post, "/groups", ["name": "G"]).id
            _ = try await fleet.ended(fleet.send(.post, "/servers/bulk/add-labels", ["ids": .array([.string(ids[0])]), "labels": ["x"]]))
            try await fleet.send(.post, "/groups/\(group)/servers", ["serverIds": .array(ids.map { .string($0) })])
            try await fleet.send(.delete, "/groups/\(group)/servers/\(ids[0])")
            func actions(_ id: String) async throws -> [String] {
                let filter = try #require(UUID(uuidString: id)).activityFilter
                return try await fleet.platform.tenants.read(fleet.tenant) {
                    try ActivityEntry.list(filter, limit: 10, on: $0).map(\.activity.action).reversed()
                }
            }
            #expect(try await actions(ids[0]) == ["server_added", "server_labeled", "group_servers_added", "group_server_removed"])
            #expect(try await actions(ids[1]) == ["server_added", "group_servers_added"])
            let statement = ActivityEntry.listing(try #require(UUID(uuidString: ids[0])).activityFilter, limit: 50)
            let plan = try await fleet.platform.tenants.ownerTransaction(fleet.tenant) { session in
                try session.execute(
                    """
                    INSERT INTO platform.activity_log (id, action, entity_type, entity_id, entity_name, actor_name, details)
                    SELECT gen_random_uuid(), 'server_labeled', 'server', CASE WHEN n % 2 = 0 THEN gen_random_uuid() END, 'x', 'x',
                        CASE WHEN n % 2 = 0 THEN '{}' ELSE jsonb_build_object('serverIds', jsonb_build_array(gen_random_uuid()::text)) END
                    FROM generate_series(1, 20000) AS n
                    """)
                try session.execute("ANALYZE platform.activity_log")
                return try session.rows("EXPLAIN \(statement)").map { try $0.decode(0, as: String.self) }.joined(separator: "\n")
            }
            // The partitions of months to come are empty, and read as a whole.
            #expect(plan.contains("BitmapOr") && plan.contains("activity_log_servers") || plan.contains("expr_idx"), "\(plan)")
        }
    }
}

extension UUID {
    fileprivate var activityFilter: ActivityFilter {
        var filter = ActivityFilter()
        filter.entityID = self
        return filter
    }
}
