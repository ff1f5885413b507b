import Foundation
import Testing

@testable import Engines

/// What decides about monitoring objects, without a server.
@Suite struct DeploymentRuleTests {
    private typealias Expected = ObjectComparison.Expected
    private typealias Found = ObjectComparison.Found

    private let expected = [
        Expected(name: "T", kind: .table, definition: "a int"), Expected(name: "P", kind: .procedure, definition: "CREATE P\nAS 1;"),
    ]

    private func comparison(_ found: [ObjectComparison.Found], version: Int? = MonitoringObjects.version) -> ObjectComparison {
        ObjectComparison(expected: expected, found: found, version: version)
    }

    @Test func lineEndsAndSpaceAreNoChange() {
        let found = [
            Found(name: "t", kind: "table", definition: "a int"),
            Found(name: "P", kind: "procedure", definition: "\r\nCREATE P \r\nAS 1\r\n"),
        ]
        #expect(comparison(found).state == .monitored)
        #expect(comparison(found).foreign.isEmpty)
    }

    @Test func whatIsMissingOrChangedIsDrift() {
        let changed = comparison([
            Found(name: "T", kind: "table", definition: "a int"), Found(name: "P", kind: "procedure", definition: "CREATE P AS 2"),
        ])
        #expect(changed.state == .drifted)
        #expect(changed.objects.map(\.state) == [.present, .changed])
        #expect(changed.difference == "changed: P")
        #expect(comparison([Found(name: "T", kind: "table", definition: "a int")]).difference == "missing: P")
        #expect(comparison([]).state == .none)
        #expect(comparison([Found(name: "T", kind: "table", definition: "a int")], version: 0).state == .outdated)
    }

    @Test func aDefinitionThatMayNotBeSeenIsNotCalledChanged() {
        let found = comparison([Found(name: "T", kind: "table", definition: "a int"), Found(name: "P", kind: "procedure", definition: nil)])
        #expect(found.state == .monitored && found.hasUnseen)
    }

    /// A server that writes the head anew when it is asked for the text; one that changes the body, or runs it as somebody else, is told.
    @Test func aHeadThatIsWrittenAnewIsNoChange() {
        let ours = "CREATE PROCEDURE DbTools.P\nAS\n-- DbTools: a comment.\nSELECT 1 AS one;"
        for text in [
            "CREATE PROCEDURE [DbTools].[P] AS -- DbTools: a comment.\nSELECT 1 AS one",
            "create proc dbtools.p as\r\n  -- DbTools: a comment.\r\n  SELECT  1 AS one;",
        ] {
            #expect(ObjectComparison.body(text) == ObjectComparison.body(ours), "\(text)")
        }
        for text in [
            "CREATE PROCEDURE DbTools.P WITH EXECUTE AS OWNER AS\n-- DbTools: a comment.\nSELECT 1 AS one;",
            "CREATE PROCEDURE DbTools.P\nAS\n-- DbTools: a comment. SELECT 1 AS one;",
            "CREATE PROCEDURE DbTools.P\nAS\n-- DbTools: a comment.\nSELECT 2 AS one;",
        ] {
            #expect(ObjectComparison.body(text) != ObjectComparison.body(ours), "\(text)")
        }
    }

    @Test func systemDatabasesAreRefusedWithAReason() {
        for name in ["master", "MASTER", "msdb", "model", "tempdb"] {
            #expect(MonitoringObjects.refusal(.sqlserver, database: name)?.contains("DbTools") == true, "\(name)")
        }
        #expect(MonitoringObjects.refusal(.sqlserver, database: "Tools") == nil)
        #expect(MonitoringObjects.refusal(.postgresql, database: "template1") != nil)
        #expect(MonitoringObjects.refusal(.postgresql, database: "postgres") == nil)
        #expect(MonitoringObjects.refusal(.mysql, database: "sys") != nil)
    }

    /// PRD 3.4-10: the procedures hold the direct batch's statements, word for word.
    @Test func theProceduresAskWhatTheDirectBatchAsks() {
        let direct = CollectorSQL.sqlServerCollect.split(separator: ";\n").map { String($0).drop { $0.isWhitespace } }
        let selects = direct.filter { $0.hasPrefix("SELECT") }
        #expect(selects.count == 9)
        for select in selects {
            let text = String(select).hasSuffix(";") ? String(select.dropLast()) : String(select)
            #expect(CollectorSQL.sqlServerDeployObjects.contains(text), "\(text.prefix(60))")
        }
    }

