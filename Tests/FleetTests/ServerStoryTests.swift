import Engines
import Fixtures
import Foundation
import Hummingbird
import Logging
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

/// The rows of PRD 2.1, 2.2, 2.4, 2.5, 2.6 and 2.8 that the API fulfils, each by its number.
@Suite struct ServerStoryTests {
    @Test("PRD 2.1-1, 2.6-1, 2.6-2, 2.8-1, 2.8-2: the tables hold what the story names")
    func theTablesAreThere() async throws {
        try await FleetFixture.with { (fleet) async throws in
            for (table, columns) in [
                ("servers", "id, name, port, instance_name, auth_type, username, password_encrypted, created_at, updated_at"),
                ("server_groups", "id, name, description, created_at"), ("server_group_members", "server_id, group_id"),
                ("labels", "id, name, color"), ("server_labels", "server_id, label_id"),
            ] {
                _ = try await fleet.rows("SELECT \(unsafeRaw: columns) FROM fleet.\(unsafeRaw: table)")
            }
        }
    }

    @Test("PRD 2.1-3, 2.1-4, 2.1-5, 2.1-6, 2.1-7: added, listed, read, changed, deleted, without its password")
    func aServerLivesThroughItsLife() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders")
            #expect(try await fleet.send(.get, "/servers").names == ["Orders"])
            let read = try await fleet.send(.get, "/servers/\(id)")
            #expect(read.json["port"] == 1_433 && !read.text.contains("pass-word-1"))
            let put = try await fleet.send(.put, "/servers/\(id)", ["name": "Orders", "hostname": "h2", "authType": "sql"])
            #expect(put.json["hostname"] == "h2")
            #expect(try await fleet.send(.delete, "/servers/\(id)").status == 204)
            #expect(try await fleet.send(.get, "/servers").json == [])
            let deleted = try await fleet.send(.get, "/servers?deleted=true")
            #expect(deleted.names == ["Orders"] && deleted.json[0]?["deletedAt"] != .null && deleted.json[0]?["purgeAt"] != .null)
            #expect(try await fleet.send(.post, "/servers/\(id)/restore").status == 200)
            #expect(try await fleet.send(.get, "/servers?deleted=true").json == [])
        }
    }

    @Test("PRD 2.1-7: a deletion can be undone for 30 days, and not longer")
    func deletedServersAreRemovedAfterThirtyDays() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let (old, young) = (try await fleet.server("old"), try await fleet.server("young"))
            for id in [old, young] { try await fleet.send(.delete, "/servers/\(id)") }
            _ = try await fleet.platform.tenants.transaction(fleet.tenant) {
                try $0.execute("UPDATE fleet.servers SET deleted_at = now() - interval '31 days' WHERE name = 'old'")
            }
            let purge = DeletedServerPurge(databases: fleet.platform.tenants, logger: .init(label: "test"))
            #expect(await purge.tick(now: Date(), only: fleet.tenant) == 1)
            #expect(try await fleet.send(.post, "/servers/\(old)/restore").status == 404)
            #expect(try await fleet.send(.post, "/servers/\(young)/restore").status == 200)
            #expect(try await fleet.actions().contains("server_purged"))
        }
    }

    @Test("PRD 2.1-8: all missing fields at once")
    func requiredFieldsAreNamed() async throws {
        try await FleetFixture.with { (fleet) async throws in
            #expect(try await fleet.send(.post, "/servers", [:]).fields == ["name", "hostname"])
            #expect(try await fleet.send(.post, "/servers", ["name": "a", "host": "h", "auth_type": "ldap"]).fields == ["authType"])
        }
    }

    @Test(
        "PRD 2.1-10: named instances in every spelling",
        arguments: [
            (#"host\inst"#, "host", 1_433, "inst"), ("host,1500", "host", 1_500, nil), (#"host\inst,1500"#, "host", 1_500, "inst"),
            ("tcp:host,1500", "host", 1_500, nil), ("(local)", "localhost", 1_433, nil), (".", "localhost", 1_433, nil),
            (#".\inst"#, "localhost", 1_433, "inst"), ("[::1]:1500", "::1", 1_500, nil), ("fe80::1", "fe80::1", 1_433, nil),
            (#"(local)\SQLEXPRESS"#, "localhost", 1_433, "SQLEXPRESS"), (#"host\MSSQLSERVER"#, "host", 1_433, nil),
        ] as [(String, String, Int64, String?)])
    func namedInstances(text: String, hostname: String, port: Int64, instance: String?) async throws {
        try await FleetFixture.with { (fleet) async throws in
            let made = try await fleet.send(.post, "/servers", ["name": "a", "hostname": .string(text)])
            #expect(made.json["hostname"]?.string == hostname && made.json["port"]?.int == port, "\(made.text)")
            #expect(made.json["instanceName"] == JSONValue(instance))
        }
    }

    @Test("PRD 2.2-1, 2.2-3, 2.2-4, 2.2-7: a test says version, edition and missing grants, and how to mend them all")
    func aTestSaysWhatIsMissing() async throws {
        try await FleetFixture.with { (fleet) async throws in
            fleet.probed.answer.withLock {
                $0.permissions = [
                    PermissionCheck(name: "VIEW SERVER STATE", granted: true, neededFor: "all", grantStatement: nil),
                    PermissionCheck(name: "A", granted: false, neededFor: "a", grantStatement: "GRANT A;"),
                    PermissionCheck(name: "B", granted: false, neededFor: "b", grantStatement: "GRANT B;"),
                ]
            }
            let reply = try await fleet.send(.post, "/servers/test-connection", ["hostname": "h"])
            #expect(reply.json["version"] == "SQL Server 2019" && reply.json["edition"] == "Developer")
            let script = reply.json["grantScript"]?.string ?? ""
            #expect(script.contains("GRANT A;\n") && script.contains("GRANT B;\n"))
            #expect(reply.json["duplicateOf"] == .null)
        }
    }

    @Test("Issue 3: two servers of one address are said to be so at once, without a test; it is a warning")
    func addressesThatAreTakenAreSaid() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let first = try await fleet.send(.post, "/servers", ["name": "first", "hostname": "sql01\\sales"])
            #expect(first.json["sameAddressAs"] == .null)
            let second = try await fleet.send(.post, "/servers", ["name": "second", "host": "SQL01", "instanceName": "SALES"])
            #expect(second.status == 201 && second.json["sameAddressAs"] == ["id": .string(first.id), "name": "first"])
            #expect(try await fleet.send(.get, "/servers/\(first.id)").json["sameAddressAs"]?["name"] == "second")
            // Behind a port of its own an instance's name says nothing; the default instance is another one.
            for address in ["sql01,1500", "sql01"] {
                let other = try await fleet.send(.post, "/servers", ["name": .string(address), "hostname": .string(address)])
                #expect(other.json["sameAddressAs"] == .null)
            }
            let moved = try await fleet.send(.patch, "/servers/\(second.id)", ["hostname": "sql01\\other,1500"])
            #expect(moved.status == 200 && moved.json["sameAddressAs"]?["name"] == "sql01,1500")
            try await fleet.send(.patch, "/servers/\(second.id)", ["hostname": "sql02"])
            let names = try await fleet.send(.get, "/servers").json.array?.filter { $0["sameAddressAs"] != .null }
            #expect(names == [])
        }
    }

    @Test("Issue 3: the same instance registered twice is noticed, by its own name and start")
    func twinsAreNoticed() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let start = Date(timeIntervalSince1970: 1_790_000_000)
            fleet.probed.answer.withLock { ($0.serverName, $0.startedAt) = ("SQL01", start) }
            let first = try await fleet.send(.post, "/servers", ["name": "first", "hostname": "h", "validate": true])
            #expect(first.json["duplicateOf"] == .null)
            let test = try await fleet.send(.post, "/servers/test-connection", ["hostname": "h.example.com"])
            #expect(test.json["duplicateOf"] == ["id": .string(first.id), "name": "first"])
            fleet.probed.answer.withLock { ($0.serverName, $0.startedAt) = ("sql01", start.addingTimeInterval(1)) }
            let second = try await fleet.send(.post, "/servers", ["name": "second", "hostname": "h.example.com", "validate": true])
            #expect(second.status == 201 && second.json["duplicateOf"]?["name"] == "first")
            #expect(try await fleet.send(.post, "/servers/\(first.id)/test-connection").json["duplicateOf"]?["name"] == "second")
            fleet.probed.answer.withLock { ($0.serverName, $0.startedAt) = ("SQL01", start.addingTimeInterval(600)) }
            let third = try await fleet.send(.post, "/servers", ["name": "third", "hostname": "h3", "validate": true])
            #expect(third.json["duplicateOf"] == .null)
            try await fleet.send(.delete, "/servers/\(first.id)")
            #expect(try await fleet.send(.get, "/servers/\(second.id)").json["duplicateOf"] == .null)
        }
    }

    @Test("Issue 3: two administrators edit one server, and the second sees the difference")
    func theSecondSeesWhatDiffers() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("Orders")
            try await fleet.send(.patch, "/servers/\(id)", ["hostname": "sql02", "password": "new-secret"], ifMatch: "\"v1\"")
            let second = try await fleet.send(.patch, "/servers/\(id)", ["port": 1_500], ifMatch: "\"v1\"")
            #expect(second.status == 412)
            #expect(second.fields == ["hostname", "password", "port"])
            let reasons = second.json["error"]?["details"]?.array?.compactMap { $0["reason"]?.string } ?? []
            #expect(reasons == ["is now “sql02”", "was changed", "is now 1433"])
            #expect(second.text.contains("ada@example.com") && !second.text.contains("new-secret"))
            #expect(try await fleet.send(.get, "/servers/\(id)").json["port"] == 1_433)
            let group = try await fleet.send(.post, "/groups", ["name": "A"]).id
            try await fleet.send(.patch, "/groups/\(group)", ["description": "x"])
            #expect(try await fleet.send(.delete, "/groups/\(group)", ifMatch: "\"v1\"").fields == ["description"])
        }
    }

    @Test("PRD 2.5-3, issue 3: the version has its support state, by a dated table")
    func theVersionHasItsSupport() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("a")
            #expect(try await fleet.send(.get, "/servers/\(id)").json["versionSupport"]?["state"] == "unknown")
            try await fleet.send(.post, "/servers/\(id)/test-connection")
            let support = try await fleet.send(.get, "/servers/\(id)").json["versionSupport"]
            #expect(support?["state"] == "extended" && support?["endsAt"] == "2030-01-08")
            #expect(support?["asOf"]?.string == VersionSupport.asOf && support?["source"] == "learn.microsoft.com/lifecycle/products")
            #expect(support?["note"]?.string?.contains("CU32 (15.0.4430.1) is newer") == true)
        }
    }

    @Test(arguments: [
        ("SQL Server 2016", "13.0.6300.2", "2025-12-01", VersionSupport.State.extended),
        ("SQL Server 2016", "13.0.6300.2", "2026-03-01", .ending), ("SQL Server 2016", "13.0.6300.2", "2026-07-14", .ending),
        ("SQL Server 2016", "13.0.6300.2", "2026-07-15", .unsupported), ("SQL Server 2022", "16.0.4095.4", "2026-01-01", .supported),
        ("SQL Server 2014", "12.0.2000.8", "2026-01-01", .unknown), ("Azure SQL Database", "12.0.2000.8", "2026-01-01", .supported),
    ])
    func supportEndsOnItsDay(version: String, build: String, day: String, state: VersionSupport.State) throws {
        let now = try #require(RFC3339.date(day + "T12:00:00Z"))
        #expect(VersionSupport(engine: .sqlserver, version: version, productVersion: build, now: now).state == state)
    }

    @Test func everyEngineHasItsOwnTable() throws {
        let now = try #require(RFC3339.date("2026-01-01T00:00:00Z"))
        func state(_ engine: EngineKind, _ version: String, _ build: String) -> VersionSupport.State {
            VersionSupport(engine: engine, version: version, productVersion: build, now: now).state
        }
        #expect(state(.postgresql, "PostgreSQL 15", "15.20") == .supported && state(.postgresql, "PostgreSQL 13", "13.23") == .unsupported)
        #expect(state(.mysql, "MariaDB 10.11", "10.11.19") == .supported && state(.mysql, "MySQL 8.0", "8.0.36") == .ending)
        #expect(state(.mysql, "MariaDB 11.1", "11.1.2") == .unknown)
    }

    @Test("PRD 2.8-4, 2.8-5, 2.8-6, 2.8-7, 2.8-8: labels have a readable text color in SQL and in Swift alike")
    func labelsAreReadable() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("a")
            for (name, color) in [("x", "#ffcc00"), ("y", "#2b6cb0"), ("z", "#777777")] {
                _ = try await fleet.send(.post, "/labels", ["name": .string(name), "color": .string(color)])
            }
            try await fleet.send(.post, "/servers/\(id)/labels", ["labels": ["x", "y", "z"]])
            let bySQL = try await fleet.send(.get, "/servers/\(id)").json["labels"]?.array ?? []
            let bySwift = try await fleet.send(.get, "/labels").json.array ?? []
            #expect(bySQL.compactMap { $0["textColor"]?.string } == ["#000000", "#ffffff", "#000000"])
            #expect(bySQL.map { $0["textColor"] } == bySwift.map { $0["textColor"] })
            #expect(try await fleet.send(.get, "/servers?label=x,y").names == ["a"])
        }
    }

    @Test func databasesAreReadOnceAMinuteAndFailuresAreTold() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("a")
            let orders = DatabaseInfo(name: "Orders", sizeBytes: 8_192, state: "online", recoveryModel: "full", isSystem: false)
            let hidden = DatabaseInfo(name: "Secret", sizeBytes: nil, state: "offline", recoveryModel: "simple", isSystem: false)
            fleet.probed.databases.withLock { $0 = .success([orders, hidden]) }
            let first = try await fleet.send(.get, "/servers/\(id)/databases")
            #expect(first.json["databases"]?[0]?["sizeBytes"] == 8_192 && first.json["databases"]?[1]?["sizeBytes"] == .null)
            #expect(first.json["note"]?.string?.contains("VIEW ANY DEFINITION") == true)
            fleet.probed.databases.withLock { $0 = .failure(EngineError(.unreachable, "Nobody listens there.")) }
            #expect(try await fleet.send(.get, "/servers/\(id)/databases").json == first.json)
            let fresh = try await fleet.send(.get, "/servers/\(id)/databases?fresh=true")
            #expect(fresh.status == 502 && fresh.text.contains("UNREACHABLE"))
        }
    }

    @Test func connectionStringsHoldNoPassword() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let id = try await fleet.server("a", ["username": "us;er}", "hostname": #"db\INST"#])
            for format in ["odbc", "jdbc", "dotnet", "uri"] {
                let reply = try await fleet.send(.get, "/servers/\(id)/connection-string?format=\(format)")
                #expect(reply.status == 200 && !reply.text.contains("pass-word-1"))
            }
            let odbc = try await fleet.send(.get, "/servers/\(id)/connection-string").json["connectionString"]?.string ?? ""
            #expect(odbc.contains(#"Server=db\INST;"#) && odbc.contains("UID={us;er}}};"))
            #expect(try await fleet.send(.get, "/servers/\(id)/connection-string?format=ini").status == 400)
        }
    }

    @Test func suggestionsComeFromLikeNames() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let group = try await fleet.send(.post, "/groups", ["name": "Production"]).id
            for number in 1...3 {
                _ = try await fleet.server("sql-prd0\(number)", ["groupIds": [.string(group)], "labels": ["gold"]])
            }
            let found = try await fleet.send(.get, "/servers/suggestions?name=sql-prd09&hostname=sql-prd09.emea.example.com")
            #expect(found.json["groups"]?[0]?["name"] == "Production")
            #expect(found.json["labels"]?.array?.compactMap { $0["name"]?.string } == ["gold", "prod", "emea"], "\(found.text)")
            #expect(found.json["labels"]?[0]?["reason"] == "3 of 3 servers whose names begin with “sql-prd” have it")
            #expect(try await fleet.send(.get, "/servers/suggestions?hostname=10.0.0.1").json["groups"] == [])
        }
    }
}
