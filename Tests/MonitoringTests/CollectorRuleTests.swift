import Engines
import Foundation
import Primitives
import Testing

@testable import Monitoring

@Suite struct CollectorRuleTests {
    private let origin = CollectorMemory.Origin(serverName: "a", startedAt: Date(timeIntervalSince1970: 1_000))

    private func table(_ rows: [[Cell]]) -> CollectedTable {
        CollectedTable(of: TestCollectors.fileIO, CollectorAnswer(collector: "test_files", rows: rows), durationMs: 5)
    }

    private func rated(
        _ first: [[Cell]], _ second: [[Cell]], seconds: Double = 50, origin later: CollectorMemory.Origin? = nil
    ) -> CollectedTable {
        let memory = CollectorMemory(table(first), origin: origin, monotonicSeconds: 100)
        var table = table(second)
        CollectorMemory.addRates(
            to: &table, after: memory, origin: later ?? origin, monotonicSeconds: 100 + seconds,
            gapSecondsMax: Cadence.minute.gapSecondsMax(intervalSeconds: 60))
        return table
    }

    @Test("Rates are by measured seconds, row by row, whatever order the server gives them in")
    func ratesByLabel() {
        let table = rated(
            [TestCollectors.file("b", "x", reads: 100, size: 1), TestCollectors.file("a", "x", reads: 1_000, size: 1)],
            [TestCollectors.file("a", "x", reads: 1_500, size: 2), TestCollectors.file("b", "x", reads: 100, size: 3)])
        #expect(table.instances == [#"["a","x"]"#, #"["b","x"]"#])
        #expect(table.rates == [10, 0])
        #expect(table.seconds == 50)
        #expect(table.gauges == [2, 3])
    }

    @Test("No rate where totals cannot be compared: new rows, totals that went back, unknown ones; others have theirs")
    func noRateWithoutTwoTotals() {
        let table = rated(
            [TestCollectors.file("a", "x", reads: 1_000, size: 1), TestCollectors.file("b", "x", reads: nil, size: 1)],
            [
                TestCollectors.file("a", "x", reads: 10, size: 1), TestCollectors.file("b", "x", reads: 10, size: 1),
                TestCollectors.file("c", "x", reads: 10, size: nil),
            ])
        #expect(table.rates == [nil, nil, nil])
        #expect(table.gauges == [1, 1, nil])
    }

    @Test("Where most totals went back they were cleared: none is comparable, and the run has no seconds")
    func clearedTotalsAreNotComparable() {
        let before = [10, 1_000, 2_000].enumerated().map { TestCollectors.file("a", "\($0)", reads: $1, size: 1) }
        let table = rated(before, [20, 5, 6].enumerated().map { TestCollectors.file("a", "\($0)", reads: $1, size: 1) })
        #expect(table.rates == [nil, nil, nil] && table.seconds == nil)
        let one = rated(before, [20, 5, 2_100].enumerated().map { TestCollectors.file("a", "\($0)", reads: $1, size: 1) })
        #expect(one.rates == [0.2, nil, 2] && one.seconds == 50)
    }

    @Test("Rows that are known by their hashes are the same series as those whose names were made")
    func knownRowsAreTheSameSeries() {
        for label in ["plain", "", "with \"quotes\" and \\", "line\nend", "ä ß 😀"] {
            let labels = [label, "x"]
            #expect(InstanceHash.of(labels) == InstanceHash.of(CollectorDefinition.instance(labels)))
        }
        let unsorted = table([TestCollectors.file("b\"", "x", reads: 2, size: 2), TestCollectors.file("a", "x", reads: 1, size: 1)])
        let sorted = table([TestCollectors.file("a", "x", reads: 1, size: 1), TestCollectors.file("b\"", "x", reads: 2, size: 2)])
        #expect(unsorted == sorted && unsorted.list === sorted.list && unsorted.rowCount == 2)
        #expect(sorted.instances == [#"["a","x"]"#, #"["b\"","x"]"#] && sorted.counters == [1, 2])
        let doubled = table(Array(repeating: TestCollectors.file("a", "x", reads: 1, size: 1), count: 2))
        #expect(doubled.instances == [#"["a","x"]"#] && doubled.rowCount == 1)
    }

