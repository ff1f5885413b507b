import Fixtures
import Foundation
import ODBC
import Postgres
import Testing

@testable import Engines

/// PRD 2.2-7 and issue 3: least-privilege logins get the exact grant script, and running it makes the test pass; whatever the login is
/// called. Each script is run as it is printed, by an administrator with the server's own client.
@Suite struct HostileLoginTests {
    static let names = [
        "O'Brien", "back`tick", "do\"uble", "spa ce", "Upper", "ünïcode-žluť-名", "me@'%'", "dbtools@10.%", #"back\slash"#, #"tail\"#,
        "semi;colon -- x /* y", "$(id)", "select", ":colon :'quoted'", "%wild_", "{brace}", "key=value;PWD=x", "all",
    ]
    static let password = #"p'a"s`s\w;d} {=:%"#

    // One after the other: each grants on the same database, and PostgreSQL refuses two who do that at once.
    @Test("PRD 2.2-7: on a real PostgreSQL, run as printed", .serialized, arguments: names) func onPostgreSQL(name: String) async throws {
        let server = try await ListeningPostgreSQL.shared
        let role = "\(name)\(UUID().uuidString.prefix(4))"
        let script = LoginScriptTests.script(.postgresql, role, password: Self.password, database: "hostile").text
        try TestProcess.runScript(script) { file in
            ("/usr/bin/psql", ["-X", "-v", "ON_ERROR_STOP=1", "-d", server.superuser.conninfo, "-f", file])
        }
        let target = Target(
            engine: .postgresql, hostname: "127.0.0.1", port: server.port, database: "hostile", username: role, password: Self.password,
            trustServerCertificate: true)
        let engine = PostgreSQLEngine(EngineConfig())
        let result = engine.probe(target, deadlineSeconds: 8)
        #expect(result.success && result.grantScript == nil && result.encrypted == true, "\(result.message)")
        try PostgresConnection(server.superuser).script("REVOKE pg_monitor FROM \(SQL.identifier(role))")
        let failed = engine.probe(target, deadlineSeconds: 8)
        #expect(failed.errorCode == .noPermissions)
        let mending = try #require(failed.grantScript)
        try TestProcess.runScript(mending) { ("/usr/bin/psql", ["-X", "-v", "ON_ERROR_STOP=1", "-d", server.superuser.conninfo, "-f", $0]) }
        #expect(engine.probe(target, deadlineSeconds: 8).success)
    }

    @Test(
        "PRD 2.2-7: on a real MariaDB, run as printed",
        .enabled(if: TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil), arguments: names)
    func onMariaDB(name: String) async throws {
        let server = try await TestMariaDB.shared
        let user = "\(name)\(UUID().uuidString.prefix(4))"
        let database = #"we\ird_%`"# + user
        try server.execute("CREATE DATABASE \(MySQLName.quoted(database))")
        let script = LoginScript(
            engine: .mysql, username: user, authType: .sql, password: Self.password, version: "MariaDB 10.11", database: database,
            host: "127.0.0.%")
        #expect(script.refusals.isEmpty)
        try server.run(script: script.text)
        let target = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, database: database, username: user, password: Self.password,
            trustServerCertificate: true)
        let engine = MySQLEngine(EngineConfig())
        let result = engine.probe(target, deadlineSeconds: 8)
        #expect(result.success && result.grantScript == nil && result.encrypted == true, "\(result.message) \(result.grantScript ?? "")")
        // The escapes name this database and no other.
        try server.execute("CREATE DATABASE IF NOT EXISTS \(MySQLName.quoted(#"we\irdXY`"# + user))")
        var elsewhere = target
        elsewhere.database = #"we\irdXY`"# + user
        #expect(engine.probe(elsewhere, deadlineSeconds: 8).errorCode == .databaseNotFound)

        try server.execute("REVOKE ALL PRIVILEGES, GRANT OPTION FROM \(MySQLName.account(user, host: "127.0.0.%"))")
        var anywhere = target
        anywhere.database = nil
        let lacking = engine.probe(anywhere, deadlineSeconds: 8)
        #expect(lacking.errorCode == .noPermissions && lacking.permissions.allSatisfy { !$0.granted }, "\(lacking)")
        try server.run(script: try #require(lacking.grantScript))
        let mended = engine.probe(anywhere, deadlineSeconds: 8)
        #expect(mended.success && mended.grantScript == nil, "\(mended)")
    }

    /// A backslash is a letter like others in this mode: a name in '...' would come out as another.
    @Test(.enabled(if: TestMariaDB.isInstalled)) func accountsAreTheSameInEveryMode() async throws {
        let server = try await TestMariaDB.shared
        let script = LoginScriptTests.script(.mysql, #"mode\x'"#, version: "MySQL 8.0").text
        try server.run(script: "SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES';\n" + script)
        try server.run(script: "SHOW GRANTS FOR \(MySQLName.account(#"mode\x'@%"#));")
    }

    @Test func whatNoServerTakesIsRefusedBefore() {
        func refusals(_ engine: EngineKind, _ username: String, version: String? = nil, host: String = "%") -> [String] {
            LoginScript(
                engine: engine, username: username, authType: .sql, password: nil, version: version, database: nil, host: host
            ).refusals.map(\.field)
        }
        #expect(refusals(.postgresql, "pg_monitoring") == ["username"] && refusals(.postgresql, "public") == ["username"])
        #expect(refusals(.mysql, String(repeating: "x", count: 33), version: "MySQL 8.0") == ["username"])
        #expect(refusals(.mysql, String(repeating: "ž", count: 80), version: "MariaDB 10.11").isEmpty)
        #expect(refusals(.mysql, "x", host: "a@b") == ["host"] && refusals(.mysql, "x ") == ["username"])
    }

    @Test func theRuleOfPgHbaQuotesWhatNeedsIt() {
        func rule(_ name: String) -> String? { LoginScriptTests.script(.postgresql, name).notes.last }
        #expect(rule("watcher")?.contains(" all watcher <") == true)
        #expect(rule("all")?.contains(#" all "all" <"#) == true)
        #expect(rule(#"a "b"#)?.contains(#" all "a ""b" <"#) == true)
    }
}
