import Foundation
import ODBC
import Testing

@testable import Engines

/// T-SQL that is put together with names: kept in `Tests/Scripts/composed`, where `scripts/check-tsql` gives it to Microsoft's parsers.
@Suite struct ComposedScriptTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scripts/composed")
    /// Names that would end their quotes, and statements, if they could.
    private static let names = ["a]b'c", #"CORP\svc-O'Neill]"#, "x]]; DROP DATABASE [y];--", "naïve 库 GO"]

    /// Every text by its file.
    private static var scripts: [String: String] {
        var scripts: [String: String] = [:]
        for (number, name) in zip(1..., names) {
            // The collectors' texts are parsed as they stand; one of them, and what calls it, shows how they are wrapped.
            let procedures = CollectorProceduresSQL.procedures(for: ServerTraits(version: "15"))
            scripts["deploy-\(number).sql"] = MonitoringObjects.sqlServerScript(
                "DbTools", database: name, createDatabase: true, monitorLogin: name,
                procedures: procedures.filter { ["Collector_sessions", "CollectMinute"].contains($0.name) })
            scripts["statements-\(number).sql"] = statements(name).map { $0 + "\nGO\n" }.joined()
        }
        return scripts
    }

    /// What is sent or shown with a name in it.
    private static func statements(_ name: String) -> [String] {
        let (quoted, text) = (SQLServerName.quoted(name), SQLServerName.escaped(name))
        var statements = [
            MonitoringObjects.grantScript(.sqlserver, database: name, createDatabase: true, login: name),
            MonitoringObjects.grantScript(.sqlserver, database: name, createDatabase: false, login: name),
            SQLServerName.collectCall(database: name), CollectorProceduresSQL.drop(others: ["Collector_" + name]),
            CollectorProceduresSQL.call(database: name, .minute, without: ["sessions"]),
            "CREATE DATABASE \(quoted);", "DROP DATABASE \(quoted);",
            "ALTER DATABASE \(quoted) SET RECOVERY SIMPLE;", "ALTER DATABASE \(quoted) SET SINGLE_USER WITH ROLLBACK IMMEDIATE;",
            "DROP USER IF EXISTS \(quoted);", CollectorSQL.sqlServerDeployPreflightServer.replacing("$(Database)", with: text),
        ]
        for version in ["SQL Server 2019", "SQL Server 2022"] {
            for authType in [TargetAuthentication.sql, .windows] {
                let script = LoginScript(
                    engine: .sqlserver, username: name, authType: authType, password: "p'w]\(name)", version: version,
                    database: name, host: "%")
                statements.append(script.text)
            }
        }
        for (build, edition) in [("15.0.1.1", 3), ("16.0.1.1", 3), ("12.0.2000.8", 5)] as [(String, Int64)] {
            statements += missing(name, build, edition)
        }
        return statements
    }

    /// The grants of a connection test in which nothing is granted.
    private static func missing(_ name: String, _ build: String, _ edition: Int64) -> [String] {
        let columns = ["server_name", "product_version", "engine_edition", "login_name"]
        var set = ODBCResultSet(columns: columns.map { ODBCColumn(name: $0, type: 12) })
        set.rows = [[.text("S"), .text(build), .int(edition), .text(name)]]
        let permissions = SQLServerProbe.permissions(SQLServerIdentity(set), set, stateIsGranted: false)
        var result = ProbeResult(success: false, message: "", engine: .sqlserver)
        result.permissions = permissions
        return permissions.compactMap(\.grantStatement) + [result.grantScript ?? ""]
    }

    /// DBTOOLS_WRITE_SCRIPTS=1 writes them anew.
    @Test func theKeptScriptsAreWhatIsComposed() throws {
        let isWriting = ProcessInfo.processInfo.environment["DBTOOLS_WRITE_SCRIPTS"] == "1"
        for (file, text) in Self.scripts {
            let place = Self.folder.appending(path: file)
            if isWriting { try text.write(to: place, atomically: true, encoding: .utf8) }
            #expect(try String(contentsOf: place, encoding: .utf8) == text, "\(file) is old: run this test with DBTOOLS_WRITE_SCRIPTS=1")
        }
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) == Set(Self.scripts.keys))
    }
}

@Suite struct CombiningMarkTests {
    @Test("A quote that a combining mark follows does not end a name or a text")
    func combiningMarks() {
        func count(_ text: String, _ byte: Character) -> Int { text.utf8.filter { $0 == byte.asciiValue }.count }
        #expect(count(SQLServerName.quoted("a]\u{301}"), "]") == 3)
        #expect(count(SQLServerName.escaped("a'\u{301}"), "'") == 2)
        #expect(count(MySQLName.quoted("a`\u{301}"), "`") == 4)
        var string = ODBCConnectionString(driverPath: "/driver.so")
        string.add("Database", "a;\u{301}Server=x}\u{301}")
        #expect("\(string)".utf8.contains(UInt8(ascii: "{")) && count("\(string)", "}") >= 3)
    }
}
