import Foundation
import TDS

/// The values by which GROUP BY, DISTINCT, PARTITION BY and joins tell rows apart: texts without regard to capitals and trailing blanks.
/// They are compared where they are; a folded copy of each would take longer than all the rest.
struct GroupingKey: Hashable {
    private let values: [TDSValue]

    init(_ values: [TDSValue]) { self.values = values }

    static func == (left: GroupingKey, right: GroupingKey) -> Bool {
        left.values.count == right.values.count && zip(left.values, right.values).allSatisfy(areAlike)
    }

    private static func areAlike(_ left: TDSValue, _ right: TDSValue) -> Bool {
        if case .string(let one) = left, case .string(let other) = right { return Comparison.text(one, other) == 0 }
        return Comparison.groupingKey(left) == Comparison.groupingKey(right)
    }

    /// The same for all texts that are alike.
    private static func hash(_ text: String) -> UInt64 {
        if let hash = FoldedTexts.hash(text) { return hash }
        // A sign outside of ASCII may be one of ASCII in lower case, as the Kelvin sign is a k, or another form of one, as the Greek
        // question mark is a semicolon: to Swift they are equal.
        let key = Comparison.key(text, caseSensitive: false)
        return FoldedTexts.hash(key) ?? FoldedTexts.hash(key.precomposedStringWithCanonicalMapping)
            ?? UInt64(bitPattern: Int64(key.hashValue))
    }

    func hash(into hasher: inout Hasher) {
        for value in values {
            guard case .string(let text) = value else {
                hasher.combine(Comparison.groupingKey(value))
                continue
            }
            hasher.combine(Self.hash(text))
        }
    }
}
