import Fixtures
import Foundation
import ODBC
import Testing

@testable import Engines

/// Issue 2 and PRD 2.2-5 for real servers: each trouble has its code and its sentence, within 10 s. SQL Server's are in
/// `SQLServerProbeMatrixTests`, with the simulator.
@Suite struct ProbeMatrixTests {
    enum Trouble: String, CaseIterable, Sendable {
        case closedPort, silentPort, otherProtocol, wrongPassword, badCertificate, noEncryption, unknownDatabase, oldVersion, missingGrant
        case unknownHost, refusedByAllowList

        var code: ProbeErrorCode {
            switch self {
            case .closedPort, .unknownHost: .unreachable
            case .silentPort: .timeout
            case .otherProtocol: .protocolError
            case .wrongPassword: .authFailed
            case .badCertificate, .noEncryption: .tlsFailed
            case .unknownDatabase: .databaseNotFound
            case .oldVersion: .unsupportedVersion
            case .missingGrant: .noPermissions
            case .refusedByAllowList: .notAllowed
            }
        }

        /// What the sentence says to do, or says is wrong and can be no other way.
        var advice: [String] {
            switch self {
            case .closedPort, .silentPort, .otherProtocol, .wrongPassword, .unknownDatabase, .unknownHost: ["check", "Check"]
            case .badCertificate: ["or choose to trust the server's certificate"]
            case .noEncryption: ["turn encryption off for this server"]
            case .oldVersion: ["needs"]
            case .missingGrant: ["run GRANT"]
            case .refusedByAllowList: ["allow"]
            }
        }
    }

    /// A probe as the program makes one; what it needs lives as long as it takes.
    private func probe(_ target: Target, config: EngineConfig = EngineConfig()) async -> ProbeResult {
        let lanes = TargetLanes(limits: .init(connectThreadCountMax: 1))
        defer { lanes.stop() }
        let result = try? await lanes.run(lane: .connect, deadlineSeconds: 60) {
            target.engine.makeEngine(config).probe(target, deadlineSeconds: IsolatedProbe.childDeadlineSeconds)
        }
        return result ?? ProbeResult(success: false, message: "no answer", engine: target.engine)
    }

    private func expect(_ result: ProbeResult, _ trouble: Trouble) {
        #expect(!result.success && result.errorCode == trouble.code, "\(trouble): \(result)")
        #expect(trouble.advice.contains { result.message.contains($0) }, "\(trouble): \(result.message)")
        #expect(result.message.count < 400 && !result.message.contains("\n") && !result.message.contains("secret"), "\(result.message)")
        #expect([".", ";"].contains(result.message.suffix(1)), "\(result.message)")
        #expect(result.latencyMs < 10_000, "\(trouble): \(result.latencyMs) ms")
    }

    @Test("Issue 2: PostgreSQL", arguments: Trouble.allCases) func onPostgreSQL(trouble: Trouble) async throws {
        let server = try await ListeningPostgreSQL.shared
        var target = Target(
            engine: .postgresql, hostname: "127.0.0.1", port: server.port, username: ListeningPostgreSQL.user,
            password: ListeningPostgreSQL.password, trustServerCertificate: true)
        var config = EngineConfig()
        var tiny: TinyServer?
        switch trouble {
        case .oldVersion:
            target.encrypt = false
            tiny = try TinyServer(.converses(Self.oldPostgreSQL))
        case .noEncryption: tiny = try TinyServer(.answers(Array("N".utf8)))
        case .missingGrant:
            let name = "lacking\(UUID().uuidString.prefix(6).lowercased())"
            try ListeningPostgreSQL.script(server, "CREATE ROLE \(name) LOGIN PASSWORD 'secret'")
            (target.username, target.password, target.database) = (name, "secret", "hostile")
        default: tiny = try Self.spoil(&target, &config, trouble)
        }
        if let tiny { target.port = tiny.port }
        expect(await probe(target, config: config), trouble)
        tiny?.stop()
    }

    @Test(
        "Issue 2: MariaDB", .enabled(if: TestMariaDB.isInstalled && ODBCDriver.mariadb.path() != nil), arguments: Trouble.allCases)
    func onMariaDB(trouble: Trouble) async throws {
        let server = try await TestMariaDB.shared
        var target = Target(
            engine: .mysql, hostname: "127.0.0.1", port: server.port, username: server.user, password: server.password,
            trustServerCertificate: true)
        var config = EngineConfig()
        var tiny: TinyServer?
        switch trouble {
        case .oldVersion, .noEncryption:
            let old = try await TestMariaDB.old
            (target.port, target.password, target.encrypt) = (old.port, old.password, trouble == .noEncryption)
        case .missingGrant:
            let name = "lacking\(UUID().uuidString.prefix(6).lowercased())"
            try server.execute("CREATE USER \(name)@'127.0.0.1' IDENTIFIED BY 'secret'")
            (target.username, target.password) = (name, "secret")
        default: tiny = try Self.spoil(&target, &config, trouble)
        }
        if let tiny { target.port = tiny.port }
        expect(await probe(target, config: config), trouble)
        tiny?.stop()
    }

    /// The troubles that are the same for every kind of server.
    private static func spoil(_ target: inout Target, _ config: inout EngineConfig, _ trouble: Trouble) throws -> TinyServer? {
        switch trouble {
        case .closedPort: target.port = try TestProcess.freePort()
        case .silentPort: return try TinyServer(.silent)
        case .otherProtocol: return try TinyServer(.greets(Array("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".utf8)))
        case .wrongPassword: target.password = "wrong secret"
        case .badCertificate: target.trustServerCertificate = false
        case .unknownDatabase: target.database = "nope"
        case .unknownHost: target.hostname = "no-such-host.invalid"
        case .refusedByAllowList: config.outbound = OutboundPolicy(allowed: [try #require(OutboundPolicy.Rule("10.0.0.0/8"))])
        case .oldVersion, .noEncryption, .missingGrant: break
        }
        return nil
    }

    /// What a PostgreSQL 9.6 without encryption says to a login that it trusts: no; signed in, its version, ready; three settings are made.
    private static var oldPostgreSQL: [[UInt8]] {
        func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
            [type.asciiValue ?? 0, 0, 0, 0, UInt8(body.count + 4)] + body
        }
        let version = Array("server_version\0".utf8) + Array("9.6.24\0".utf8)
        let encoding = Array("client_encoding\0".utf8) + Array("UTF8\0".utf8)
        let ready = message("Z", Array("I".utf8))
        let isSet = message("C", Array("SET\0".utf8))
        let signedIn = message("R", [0, 0, 0, 0]) + message("S", version) + message("S", encoding) + ready
        return [Array("N".utf8), signedIn, isSet + isSet + isSet + ready]
    }
}
