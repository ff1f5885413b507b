import Foundation
import Synchronization
import TDS

@testable import SQLServerSimulator

/// A clock that tests move.
final class TestClock: Sendable {
    private let date = Mutex(Date(timeIntervalSince1970: 1_790_000_000))

    var now: Date { date.withLock { $0 } }

    func advance(seconds: Double) { date.withLock { $0.addTimeInterval(seconds) } }
}

/// An instance with a session, and its answers as text.
struct Harness {
    let clock = TestClock()
    let instance: SimulatedInstance
    let session: SimulatedSession

    init(
        version: SQLServerVersion = .v2019, platform: HostPlatform = .windows, permissions: Set<String> = ["CONTROL SERVER"],
        number: Int = 1
    ) {
        let clock = clock
        let login = Login(name: "tester", password: "secret", permissions: permissions)
        instance = SimulatedInstance(
            config: InstanceConfig(number: number, version: version, platform: platform, logins: [login]),
            clock: SimulatorClock { clock.now })
        session = instance.makeSession(LoginRequest(user: "tester", password: "secret", hostName: "testhost", programName: "tests"))
    }

    func results(_ batch: String) -> [StatementResult] { session.execute(batch: batch) }

    /// Rows as `a|b` joined by newlines; errors as `!number`; infos as `#text`.
    func text(_ batch: String) -> String { Self.text(results(batch)) }

    static func text(_ results: [StatementResult]) -> String {
        results.compactMap { result -> String? in
            switch result {
            case .rows(let columns, let rows):
                rows.map { row in zip(row, columns).map { shown($0, $1.type) }.joined(separator: "|") }.joined(separator: "\n")
            case .message(let message): message.isError ? "!\(message.number)" : message.number == 5701 ? nil : "#\(message.text)"
            case .pause(let seconds): "pause \(seconds)"
            case .returnStatus(let status): "return \(status)"
            case .outputParameter(let name, let type, let value): "\(name)=\(shown(value, type))"
            case .done, .environment: nil
            }
        }.joined(separator: "\n")
    }

    static func shown(_ value: TDSValue, _ type: TDSType) -> String {
        switch value {
        case .null: "NULL"
        case .variant(let inner, let value): shown(value, inner)
        default: (try? TextConversion.text(value, from: type, style: type.isBinary ? 1 : type.isDateOrTime ? 121 : 0)) ?? "?"
        }
    }

    func errors(_ batch: String) -> [SQLServerMessage] {
        results(batch).compactMap { result in if case .message(let message) = result, message.isError { message } else { nil } }
    }

    func rows(_ batch: String) -> [[TDSValue]] {
        results(batch).flatMap { result -> [[TDSValue]] in if case .rows(_, let rows) = result { rows } else { [] } }
    }

    func columns(_ batch: String) -> [ResultColumn] {
        results(batch).flatMap { result -> [ResultColumn] in if case .rows(let columns, _) = result { columns } else { [] } }
    }

    func change(_ json: String) throws { try instance.apply(InstanceChange(json: Array(json.utf8))) }
}
