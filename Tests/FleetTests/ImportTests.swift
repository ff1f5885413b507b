import Engines
import Fixtures
import Foundation
import Hummingbird
import NIOCore
import Platform
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Fleet

/// `POST /servers/import` (issue 3, FR2): dry run, then an operation; the same file again adds only what is missing.
@Suite struct ImportTests {
    static let file = """
        name,hostname,port,engine,username,password,groups,labels
        Orders,sql01\\SALES,,mssql,dbtools,s3cret-one,Production|Sales,core|emea
        Billing,pg01,5433,postgres,dbtools,s3cret-two,production,
        Taken,h,,,,,,
        orders,other,,,,,,
        ,h,70000,oracle,,,,
        "=cmd|' /C calc'!A0",h,,,,,,
        """

    static func verdicts(_ reply: FleetFixture.Reply) -> [String] {
        (reply.json["items"]?.array ?? []).map { "\($0["row"]?.int ?? 0) \($0["verdict"]?.string ?? "")" }
    }

    @Test func aDryRunSaysWhatWouldBecomeOfEachRowAndChangesNothing() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let taken = try await fleet.server("taken")
            let reply = try await fleet.upload("?dryRun=true", Array(Self.file.utf8))
            #expect(reply.status == 200)
            #expect(Self.verdicts(reply) == ["1 create", "2 create", "3 exists", "4 duplicate", "5 invalid", "6 create"])
            #expect(reply.json["counts"] == ["create": 3, "exists": 1, "invalid": 1, "duplicate": 1])
            let items = reply.json["items"]?.array ?? []
            #expect(items[2]["serverId"] == .string(taken))
            #expect(items[3]["duplicateOf"] == 1)
            #expect(items[4]["errors"]?.array?.compactMap { $0["field"]?.string } == ["engine", "port", "name"])
            #expect(items[4]["line"] == 6)
            #expect(reply.json["newGroups"] == ["Production", "Sales"])
            #expect(reply.json["newLabels"] == ["core", "emea"])
            #expect(!reply.text.contains("s3cret"))
            #expect(try await fleet.send(.get, "/servers").names == ["taken"])
            #expect(try await fleet.send(.get, "/operations").json == [])
        }
    }

    @Test func rowsBecomeServersAndTheSameFileAddsOnlyWhatIsMissing() async throws {
        try await FleetFixture.with { (fleet) async throws in
            _ = try await fleet.server("taken")
            let ended = try await fleet.ended(fleet.upload("", Array(Self.file.utf8)))
            #expect(ended["status"] == "partial")
            #expect(ended["title"] == "Import 6 servers")
            #expect(ended["counts"] == ["succeeded": 3, "failed": 2, "skipped": 1])
            #expect(
                try await fleet.items(ended) == [
                    ["Orders", "succeeded", ""], ["Billing", "succeeded", ""], ["Taken", "skipped", "EXISTS"],
                    ["orders", "failed", "DUPLICATE"], ["Row 5", "failed", "INVALID"], ["=cmd|' /C calc'!A0", "succeeded", ""],
                ])
            let orders = try await fleet.send(.get, "/servers?q=Orders").json.array?.first
            #expect(orders?["instanceName"] == "SALES")
            #expect(orders?["hasPassword"] == true)
            #expect(orders?["groups"]?.array?.compactMap { $0["name"]?.string } == ["Production", "Sales"])
            #expect(orders?["labels"]?.array?.compactMap { $0["name"]?.string } == ["core", "emea"])
            #expect(try await fleet.send(.get, "/servers?q=Billing").json.array?.first?["port"] == 5433)
            #expect(try await fleet.send(.get, "/groups").names == ["Production", "Sales"])
            #expect(try await fleet.actions().filter { $0 == "server_added" }.count == 4)

            let again = try await fleet.ended(fleet.upload("", Array(Self.file.utf8)))
            #expect(again["counts"] == ["succeeded": 0, "failed": 2, "skipped": 4])
            #expect(try await fleet.send(.get, "/servers").headers[.totalCount] == "4")
        }
    }

    /// The stored password opens; the plain text is in no table.
    @Test func passwordsAreSealedBeforeTheyAreStored() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let begun = try await fleet.upload("", Array("name,hostname,password\nOrders,h,s3cret-one\nx,,s3cret-two\n".utf8))
            let everything: SQL = """
                SELECT coalesce(string_agg(i::text, ' '), '') || (SELECT coalesce(string_agg(o::text, ' '), '') FROM platform.operations o)
                    || (SELECT coalesce(string_agg(a::text, ' '), '') FROM platform.activity_log a)
                    || (SELECT coalesce(string_agg(e::text, ' '), '') FROM platform.events e)
                FROM platform.operation_items i
                """
            #expect(try await !fleet.rows(everything)[0].decode(0, as: String.self).contains("s3cret"))
            let ended = try await fleet.ended(begun)
            #expect(try await !fleet.rows(everything)[0].decode(0, as: String.self).contains("s3cret"))
            #expect(!ended.text.contains("s3cret"))
            let kept: Int = try await fleet.rows("SELECT count(secret_sealed) FROM platform.operation_items")[0].decode(0)
            #expect(kept == 0)
            let id = try await fleet.send(.get, "/servers").json.array?.first?["id"]?.string ?? ""
            try await fleet.send(.post, "/servers/\(id)/test-connection")
            #expect(fleet.probed.targets.withLock { $0.last?.password } == "s3cret-one")
        }
    }

    @Test func validatingLeavesOutWhatCannotBeReached() async throws {
        try await FleetFixture.with { (fleet) async throws in
            fleet.probed.refusedHosts.withLock { $0 = ["down"] }
            let ended = try await fleet.ended(
                fleet.upload("?validate=true", Array("name,hostname,password\nA,up,p-1\nB,down,p-2\n".utf8)))
            #expect(try await fleet.items(ended) == [["A", "succeeded", ""], ["B", "failed", "UNREACHABLE"]])
            #expect(try await fleet.send(.get, "/servers").json.array?.map { $0["version"] } == ["SQL Server 2019"])
            #expect(Set(fleet.probed.targets.withLock { $0.map(\.password) }) == ["p-1", "p-2"])
        }
    }

    @Test func jsonIsTakenAsWell() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let group = try await fleet.send(.post, "/groups", ["name": "G"]).id
            let body = #"[{"name":"A","host":"h","group_ids":["\#(group)"],"labels":["x"]},{"name":"B","hostname":"h","colour":1},7]"#
            let dry = try await fleet.upload("?dryRun=true", Array(body.utf8), type: "application/json")
            #expect(Self.verdicts(dry) == ["1 create", "2 invalid", "3 invalid"])
            let ended = try await fleet.ended(fleet.upload("", Array(body.utf8), type: "application/json; charset=utf-8"))
            #expect(ended["counts"]?["succeeded"] == 1)
            #expect(try await fleet.send(.get, "/servers?group=\(group)&label=x").names == ["A"])
        }
    }

    @Test func unknownGroupsCanBeRefused() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let reply = try await fleet.upload("?dryRun=true&unknownGroups=refuse", Array("name,hostname,groups\nA,h,New\n".utf8))
            #expect(Self.verdicts(reply) == ["1 invalid"])
            #expect(reply.json["items"]?.array?.first?["errors"] == [["field": "groups[0]", "reason": "“New” does not exist"]])
        }
    }

    static let garbage: [(String, [UInt8], Int, String)] = [
        ("Latin-1", Array("name,hostname\nA,h\nK".utf8) + [0xF6] + Array("ln,h\n".utf8), 400, "Line 3 is not UTF-8"),
        ("UTF-16", [0xFF, 0xFE, 0x6E, 0, 0x61, 0], 400, "Line 1 is not UTF-8 but UTF-16"), ("nothing", [], 400, "no rows"),
        ("no rows", Array("name,hostname\n".utf8), 400, "no rows"), ("unknown column", Array("name,hostname,colour\nA,h,red\n".utf8), 400, "columns"),
        ("open quote", Array("name,hostname\nA,\"h\n".utf8), 400, "Line 2"), ("a picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], 400, "Line 1"),
    ]

    @Test(arguments: garbage)
    func garbageIsRefusedInASentence(what: String, bytes: [UInt8], status: Int, sentence: String) async throws {
        try await FleetFixture.with { (fleet) async throws in
            for query in ["", "?dryRun=true"] {
                let reply = try await fleet.upload(query, bytes)
                #expect(reply.status == status, "\(what): \(reply.text)")
                #expect(reply.json["error"]?["message"]?.string?.contains(sentence) == true, "\(what): \(reply.text)")
            }
            #expect(try await fleet.rows("SELECT FROM platform.operations").isEmpty)
        }
    }

    @Test("A file without a line of names is refused without repeating its cells, among which are passwords")
    func aRowInTheFirstLineIsNotRepeated() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let reply = try await fleet.upload("", Array("Orders,sql01,dbtools,s3cret-one\n".utf8))
            #expect(reply.status == 400 && reply.fields == ["line 1"])
            #expect(!reply.text.contains("s3cret") && reply.text.contains("must name the columns"))
        }
    }

    @Test func badRowsAreNamedAndTheOthersGoOn() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let long = String(repeating: "x", count: 1 << 20)
            let text = "name,hostname\nA\u{0},h\n\(long),h\nB,h,extra\nC,h\n"
            let reply = try await fleet.upload("?dryRun=true", Array(text.utf8))
            #expect(Self.verdicts(reply) == ["1 invalid", "2 invalid", "3 invalid", "4 create"])
            #expect(reply.json["items"]?.array?[0]["errors"]?.array?.first?["reason"] == "must not hold a NUL character")
            #expect(reply.text.utf8.count < 10_000)
        }
    }

    @Test func tooManyRowsAreRefused() async throws {
        try await FleetFixture.with { (fleet) async throws in
            var text = "name,hostname\n"
            for number in 0..<200_000 { text += "s\(number),h\n" }
            let reply = try await fleet.upload("", Array(text.utf8))
            #expect(reply.status == 413)
            #expect(reply.json["error"]?["message"] == "The file has more than 100000 rows; split it into several files")
            #expect(try await fleet.rows("SELECT FROM platform.operations").isEmpty)
        }
    }

    @Test func whoMayNotAddServersMayNotImportAndTheTypeIsChecked() async throws {
        try await FleetFixture.with(.viewer) { (fleet) async throws in
            #expect(try await fleet.upload("?dryRun=true", Array(Self.file.utf8)).status == 403)
        }
        try await FleetFixture.with { (fleet) async throws in
            #expect(try await fleet.upload("", [1], type: "application/vnd.ms-excel").status == 415)
            #expect(try await fleet.upload("", [1], type: "text/csv; charset=iso-8859-1").status == 415)
            #expect(try await fleet.upload("?dryRun=true&validate=true", [1]).fields == ["validate"])
            #expect(try await fleet.upload("?dryRun=1", [1]).fields == ["dryRun"])
        }
    }

    /// More than is tested at once.
    static let stoppedCount: Int64 = 400

    /// Stopped in the middle: what was added stays, the same file goes on.
    @Test func aStoppedImportGoesOnWithTheSameFile() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let file = Array("name,hostname\n".utf8) + (0..<Self.stoppedCount).flatMap { Array("s\($0),h\($0)\n".utf8) }
            let begun = try await fleet.upload("?validate=true", file)
            let fired = Mutex(false)
            fleet.probed.onProbe.withLock { $0 = { target in
                guard target.hostname == "h30", fired.withLock({ fired in defer { fired = true }; return !fired }) else { return }
                _ = try? await fleet.send(.delete, "/operations/\(begun.id)")
            } }
            let broken = try await fleet.ended(begun)
            #expect(broken["status"] == "stopped")
            let added = broken["counts"]?["succeeded"]?.int ?? 0
            #expect((1..<Self.stoppedCount).contains(added))
            #expect(try await fleet.send(.get, "/servers").headers[.totalCount] == String(added))
            #expect(broken["result"]?["stopped"]?.int == Self.stoppedCount - Int64(added))
            let ended = try await fleet.ended(fleet.upload("", file))
            #expect(ended["counts"]?["succeeded"]?.int == Self.stoppedCount - Int64(added))
        }
    }

    @Test func theListIsExportedAsItIsFilteredAndCanBeImportedAgain() async throws {
        try await FleetFixture.with { (fleet) async throws in
            _ = try await fleet.ended(fleet.upload("", Array(Self.file.utf8)))
            let csv = try await fleet.csv("/servers?q=cmd")
            let lines = csv.split(separator: "\r\n")
            #expect(lines.count == 2)
            #expect(lines[0].hasPrefix("name,hostname,port,instanceName,engine,database,authType,username,credential,encrypt,"))
            #expect(lines[1].hasPrefix("'=cmd|' /C calc'!A0,h,1433,"))
            #expect(!csv.contains("s3cret"))
            let all = try await fleet.csv("/servers")
            let again = try await fleet.upload("?dryRun=true", Array(all.utf8))
            #expect(Self.verdicts(again) == ["1 exists", "2 exists", "3 exists", "4 exists"])
            try await FleetFixture.with { (other) async throws in
                let ended = try await other.ended(other.upload("", Array(all.utf8)))
                #expect(ended["counts"]?["succeeded"] == 4)
                #expect(try await other.send(.get, "/servers?q=Orders").json.array?.first?["instanceName"] == "SALES")
            }
        }
    }

    @Test func theTemplateIsAFileThatCanBeImported() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let template = try await fleet.csv("/servers/import/template")
            let reply = try await fleet.upload("?dryRun=true", Array(template.utf8))
            #expect(reply.json["counts"] == ["create": 3, "exists": 0, "invalid": 0, "duplicate": 0])
        }
    }

    @Test("An address that another server or row has too is said in the dry run and in the outcome, and is no error")
    func addressesThatAreTakenAreSaid() async throws {
        try await FleetFixture.with { (fleet) async throws in
            _ = try await fleet.server("old", ["hostname": "SQL01", "instanceName": "SALES"])
            let file = Array("name,hostname,port\nA,sql01\\sales,\nB,pg1,5433\nC,PG1,5433\nD,\"sql01\\other\",\nE,\"sql01\\sales,1500\",\n".utf8)
            let dry = try await fleet.upload("?dryRun=true", file)
            let warnings = dry.json["items"]?.array?.map { $0["warnings"]?.array?.first?["reason"]?.string ?? "" }
            #expect(warnings == ["is the address of “old” too", "", "is the address of row 2 too", "", ""])
            #expect(dry.json["counts"]?["create"] == 5)
            let ended = try await fleet.ended(fleet.upload("", file))
            #expect(ended["counts"]?["succeeded"] == 5)
            let items = try await fleet.send(.get, "/operations/\(ended["id"]?.string ?? "")/items").json.array ?? []
            #expect(items.first?["message"] == "Added; hostname is the address of “old” too")
            #expect(try await fleet.send(.get, "/servers?q=A").json.array?.first { $0["name"] == "A" }?["sameAddressAs"]?["name"] == "old")
        }
    }

    @Test("Silent servers hold up a part of an import's tests, not all of it: more than 100 are tested side by side")
    func silentServersDoNotHoldUpTheOthers() async throws {
        try await FleetFixture.with { (fleet) async throws in
            let running = Mutex((now: 0, most: 0))
            fleet.probed.onProbe.withLock { $0 = { _ in
                running.withLock { $0.now += 1; $0.most = max($0.most, $0.now) }
                let deadline = ContinuousClock.now + .seconds(60)
                while running.withLock({ $0.most < ConnectionTests.batchesMax }), ContinuousClock.now < deadline {
                    try? await Task.sleep(for: .milliseconds(5))
                }
                running.withLock { $0.now -= 1 }
            } }
            let file = Array("name,hostname\n".utf8) + (0..<200).flatMap { Array("s\($0),h\($0)\n".utf8) }
            let ended = try await fleet.ended(fleet.upload("?validate=true", file))
            #expect(ended["counts"]?["succeeded"] == 200)
            #expect(running.withLock { $0.most } == ConnectionTests.batchesMax)
            #expect(ConnectionTests.backgroundCountMax > 100)
        }
    }

    /// The bar is 20 s for 1,000 rows (a debug build on a quiet machine of two cores took 1.4 s).
    @Test func aThousandRowsAreTestedAndAdded() async throws {
        try await FleetFixture.with { (fleet) async throws in
            var text = "name,hostname,password,groups,labels\n"
            for number in 0..<1_000 { text += "s\(number),h\(number),p-\(number),G\(number % 10),l\(number % 20)\n" }
            let ended = try await fleet.ended(fleet.upload("?validate=true", Array(text.utf8)))
            #expect(ended["counts"]?["succeeded"] == 1_000)
        }
    }
}
