import TDS

/// The constants of `value IN (...)`, looked up at once instead of compared one after the other.
struct KnownList {
    private enum Members {
        case texts(Set<String>)
        case numbers(Set<Int64>)
    }

    private let members: Members
    private let hasNull: Bool

    /// Nil where a comparison needs more than the value itself: other types, a collation of its own, or what is known only row by row.
    init?(_ tested: Compiled, _ items: [Compiled]) {
        guard !tested.isCaseSensitive, items.allSatisfy({ $0.constant != nil && !$0.isCaseSensitive }) else { return nil }
        let values = items.filter { !$0.isNullLiteral }
        hasNull = values.count < items.count
        if tested.type.isString, values.allSatisfy({ $0.type.isString }) {
            members = .texts(Set(values.compactMap { $0.constant.map { Comparison.key($0.text, caseSensitive: false) } }))
        } else if Self.isWhole(tested.type), values.allSatisfy({ Self.isWhole($0.type) }) {
            members = .numbers(Set(values.compactMap { $0.constant.map { Int64($0.integer) } }))
        } else {
            return nil
        }
    }

    private static func isWhole(_ type: TDSType) -> Bool { type.isInteger && type != .bit }

    /// Whether the value is among the constants; nil for unknown, as NULL makes it.
    func holds(_ value: TDSValue) -> Bool? {
        let isMember: Bool
        switch (members, value) {
        case (.texts(let texts), .string(let text)): isMember = texts.contains(Comparison.key(text, caseSensitive: false))
        case (.numbers(let numbers), .int(let number)): isMember = numbers.contains(number)
        default: return nil
        }
        return isMember ? true : hasNull ? nil : false
    }
}