    @Test("No rate across a restart, another server's name, a gap, or no time at all", arguments: [0, 1, 2, 3])
    func noRateAcrossAChange(_ trap: Int) {
        let others = [
            CollectorMemory.Origin(serverName: "a", startedAt: Date(timeIntervalSince1970: 9_000)),
            CollectorMemory.Origin(serverName: "b", startedAt: origin.startedAt), origin, origin,
        ]
        let table = rated(
            [TestCollectors.file("a", "x", reads: 1, size: 1)], [TestCollectors.file("a", "x", reads: 2, size: 1)],
            seconds: [50, 50, 3_601, 0][trap], origin: others[trap])
        #expect(table.rates == [nil])
        #expect(table.seconds == nil)
    }

    @Test("What runs every hour is compared over an hour and more")
    func slowCadencesCompare() {
        #expect(Cadence.hour.gapSecondsMax(intervalSeconds: 60) == 7_200)
        #expect(Cadence.minute.gapSecondsMax(intervalSeconds: 60) == 3_600)
        #expect(Cadence.minute.gapSecondsMax(intervalSeconds: 3_600) == 9_000)
        #expect(Cadence.fiveMinutes.gapSecondsMax(intervalSeconds: 1_800) == 4_500)
        #expect(Cadence.week.gapSecondsMax(intervalSeconds: 60) == 1_209_600)
    }

    @Test("Two rows with the same labels are one series; a row without a label is none")
    func doubleRows() {
        let rows = [TestCollectors.file("a", "x", reads: 1, size: 1), TestCollectors.file("a", "x", reads: 2, size: 2)]
        #expect(table(rows).counters == [1])
    }

    @Test("A layout keeps rows that went away while they are few, and drops them when they are many")
    func layoutsCover() {
        let kept = SampleLayout.covering(["c", "a"], after: ["a", "b"])
        #expect(kept.instances == ["a", "b", "c"])
        let many = (0..<200).map { "row\($0)" }
        #expect(SampleLayout.covering(["a"], after: many).instances == ["a"])
        let known = KnownLayout(id: 1, layout: kept)
        #expect(known.places(of: .of(["b", "c"])) == .at([1, 2]))
        #expect(known.places(of: .of(["d"])) == nil)
        #expect(known.spread([1.0, 2, 3, nil], places: .at([1, 2]), width: 2) == [nil, nil, 1, 2, 3, nil])
        #expect(known.places(of: .of(["a", "b", "c"])) == .same)
        #expect(known.spread([1.0, 2, 3], places: .same, width: 1) == [1, 2, 3])
    }

    @Test("Changes name what differs: added, removed and changed rows, numbers by value")
    func changesBetweenRows() {
        let old: JSONValue = [["a", 1, nil], ["b", 2, nil], ["c", 3.0, nil]]
        let new: JSONValue = [["a", 1.0, nil], ["b", 5, nil], ["d", 4, "2026-01-01T00:00:00Z"]]
        let changes = TableChange.between(old, new, of: TestCollectors.settings)
        #expect(changes.map(\.kind) == [.changed, .removed, .added])
        #expect(changes[0].labels == ["name": "b"])
        #expect(changes[0].before == ["value": 2])
        #expect(changes[0].after == ["value": 5])
        #expect(changes[1].before["value"]?.double == 3)
        #expect(changes[2].after == ["value": 4, "changed_at": "2026-01-01T00:00:00Z"])
        #expect(TableChange.between(old, old, of: TestCollectors.settings).isEmpty)
    }

