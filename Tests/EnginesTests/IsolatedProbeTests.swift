import Fixtures
import Foundation
import Testing

@testable import Engines

/// What the parent answers, whatever its child does. Shell commands stand for a driver's misdeeds.
@Suite struct IsolatedProbeTests {
    private let target = Target(engine: .sqlserver, hostname: "db.example.com", username: "sa", password: "secret")

    private func probe(_ script: String) async -> ProbeResult {
        await IsolatedProbe(executable: ["/bin/sh", "-c", script]).probe(target, allow: .standard)
    }

    @Test(arguments: ["cat >/dev/null; kill -SEGV $$", "cat >/dev/null; exit 3", "cat >/dev/null; echo '{}'", "exit 0"])
    func aChildThatFailsIsADriverThatFailed(script: String) async {
        let result = await probe(script)
        #expect(!result.success)
        #expect(result.errorCode == .driverFailed, "\(result)")
    }

    @Test func aChildThatHangsIsKilledInTime() async {
        let result = await probe("cat >/dev/null; exec sleep 60")
        #expect(result.errorCode == .timeout)
    }

    @Test func aProgramThatIsNotThereIsSaid() async {
        let result = await IsolatedProbe(executable: ["/nonexistent/dbtools"]).probe(target, allow: .standard)
        #expect(result.errorCode == .driverFailed)
    }

    @Test func theChildsAnswerIsTheParents() async throws {
        let expected = ProbeResult(
            success: true, message: "fine", engine: .sqlserver, version: "SQL Server 2019", startedAt: Date(timeIntervalSince1970: 1))
        let json = String(decoding: try JSONEncoder().encode(expected), as: UTF8.self)
        #expect(await probe("cat >/dev/null; cat <<'END'\n\(json)\nEND") == expected)
    }

    @Test func theRequestArrivesOnStandardInputOnly() async throws {
        // The child answers with a message made of what it got: the password is there, and not among its arguments.
        let result = await probe(
            "if grep -q secret && ! tr '\\0' ' ' </proc/$$/cmdline | grep -q 'pass''word.*secret'; then exit 7; else exit 8; fi")
        #expect(result.message.contains("code 7"))
    }
}
