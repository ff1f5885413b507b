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

    /// PRD 2.2-5: an answer within 10 s also when a driver hangs.
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

    /// Several targets in one child; what it does not answer in time is told of that target alone.
    @Test func aBatchAnswersForEachTarget() async throws {
        let fine = ProbeResult(success: true, message: "fine", engine: .sqlserver)
        let json = String(decoding: try JSONEncoder().encode([fine, nil]), as: UTF8.self)
        let script = "cat >/dev/null; cat <<'END'\n\(json)\nEND"
        let results = await IsolatedProbe(executable: ["/bin/sh", "-c", script]).probe([target, target], allow: .standard)
        #expect(results.map(\.message)[0] == "fine")
        #expect(results.map(\.errorCode) == [nil, .timeout])
    }

    /// A driver that crashes takes the batch along, so each target is tried by itself.
    @Test func aBatchThatCrashesIsTriedOneByOne() async throws {
        let result = ProbeResult(success: true, message: "alone", engine: .sqlserver)
        let fine = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
        // $0 is --batch for a batch, and "sh" for a target by itself.
        let script = "cat >/dev/null; if [ \"$0\" = --batch ]; then kill -SEGV $$; fi; echo '\(fine)'"
        let results = await IsolatedProbe(executable: ["/bin/sh", "-c", script]).probe([target, target, target], allow: .standard)
        #expect(results.map(\.message) == ["alone", "alone", "alone"])
    }

    @Test func theRequestArrivesOnStandardInputOnly() async throws {
        // The child answers with a message made of what it got: the password is there, and not among its arguments.
        let result = await probe(
            "if grep -q secret && ! tr '\\0' ' ' </proc/$$/cmdline | grep -q 'pass''word.*secret'; then exit 7; else exit 8; fi")
        #expect(result.message.contains("code 7"))
    }
}
