import Foundation
import Testing

@testable import Engines

/// A collector's connection to a real server, and its answers by name.
struct CollectorTrial {
    let connection: any EngineConnection
    let collectors: [CollectorDefinition]

    init(_ engine: any Engine, _ target: Target) throws {
        connection = try engine.connect(target, deadlineSeconds: 8)
        let traits = try #require(connection.collect(deadlineSeconds: 8).traits)
        collectors = CollectorCatalogue.of(target.engine).filter { $0.applies(to: traits) }
    }

    /// The answers of all collectors of `cadence`, or of every cadence, each cadence in one round trip.
    func answers(_ cadence: Cadence? = nil) throws -> [String: CollectorAnswer] {
        var answers: [String: CollectorAnswer] = [:]
        for cadence in cadence.map({ [$0] }) ?? Cadence.allCases {
            let wanted = collectors.filter { $0.cadence == cadence }
            for answer in try connection.run(wanted, deadlineSeconds: 8).answers { answers[answer.collector] = answer }
        }
        return answers
    }

    /// The rows of one collector, each by its columns' names.
    func rows(_ name: String) throws -> [[String: Cell]] {
        let collector = try #require(collectors.first { $0.name == name })
        let answer = try #require(connection.run([collector], deadlineSeconds: 8).answers.first)
        #expect(answer.trouble == nil, "\(name): \(answer)")
        return answer.rows.map { Dictionary(uniqueKeysWithValues: zip(collector.columns.map(\.name), $0)) }
    }

    /// The one row of a collector whose column is `value`.
    func row(_ name: String, where column: String, is value: String) throws -> [String: Cell] {
        try #require(rows(name).first { $0[column]?.text == value }, "\(name) has no row whose \(column) is \(value)")
    }

    /// The first rows of a collector that please `condition`; asked again and again, since another session has to come there first.
    func rows(_ name: String, until condition: ([[String: Cell]]) -> Bool) async throws -> [[String: Cell]] {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            let rows = try rows(name)
            if condition(rows) { return rows }
            try #require(ContinuousClock.now < deadline, "\(name) never showed what was waited for: \(rows)")
            await Task.yield()
        }
    }
}

extension [String: Cell] {
    /// The value of a number's, gauge's or counter's column; nil for NULL.
    func number(_ column: String) -> Double? { self[column]?.number }
    func text(_ column: String) -> String? { self[column]?.text }
}
