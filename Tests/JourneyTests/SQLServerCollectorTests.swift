import Engines
import Foundation
import SQLServerSimulator
import Testing

/// SQL Server's collectors as the product itself runs them: a batch for each cadence, through each driver.
@Suite struct SQLServerCollectorTests {
    private typealias Journey = DeploymentJourneyTests

    struct Server: Sendable, CustomTestStringConvertible {
        let version: String
        let platform: String
        let edition: String
        let availability: String

        var testDescription: String { "\(version) \(platform) \(edition) \(availability)" }

        var change: String {
            """
            {"version":"\(version)","platform":"\(platform)","edition":"\(edition)","availability":"\(availability)","blockedSessions":3,\
            "deadlock":true}
            """
        }
    }

    static let servers = [
        Server(version: "2016", platform: "windows", edition: "Standard Edition (64-bit)", availability: "none"),
        Server(version: "2017", platform: "linux", edition: "Developer Edition (64-bit)", availability: "none"),
        Server(version: "2019", platform: "windows", edition: "Express Edition (64-bit)", availability: "none"),
        Server(version: "2022", platform: "linux", edition: "Enterprise Edition (64-bit)", availability: "primary"),
        Server(version: "2022", platform: "windows", edition: "SQL Azure Managed Instance", availability: "none"),
        Server(version: "2022", platform: "windows", edition: "SQL Azure", availability: "none"),
    ]

    @Test("PRD 3.4-7: each collector answers on each version, those of a cadence in one round trip", arguments: Journey.drivers, servers)
    func eachAnswersWithTheOthersOfItsCadence(driver: SQLServerDriver, server: Server) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            try await Journey.change(control, 1, server.change)
            let connection = try Journey.engine(driver).connect(Journey.target(try #require(ports.first)), deadlineSeconds: 10)
            defer { connection.close() }
            let traits = try #require(try connection.collect(deadlineSeconds: 10).traits)
            let all = CollectorCatalogue.of(.sqlserver).filter { $0.applies(to: traits) }
            #expect(all.count >= (server.edition == "SQL Azure" ? 18 : 30))
            let answers = try connection.collect(with: all.filter { $0.cadence == .minute }, deadlineSeconds: 20).answers
            var answered = try #require(answers, "the core and the collectors of its cadence were not answered together").answers
            for cadence in Cadence.allCases where cadence != .minute {
                answered += try connection.run(all.filter { $0.cadence == cadence }, deadlineSeconds: 20).answers
            }
            #expect(answered.filter { $0.trouble != nil }.map { "\($0.collector): \(String(describing: $0.trouble))" } == [])
            #expect(Set(answered.map(\.collector)) == Set(all.map(\.name)))
            #expect(answered.filter(\.isCutOff).map(\.collector) == [], "a list that is whole is not called cut off")
            let empty = Set(answered.filter(\.rows.isEmpty).map(\.collector))
            #expect(empty.isSubset(of: ["agent_jobs", "availability_databases", "availability_replicas", "failed_logins"]), "\(empty)")
        }
    }

    /// The core leaves out what its neighbours in the batch bring: its values are the same, and each lies between two readings of the core
    /// alone.
    @Test("The core's values are the same with the collectors of its batch as without them", arguments: Journey.drivers)
    func theCoreIsTheSameAloneAndTogether(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, _ async throws in
            let connection = try Journey.engine(driver).connect(Journey.target(try #require(ports.first)), deadlineSeconds: 10)
            defer { connection.close() }
            let before = try connection.collect(deadlineSeconds: 10)
            let traits = try #require(before.traits)
            let minute = CollectorCatalogue.of(.sqlserver).filter { $0.applies(to: traits) && $0.cadence == .minute }
            for wanted in [minute, minute.filter { $0.name != "waits" }, minute.filter { $0.name != "performance_gauges" }] {
                let (together, answers) = try connection.collect(with: wanted, deadlineSeconds: 20)
                #expect(answers != nil)
                let after = try connection.collect(deadlineSeconds: 10)
                #expect(Set(together.counters.keys) == Set(after.counters.keys) && after.counters[.waitTimeMs] != nil)
                #expect(Set(together.gauges.keys) == Set(after.gauges.keys) && after.gauges[.pageLifeExpectancySeconds] != nil)
                for (counter, total) in together.counters {
                    let (first, last) = (before.counters[counter] ?? 0, after.counters[counter] ?? 0)
                    #expect((first...last).contains(total) && total > 0 || counter == .ownCPUMs, "\(counter): \(first), \(total), \(last)")
                }
            }
        }
    }

    @Test(
        "PRD 3.4-9: with VIEW SERVER STATE alone only msdb is refused, and that is no other collector's trouble", arguments: Journey.drivers
    )
    func whatMsdbHoldsIsRefusedAlone(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1) { ports, _ async throws in
            let connection = try Journey.engine(driver).connect(Journey.target(try #require(ports.first)), deadlineSeconds: 10)
            defer { connection.close() }
            let traits = try #require(try connection.collect(deadlineSeconds: 10).traits)
            var troubles: [String: CollectorAnswer.Trouble] = [:]
            for cadence in Cadence.allCases {
                let collectors = CollectorCatalogue.of(.sqlserver).filter { $0.applies(to: traits) && $0.cadence == cadence }
                for answer in try connection.run(collectors, deadlineSeconds: 20).answers { troubles[answer.collector] = answer.trouble }
            }
            #expect(Set(troubles.keys) == ["agent_jobs", "backups"])
            for trouble in troubles.values {
                guard case .noPermission = trouble else {
                    Issue.record("\(trouble) is no missing right")
                    continue
                }
            }
        }
    }

    @Test("Index fragmentation: what wants doing first; what is too large to measure is not known, and not 0", arguments: Journey.drivers)
    func fragmentation(driver: SQLServerDriver) async throws {
        try await Journey.withSimulator(count: 1, isOwner: true) { ports, control async throws in
            let connection = try Journey.engine(driver).connect(Journey.target(try #require(ports.first)), deadlineSeconds: 10)
            defer { connection.close() }
            let definition = try #require(CollectorCatalogue.named("index_fragmentation", of: .sqlserver))
            let place = { (name: String) in try #require(definition.columnNames.firstIndex(of: name)) }
            let (percent, measured, at) = (try place("fragmentation_percent"), try place("is_measured"), try place("measured_at"))
            let answer = try #require(try connection.run([definition], deadlineSeconds: 20).answers.first)
            #expect(answer.trouble == nil)
            let groups = answer.rows.map { row in
                guard case .number(let value) = row[percent] else { return 2 }
                return value > 30 ? 0 : value >= 5 ? 1 : 3
            }
            #expect(groups == groups.sorted() && groups.first == 0)
            // A heap is read whole, and that of Sales is too large for it.
            let unknown = answer.rows.filter { $0[percent] == .null }
            #expect(unknown.map { $0.prefix(4) } == [[.text("Sales"), .text("dbo.import_log"), .text("heap"), .text("1")]])
            #expect(answer.rows.allSatisfy { ($0[percent] == .null) == ($0[measured] == .flag(false)) })
            #expect(answer.rows.allSatisfy { ($0[percent] == .null) == ($0[at] == .null) })
            // On a secondary the lock of a measurement would hold up the redo.
            try await Journey.change(control, 1, #"{"availability":"secondary"}"#)
            let secondary = try #require(try connection.run([definition], deadlineSeconds: 20).answers.first)
            #expect(secondary.trouble == nil && secondary.rows.isEmpty)
        }
    }
}
