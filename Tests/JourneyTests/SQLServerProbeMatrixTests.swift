import Engines
import Fixtures
import Foundation
import ODBC
import SQLServerSimulator
import Testing

/// Issue 2 and PRD 2.2-5 for SQL Server, by each driver: each trouble has its code and its sentence, within 10 s.
@Suite struct SQLServerProbeMatrixTests {
    private typealias Journey = DeploymentJourneyTests

    private static let troubles: [(name: String, code: ProbeErrorCode, advice: String)] = [
        ("closed port", .unreachable, "check the port"), ("silent port", .timeout, "check that SQL Server"),
        ("another protocol", .protocolError, "check the port"), ("wrong password", .authFailed, "check user name and password"),
        ("unknown login", .authFailed, "check user name and password"), ("bad certificate", .tlsFailed, "choose to trust"),
        ("unknown database", .databaseNotFound, "check its name"), ("old version", .unsupportedVersion, "needs SQL Server 2016"),
        ("missing grant", .noPermissions, "GRANT VIEW SERVER STATE TO [monitor]"), ("hangs", .timeout, "check"),
        ("unknown host", .unreachable, "heck"), ("refused by the allow-list", .notAllowed, "allow"),
    ]

    @Test("Issue 2: SQL Server", arguments: Journey.drivers) func everyTroubleHasItsCode(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1, encryption: .on) { ports, control async throws in
            let port = try #require(ports.first)
            for trouble in Self.troubles {
                var target = Journey.target(port)
                var config = EngineConfig(sqlServerDriver: driver)
                var change = #"{"state":"online","version":"2019","permissions":["VIEW SERVER STATE"]}"#
                switch trouble.name {
                case "closed port": target.port = try TestProcess.freePort()
                case "silent port": change = #"{"state":"blackhole"}"#
                case "another protocol": target.port = control
                case "wrong password": target.password = "wrong secret"
                case "unknown login": target.username = "nobody"
                case "bad certificate": target.encrypt = true
                case "unknown database": target.database = "nope"
                case "old version": change = #"{"version":"2014"}"#
                case "missing grant": change = #"{"permissions":[]}"#
                case "hangs": change = #"{"state":"hang"}"#
                case "unknown host": target.hostname = "no-such-host.invalid"
                default: config.outbound = OutboundPolicy(allowed: [try #require(OutboundPolicy.Rule("10.0.0.0/8"))])
                }
                try await Journey.change(control, 1, change)
                let result = EngineKind.sqlserver.makeEngine(config).probe(target, deadlineSeconds: 8.5)
                let words = "\(trouble.name): \(result.message)"
                #expect(!result.success && result.errorCode == trouble.code, "\(words) \(result)")
                #expect(result.message.contains(trouble.advice), "\(words)")
                #expect(!result.message.contains("\n") && !result.message.contains("secret") && result.message.count < 400, "\(words)")
                #expect([".", ";"].contains(result.message.suffix(1)), "\(words)")
                #expect(result.latencyMs < 10_000, "\(words)")
                try await Journey.change(control, 1, #"{"state":"online","version":"2019","permissions":["VIEW SERVER STATE"]}"#)
            }
            var encrypted = Journey.target(port)
            (encrypted.encrypt, encrypted.trustServerCertificate) = (true, true)
            let result = EngineKind.sqlserver.makeEngine(EngineConfig(sqlServerDriver: driver)).probe(encrypted, deadlineSeconds: 8.5)
            #expect(result.success && result.encrypted == true, "\(result)")
        }
    }
}
