import Testing

@testable import Fleet

@Suite struct GroupFilterTests {
    @Test func orBindsLessThanAndAndNotBindsMost() throws {
        let label = GroupFilter.Node.comparison(.init(field: .label, values: ["prod"]))
        let engine = GroupFilter.Node.comparison(.init(field: .engine, values: ["sqlserver"]))
        let name = GroupFilter.Node.comparison(.init(field: .name, values: ["x*"], isPattern: true))
        #expect(try GroupFilter("label=prod and engine=sqlserver or not name~\"x*\"").root == .any([.all([label, engine]), .not(name)]))
        #expect(try GroupFilter("LABEL = prod AND (engine=sqlserver OR name ~ x*)").root == .all([label, .any([engine, name])]))
        #expect(try GroupFilter("label!=prod").root == .not(label))
        #expect(try GroupFilter(#"name in (a, "b \"c\"")"#).root == .comparison(.init(field: .name, values: ["a", "b \"c\""])))
    }

    @Test(
        arguments: [
            ("", "expected a comparison such as label=prod, not the end", 1),
            ("label", "expected =, !=, ~, !~ or in after label, not the end", 6),
            ("colour=red", "“colour” is not a field", 1),
            ("label=prod engine=mysql", "expected and, or, or the end of the filter, not “engine”", 12),
            ("(label=prod", "this parenthesis is not closed", 1),
            ("label=prod)", "expected and, or, or the end of the filter, not “)”", 11),
            ("label=\"prod", "a closing quote is missing", 7),
            ("engine=oracle", "engine is one of sqlserver, postgresql, mysql, not “oracle”", 8),
            ("port=99999", "a port is a number from 1 to 65535", 6),
            ("engine~sql*", "engine is compared by = or !=", 7),
            ("name=a and", "expected a comparison such as label=prod, not the end", 11),
            ("name=a; DROP TABLE x", "“;” is not understood", 7),
            ("name in a", "expected a list such as (a, b), not “a”", 9),
            ("label!prod", "expected != or !~ or the word not", 6),
        ])
    func errorsNameTheirPlace(text: String, reason: String, position: Int) {
        let error = #expect(throws: GroupFilter.SyntaxError.self) { try GroupFilter(text) }
        #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
        #expect(error?.position == position)
    }

    @Test func whatCouldTakeLongIsRefused() {
        let deep = String(repeating: "(", count: 20) + "name=a" + String(repeating: ")", count: 20)
        let long = Array(repeating: "name=a", count: 31).joined(separator: " or ")
        for text in [deep, long, "name=" + String(repeating: "a", count: 1_000)] {
            #expect(throws: GroupFilter.SyntaxError.self) { try GroupFilter(text) }
        }
    }

    @Test(arguments: ["#2b6cb0", "#b7791f", "#718096", "#ffffff", "#000000", "#777777", "#ffcc00", "#00ff00", "#ff0000"])
    func textStandsOutFromItsColor(color: String) throws {
        let text = try #require(Color.text(on: color))
        #expect(Color.contrast(text, color) >= 4.5)
    }

    /// What lets a group be found by its labels instead of by asking every server.
    @Test(
        arguments: [
            ("label=prod", ["prod"]), ("label in (a, b)", ["a", "b"]), ("engine=mysql and label=prod", ["prod"]),
            ("label in (a, b) and not label=c and label=d", ["d"]), ("label=a or label=b and name=x", ["a", "b"]),
            ("label=a or name=x", nil), ("not label=a", nil), ("label!=a", nil), ("label~a*", nil), ("name=x", nil),
        ] as [(String, [String]?)])
    func labelsThatEveryServerMustCarryAreKnown(text: String, labels: [String]?) throws {
        #expect(try GroupFilter(text).anchor?.labels == labels)
    }
}