    /// PRD 2.9-3 and 2.9-4: a procedure for each class, a settings table, a version table.
    @Test func thereIsAProcedureForEachClassOfCollector() {
        let names = SQLServerDeployment.core.filter { $0.kind == .procedure }.map(\.name).sorted()
        #expect(
            names == [
                "CollectCPU", "CollectCore", "CollectCounters", "CollectFileIO", "CollectIdentity", "CollectMemory", "CollectProcessMemory",
                "CollectSessions", "CollectSystem", "CollectWaits",
            ])
        #expect(SQLServerDeployment.core.filter { $0.kind == .table }.map(\.name) == ["Settings", "SchemaVersion"])
        for text in [CollectorSQL.sqlServerDeployObjects, CollectorSQL.postgreSQLDeployObjects] {
            #expect(text.contains("(\(MonitoringObjects.version), "))
        }
        #expect(PostgreSQLDeployment.expected.count == 6)
        #expect(MySQLDeployment.core("dbtools").count == 6)
    }

    /// PRD 2.9-11: what a version deploys stays what it is. Collectors are a part of it: raise the version when a DbTools with the old one
    /// is out there, and write down what this one deploys.
    @Test func aVersionAlwaysDeploysTheSame() {
        let traits = [ServerTraits(version: "99"), ServerTraits(version: "99", hosting: .azureDatabase)]
        let mysql = [true, false].map { ServerTraits(version: "99", isMariaDB: $0) }.flatMap {
            MySQLCollectorProceduresSQL.procedures(for: $0).map(\.statement)
        }
        let sqlServer = traits.flatMap { CollectorProceduresSQL.procedures(for: $0).map(\.batch) }
        let batches = mysql + sqlServer + [CollectorSQL.sqlServerDeployObjects]
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in batches.joined().utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        #expect("version \(MonitoringObjects.version): \(String(hash, radix: 16))" == "version 4: bbffd116b7a6767b")
    }

    /// Issue 4 and PRD 3.4-10: where objects are deployed a call is under 300 bytes, as it travels: UTF-16, with the packet's heads.
    @Test(arguments: Cadence.allCases, [EngineKind.sqlserver, .mysql])
    func aCallIsUnderThreeHundredBytes(cadence: Cadence, engine: EngineKind) throws {
        let traits = ServerTraits(version: "15.0.4375.4", isMariaDB: true)
        let all = CollectorCatalogue.of(engine).filter { $0.cadence == cadence && $0.applies(to: traits) }
        let calls = CollectorCalls(engine, database: "DbTools", traits: traits)
        #expect(all.isEmpty == (cadence == .week && engine == .mysql), "only SQL Server has collectors of a week")
        if all.isEmpty {
            #expect(calls.text(for: all) == nil)
            return
        }
        let call = try #require(calls.text(for: all))
        let core = engine == .mysql ? "CALL `DbTools`.collect_core();\n" : SQLServerName.collectCall(database: "DbTools") + "\n"
        #expect(((cadence == .minute ? core : calls.head) + call).utf16.count * 2 + 8 + 22 < 300)
        #expect(all.map(\.sql).joined(separator: "\n").utf16.count > 3 * call.utf16.count, "a call is worth its while")
        // What is off is left out by name; nothing is called that is not shipped, or not of this cadence.
        if all.count > 1 {
            let off = try #require(CollectorCalls(engine, database: "a]b`c", traits: traits).text(for: Array(all.dropFirst())))
            let (head, tail) = engine == .mysql ? ("CALL `a]b``c`.", "',\(all[0].name),');") : ("EXEC [a]]b`c].DbTools.", "N',\(all[0].name),';")
            #expect(off.hasPrefix(head) && off.hasSuffix(tail), "\(off)")
        }
        #expect(calls.text(for: all + CollectorCatalogue.of(engine).filter { $0.cadence != cadence }) == nil)
    }

    /// Each collector that suits a server has a procedure there with its text, word for word, and the one of its cadence calls it.
    @Test(arguments: [
        ServerTraits(version: "13.0"), ServerTraits(version: "15.0", isLinux: true),
        ServerTraits(version: "12.0", hosting: .managedInstance), ServerTraits(version: "12.0", hosting: .azureDatabase),
    ]) func theProceduresHoldTheCollectorsTexts(traits: ServerTraits) {
        let made = Dictionary(uniqueKeysWithValues: CollectorProceduresSQL.procedures(for: traits).map { ($0.name, $0.batch) })
        let collectors = CollectorCatalogue.of(.sqlserver).filter { $0.applies(to: traits) }
        #expect(made.count == collectors.count + Cadence.allCases.count)
        for collector in collectors {
            #expect(made["Collector_\(collector.name)"]?.hasSuffix("\n" + collector.sql) == true)
            let caller = made[CollectorProceduresSQL.name(collector.cadence)] ?? ""
            #expect(caller.components(separatedBy: "EXEC DbTools.Collector_\(collector.name);").count == 2)
        }
    }

    @Test func whatIsDeployedIsTakenAwayByName() {
        for object in SQLServerDeployment.core { #expect(CollectorSQL.sqlServerDeployRemove.contains(object.name)) }
        for object in PostgreSQLDeployment.expected { #expect(CollectorSQL.postgreSQLDeployRemove.contains(object.name)) }
        for object in MySQLDeployment.core("x") where object.kind != .schema {
            #expect(CollectorSQL.mySQLDeployRemove.contains(object.name))
        }
    }

    @Test func aScriptCanBeRunByHand() {
        let script = MonitoringObjects.script(.sqlserver, database: "My]Db", createDatabase: true, monitorLogin: "o'neill")
        #expect(script.contains("CREATE DATABASE [My]]Db];"))
        #expect(script.contains("USE [My]]Db];"))
        #expect(script.contains("SUSER_ID(N'o''neill')"))
        #expect(script.contains("CREATE PROCEDURE DbTools.CollectCore"))
        #expect(MonitoringObjects.script(.mysql, database: "dbtools", createDatabase: false).hasSuffix("DELIMITER ;\n"))
    }

    @Test func rightsInASchemaAreReadFromGrants() {
        let rights = MySQLSchemaRights(
            [
                "GRANT USAGE ON *.* TO `m`@`%` IDENTIFIED BY PASSWORD '*X'", "GRANT SELECT, CREATE ROUTINE ON `db\\_tools`.* TO `m`@`%`",
                "GRANT DROP ON `other`.* TO `m`@`%`", "GRANT EXECUTE ON `db%`.* TO `m`@`%`",
            ], database: "db_tools")
        #expect(rights.has("SELECT") && rights.has("CREATE ROUTINE") && rights.has("EXECUTE"))
        #expect(!rights.has("DROP") && !rights.has("CREATE"))
        #expect(MySQLSchemaRights(["GRANT ALL PRIVILEGES ON *.* TO `r`@`%`"], database: "x").has("DROP"))
    }
}
