import TDS
import Testing

@testable import SQLServerSimulator

@Suite struct SortOrderTests {
    private static let texts = [
        "", " ", "a", "A", "a ", "ab", "a b", "a\tb", "b", "Zebra", "zebra  ", "Ärger", "ärger", "a\u{1}", "Lock Waits/sec",
        "lock waits/SEC   ",
        String(repeating: "x", count: 128), String(repeating: "x", count: 20) + String(repeating: " ", count: 108),
    ]

    private static func value(_ kind: Int, _ random: inout SystemRandomNumberGenerator) -> TDSValue {
        if Int.random(in: 0..<6, using: &random) == 0 { return .null }
        return switch kind {
        case 0: .int(Int64.random(in: -3...3, using: &random) * (Bool.random(using: &random) ? 1 : Int64.max / 4))
        case 1: .bit(Bool.random(using: &random))
        // Only texts that bytes can order, and all of them: where they can not, the slow way is taken.
        case 2: .string(texts.filter { $0.utf8.allSatisfy { $0 >= 32 && $0 < 0x80 } }.randomElement(using: &random) ?? "")
        case 3: .string(texts.randomElement(using: &random) ?? "")
        default: .float(Double.random(in: -1...1, using: &random).rounded())
        }
    }

    @Test("Rows sorted by their keys' bytes stand as those that are compared value by value", arguments: 0..<40)
    func sameOrder(round: Int) throws {
        var random = SystemRandomNumberGenerator()
        let kinds = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0...4, using: &random) }
        var keys = kinds.map { _ in Compiled(.int) { _ throws(SQLServerMessage) in .null } }
        for index in keys.indices { keys[index].isCaseSensitive = Bool.random(using: &random) }
        let order = SortOrder(keys: keys, isDescending: kinds.map { _ in Bool.random(using: &random) })
        let rows = (0..<60).map { _ in kinds.map { Self.value($0, &random) } }
        let expected = rows.indices.sorted { first, second in
            let compared = order.compare(rows[first], rows[second])
            return compared == 0 ? first < second : compared < 0
        }
        #expect(order.positions(rows) == expected)
        let isPlain = kinds.allSatisfy { $0 < 3 }
        #expect(
            (SortKeys(rows, isDescending: order.isDescending, isCaseSensitive: keys.map(\.isCaseSensitive)) != nil) || !isPlain,
            "plain values take the quick way")
    }

    @Test("Grouping tells texts apart without regard to capitals and blanks at the end")
    func groupingKeys() {
        #expect(Comparison.groupingKey(.string("Lock Waits/sec   ")) == .string("lock waits/sec"))
        #expect(Comparison.groupingKey(.string("lock waits/sec")) == .string("lock waits/sec"))
        #expect(Comparison.groupingKey(.string("ÄRGER  ")) == .string("ärger"))
        #expect(Comparison.groupingKey(.string("   ")) == .string(""))
    }
}
