import Fixtures
import Foundation
import ODBC
import Testing

@testable import Engines

/// What every engine answers about ports that are not what they should be. The waits are real.
@Suite struct HostilePortTests {
    static let engines: [EngineKind] = EngineKind.allCases.filter { $0 != .sqlserver || ODBCDriver.freetds.path() != nil }

    private func probe(
        _ engine: EngineKind, port: Int, hostname: String = "127.0.0.1", seconds: Double = 3, driver: SQLServerDriver = .freetds
    ) async -> ProbeResult {
        let target = Target(engine: engine, hostname: hostname, port: port, username: "dbtools", password: "x")
        let lanes = TargetLanes(limits: .init(connectThreadCountMax: 1))
        defer { lanes.stop() }
        let result = try? await lanes.run(lane: .connect, deadlineSeconds: 60) {
            engine.makeEngine(EngineConfig(sqlServerDriver: driver)).probe(target, deadlineSeconds: seconds)
        }
        return result ?? ProbeResult(success: false, message: "no answer", engine: engine)
    }

    @Test(arguments: engines) func aClosedPortIsUnreachableAtOnce(engine: EngineKind) async throws {
        let result = await probe(engine, port: try TestProcess.freePort())
        #expect(result.errorCode == .unreachable)
        #expect(result.message.contains("Nothing listens") || result.message.contains("cannot be reached"))
        #expect(result.latencyMs < 2_000)
    }

    /// PRD 2.2-5: a test ends in time, whatever the server does; the program gives it 8.5 s, and kills it after 9.5.
    @Test(arguments: engines) func aSilentPortTimesOut(engine: EngineKind) async throws {
        let server = try TinyServer(.silent)
        defer { server.stop() }
        let result = await probe(engine, port: server.port)
        #expect(result.errorCode == .timeout, "\(result)")
        #expect(result.latencyMs < 6_000)
    }

    @Test(arguments: engines) func aPortThatOnlyQueuesTimesOut(engine: EngineKind) async throws {
        let server = try TinyServer(.backlog)
        defer { server.stop() }
        let result = await probe(engine, port: server.port)
        #expect(result.errorCode == .timeout, "\(result)")
        #expect(result.latencyMs < 6_000)
    }

    @Test(arguments: engines) func anHTTPServerIsNamed(engine: EngineKind) async throws {
        let server = try TinyServer(.http)
        defer { server.stop() }
        let result = await probe(engine, port: server.port)
        // A web server waits for a request, and MySQL's client for a greeting: then both are silent.
        #expect(result.errorCode == (engine == .mysql ? .timeout : .protocolError), "\(result)")
        #expect(result.latencyMs < 6_000)
    }

    @Test(arguments: engines) func anSSHServerIsNamed(engine: EngineKind) async throws {
        let server = try TinyServer(.greets(Array("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".utf8)))
        defer { server.stop() }
        let result = await probe(engine, port: server.port)
        #expect(result.errorCode == .protocolError, "\(result)")
        #expect(result.message.contains("SSH"))
        #expect(result.latencyMs < 6_000)
    }

    @Test(arguments: engines) func aPortThatHangsUpIsNoServerOfThisKind(engine: EngineKind) async throws {
        let server = try TinyServer(.closes)
        defer { server.stop() }
        let result = await probe(engine, port: server.port)
        #expect(result.errorCode == .protocolError, "\(result)")
    }

    @Test(arguments: engines) func garbageIsNoServerOfThisKind(engine: EngineKind) async throws {
        let server = try TinyServer(.greets((0..<400).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 11) }))
        defer { server.stop() }
        let result = await probe(engine, port: server.port)
        #expect(result.errorCode == .protocolError || result.errorCode == .driverFailed, "\(result)")
        #expect(result.latencyMs < 6_000)
    }

    @Test(arguments: engines) func anUnknownNameIsUnreachable(engine: EngineKind) async {
        let result = await probe(engine, port: 1_433, hostname: "no-such-host.invalid")
        #expect(result.errorCode == .unreachable)
    }

    @Test(arguments: engines) func metadataAddressesAreNotAllowed(engine: EngineKind) async {
        let result = await probe(engine, port: 80, hostname: "169.254.169.254")
        #expect(result.errorCode == .notAllowed)
        #expect(result.latencyMs < 2_000)
    }

    @Test(arguments: engines, ["a b", "x;Database=y", "host\nca file = /etc/passwd", "", "-oProxyCommand=x", "host,1433"])
    func aNameThatIsNoneIsRefused(engine: EngineKind, hostname: String) async {
        let result = await probe(engine, port: 1_433, hostname: hostname)
        #expect(result.errorCode == .unreachable, "\(result)")
    }

    @Test(.enabled(if: ODBCDriver.freetds.path() != nil)) func aServerWithoutEncryptionIsNamedWhenItIsRequired() async throws {
        // PRELOGIN answer: version 15.0, encryption not supported.
        let body: [UInt8] = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 15, 0, 0x10, 0x9a, 0, 0, 2]
        let server = try TinyServer(.answers([4, 1, 0, UInt8(8 + body.count), 0, 0, 1, 0] + body))
        defer { server.stop() }
        let result = await probe(.sqlserver, port: server.port)
        #expect(result.errorCode == .tlsFailed, "\(result)")
        #expect(result.message.contains("no encryption"))
    }

    @Test(.enabled(if: ODBCDriver.microsoft.path() != nil)) func microsoftsDriverAnswersLikewise() async throws {
        let silent = try TinyServer(.silent)
        let http = try TinyServer(.http)
        defer {
            silent.stop()
            http.stop()
        }
        #expect(await probe(.sqlserver, port: silent.port, driver: .microsoft).errorCode == .timeout)
        #expect(await probe(.sqlserver, port: http.port, driver: .microsoft).errorCode == .protocolError)
        #expect(await probe(.sqlserver, port: try TestProcess.freePort(), driver: .microsoft).errorCode == .unreachable)
    }
}
