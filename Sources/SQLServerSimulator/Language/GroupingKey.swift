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

    func hash(into hasher: inout Hasher) {
        for value in values {
            guard case .string(let text) = value else {
                hasher.combine(Comparison.groupingKey(value))
                continue
            }
            if let hash = FoldedTexts.hash(text) {
                hasher.combine(hash)
                continue
            }
            // A sign outside of ASCII may be one of ASCII in lower case: the Kelvin sign is a k.
            let key = Comparison.key(text, caseSensitive: false)
            if let hash = FoldedTexts.hash(key) { hasher.combine(hash) } else { hasher.combine(key) }
        }
    }
}