    @Test("The rare collectors run at once on a new server, later on a known one, and each at its own time; one without a right rests")
    func cadences() throws {
        let key = PlanKey(tenant: .init(), server: .init())
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        var fresh = CadencePlan()
        let first = fresh.takeDue(TestCollectors.all, key: key, intervalSeconds: 60, isNew: true, now: now)
        #expect(first.map(\.cadence) == [.minute, .hour])
        #expect(fresh.takeDue(TestCollectors.all, key: key, intervalSeconds: 60, isNew: false, now: now + 60).map(\.cadence) == [.minute])
        #expect(
            fresh.takeDue(TestCollectors.all, key: key, intervalSeconds: 60, isNew: false, now: now + 3_660).map(\.cadence) == [
                .minute, .hour,
            ])
        // While the process is behind, what is rare waits, half an hour at most; what runs every time does not.
        func due(_ seconds: Int, isBehind: Bool) -> [Cadence] {
            var plan = fresh
            return plan.takeDue(
                TestCollectors.all, key: key, intervalSeconds: 60, isNew: false, isBehind: isBehind, now: now + Double(seconds)
            ).map(\.cadence)
        }
        let next = try #require((3_661...7_300).first { due($0, isBehind: false).contains(.hour) })
        #expect(due(next, isBehind: true) == [.minute] && due(next + 599, isBehind: true) == [.minute])
        #expect(due(next + Int(CadencePlan.behindSeconds(.hour).upperBound), isBehind: true) == [.minute, .hour])
        // Without room it waits too, however long it has waited, and is taken as soon as there is some.
        func whereThereIsRoom(_ isRoom: Bool) -> [Cadence] {
            var plan = fresh
            return plan.takeDue(
                TestCollectors.all, key: key, intervalSeconds: 60, isNew: false, mayRunRare: isRoom, now: now + 20_000
            ).map(\.cadence)
        }
        #expect(whereThereIsRoom(false) == [.minute] && whereThereIsRoom(true) == [.minute, .hour])
        fresh.denied("test_files", now: now + 3_660)
        let rest = fresh.takeDue(TestCollectors.all, key: key, intervalSeconds: 60, isNew: false, now: now + 3_720)
        #expect(rest[0].collectors.map(\.name) == ["test_queries"])
        fresh.forgetDenials()
        let all = fresh.takeDue(TestCollectors.all, key: key, intervalSeconds: 60, isNew: false, now: now + 3_780)
        #expect(all[0].collectors.map(\.name) == ["test_files", "test_queries"])
        var known = CadencePlan()
        let later = known.takeDue(TestCollectors.all, key: key, intervalSeconds: 60, isNew: false, now: now)
        #expect(later.map(\.cadence) == [.minute])
        #expect(
            known.takeDue(TestCollectors.all, key: key, intervalSeconds: 60, isNew: false, now: now + CadencePlan.catchUpSeconds)
                .map(\.cadence) == [.minute, .hour])
    }

    @Test(
        "Texts of queries lose their literals and comments",
        arguments: [
            ("SELECT * FROM t WHERE a = 'O''Hara' AND b=10", "SELECT * FROM t WHERE a = ? AND b=?"),
            ("SELECT x1 FROM t2 -- secret\nWHERE y = 0xCAFE", "SELECT x1 FROM t2 \nWHERE y = ?"),
            ("= ANY(ARRAY['ada@example.com','bob'], c[1])", "= ANY(ARRAY[?,?], c[?])"),
            (#"path = 'C:\' AND ssn = 'secret'"#, "path = ? AND ssn = ?"),
            (#"SELECT E'it\'s me', date'2026-01-01\', 'b'"#, "SELECT E?, date?, ?"),
            ("/* a /* b */ don't */ WHERE ssn = 'secret'", " WHERE ssn = ?"),
            ("SELECT E'a'\n -- on\n 'b\\' secret', 'c'", "SELECT E?, ?"), ("SELECT 'a' 'b'", "SELECT ? ?"),
            ("/* who */ SELECT 1.5e-3, N'x'", " SELECT ?, N?"),
            ("SELECT $tag$it's$tag$, $1", "SELECT ?, $?"),
            ("WHERE a = 'cut off", "WHERE a = ?"),
            ("SELECT \"Column\" FROM t", "SELECT \"Column\" FROM t"),
        ])
    func redaction(text: String, expected: String) {
        #expect(QueryText.redacted(text, engine: .postgresql) == expected)
    }

    @Test(
        "T-SQL has brackets, literals in double quotes by sqlcmd's default, and no escapes",
        arguments: [
            ("SELECT [a'b], [c]]d] FROM t WHERE y = 'O''Hara'", "SELECT [a'b], [c]]d] FROM t WHERE y = ?"),
            (#"WHERE path = 'C:\' AND ssn = 'secret'"#, "WHERE path = ? AND ssn = ?"),
            (#"WHERE name = "Ada" OR name = N"B""C""#, "WHERE name = ? OR name = N?"),
            ("/* a /* b */ don't */ WHERE ssn = 'secret' AND paid = $12.50", " WHERE ssn = ? AND paid = $?"),
        ])
    func redactionInSQLServer(text: String, expected: String) {
        #expect(QueryText.redacted(text, engine: .sqlserver) == expected)
    }

    @Test("In MySQL a text in double quotes is a literal, a backslash escapes, and comments do not lie in one another")
    func redactionInMySQL() {
        #expect(QueryText.redacted("SELECT `a\"b`, 5--'x', /* /* */ 'y' -- 'z'", engine: .mysql) == "SELECT `a\"b`, ?--?,  ? ")
        #expect(QueryText.redacted("SELECT \"a\" # x", engine: .mysql) == "SELECT ? ")
        #expect(QueryText.redacted(#"SELECT 'it\'s me', 2"#, engine: .mysql) == "SELECT ?, ?")
    }
}
