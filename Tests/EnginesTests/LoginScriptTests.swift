import Fixtures
import Foundation
import Postgres
import Testing

@testable import Engines

@Suite struct LoginScriptTests {
    static func script(
        _ engine: EngineKind, _ username: String, password: String? = nil, version: String? = nil, database: String? = nil,
        authType: TargetAuthentication = .sql
    ) -> LoginScript {
        LoginScript(
            engine: engine, username: username, authType: authType, password: password, version: version, database: database, host: "%")
    }

    @Test func namesCannotEndTheirQuotes() {
        let server = Self.script(.sqlserver, "a]; DROP LOGIN sa--'", password: "p'; SHUTDOWN--", database: "x]y").text
        #expect(server.contains("CREATE LOGIN [a]]; DROP LOGIN sa--'] WITH PASSWORD = N'p''; SHUTDOWN--'"))
        #expect(server.contains("USE [x]]y];") && server.contains("SUSER_ID(N'a]]") == false)
        let postgres = Self.script(.postgresql, "a\"; DROP ROLE x--", password: #"p\'q"#).text
        #expect(postgres.contains("CREATE ROLE \"a\"\"; DROP ROLE x--\" LOGIN") && postgres.contains(#"PASSWORD E'p\\''q'"#))
        let mysql = Self.script(.mysql, #"a'b\"#, password: "p'q", database: "o`x_").text
        #expect(mysql.contains(#"CREATE USER IF NOT EXISTS `a'b\`@`%` IDENTIFIED BY 'p''q';"#) && mysql.contains(#"ON `o``x\_`.*"#))
    }

    @Test func the2022RightsAreNarrower() {
        #expect(Self.script(.sqlserver, "a", version: "SQL Server 2022").text.contains("GRANT VIEW SERVER PERFORMANCE STATE TO [a];"))
        #expect(Self.script(.sqlserver, "a", version: "15.0.4375.4").text.contains("GRANT VIEW SERVER STATE TO [a];"))
        #expect(Self.script(.sqlserver, #"CORP\x"#, authType: .windows).text.contains(#"CREATE LOGIN [CORP\x] FROM WINDOWS;"#))
        #expect(Self.script(.sqlserver, "x", authType: .windows).refusals.map(\.field) == ["username"])
        #expect(Self.script(.mysql, "x", authType: .windows).refusals.map(\.field) == ["authType"])
    }

    @Test("PRD 2.2-7, issue 3: on a real PostgreSQL the script makes a login with which the test passes")
    func onPostgreSQLTheTestPasses() async throws {
        let server = try await ListeningPostgreSQL.shared
        let admin = try PostgresConnection(server.superuser)
        let name = "scripted"  // let in by pg_hba.conf
        try admin.script(Self.script(.postgresql, name, password: #"p\w'd"#, database: "postgres").text)
        let target = Target(
            engine: .postgresql, hostname: "127.0.0.1", port: server.port, username: name, password: #"p\w'd"#, encrypt: true,
            trustServerCertificate: true)
        let engine = EngineKind.postgresql.makeEngine(EngineConfig())
        let result = engine.probe(target, deadlineSeconds: 8)
        #expect(result.success && result.grantScript == nil, "\(result.message)")
        // Without the grant the test fails, and its own script mends it.
        try admin.script("REVOKE pg_monitor FROM \(SQL.identifier(name))")
        let failed = engine.probe(target, deadlineSeconds: 8)
        #expect(!failed.success && failed.errorCode == .noPermissions)
        try admin.script(try #require(failed.grantScript))
        #expect(engine.probe(target, deadlineSeconds: 8).success)
        let databases = try engine.databases(target, deadlineSeconds: 8)
        #expect(databases.contains { $0.name == "postgres" && $0.sizeBytes ?? 0 > 0 && $0.isSystem })
    }

    @Test(
        "PRD 2.2-7, issue 3: on a real MariaDB the script makes an account with which the test passes",
        .enabled(if: TestMariaDB.isInstalled))
    func onMariaDBTheTestPasses() async throws {
        let server = try await TestMariaDB.shared
        let name = "p'r\(UUID().uuidString.prefix(8))"
        try server.execute(Self.script(.mysql, name, password: "p'w", version: "MariaDB 10.11").text)
        let target = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, username: name, password: "p'w", encrypt: true,
            trustServerCertificate: true)
        let engine = EngineKind.mysql.makeEngine(EngineConfig())
        let result = engine.probe(target, deadlineSeconds: 8)
        #expect(result.success && result.grantScript == nil, "\(result.message) \(result.grantScript ?? "")")
        #expect(try engine.databases(target, deadlineSeconds: 8).contains { $0.name == "information_schema" && $0.isSystem })
    }
}
