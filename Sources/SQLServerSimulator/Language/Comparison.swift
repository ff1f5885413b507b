import Foundation
import TDS

/// How values compare: strings without regard to capitals and trailing blanks, as SQL_Latin1_General_CP1_CI_AS does.
enum Comparison {
    /// Negative, zero or positive. Both values have the same type; neither is NULL.
    static func order(_ left: TDSValue, _ right: TDSValue, caseSensitive: Bool = false) -> Int {
        switch (left, right) {
        case (.int(let first), .int(let second)): return first < second ? -1 : first > second ? 1 : 0
        case (.string(let first), .string(let second)): return text(first, second, caseSensitive: caseSensitive)
        case (.bit(let first), .bit(let second)): return first == second ? 0 : first ? 1 : -1
        case (.float(let first), .float(let second)): return first < second ? -1 : first > second ? 1 : 0
        case (.real(let first), .real(let second)): return first < second ? -1 : first > second ? 1 : 0
        case (.money(let first), .money(let second)): return first < second ? -1 : first > second ? 1 : 0
        case (.decimal(let first), .decimal(let second)): return decimals(first, second)
        case (.date(let first), .date(let second)): return first < second ? -1 : second < first ? 1 : 0
        case (.time(let first), .time(let second)): return first < second ? -1 : second < first ? 1 : 0
        case (.dateTime(let first), .dateTime(let second)): return first < second ? -1 : second < first ? 1 : 0
        case (.dateTimeOffset(let first), .dateTimeOffset(let second)): return first.utc < second.utc ? -1 : second.utc < first.utc ? 1 : 0
        case (.guid(let first), .guid(let second)): return first.uuidString < second.uuidString ? -1 : first == second ? 0 : 1
        case (.binary(let first), .binary(let second)): return first.lexicographicallyPrecedes(second) ? -1 : first == second ? 0 : 1
        case (.variant(let firstType, let first), .variant(let secondType, let second)):
            guard firstType.precedence != secondType.precedence else { return order(first, second) }
            return firstType.precedence < secondType.precedence ? -1 : 1
        case (.null, .null): return 0
        case (.null, _): return -1
        case (_, .null): return 1
        default: return rank(left) - rank(right)
        }
    }

    /// Values of different kinds meet only by mistake; the order is then arbitrary and stable.
    private static func rank(_ value: TDSValue) -> Int {
        switch value {
        case .null: 0
        case .bit: 1
        case .int: 2
        case .real, .float, .decimal, .money: 3
        case .date, .time, .dateTime, .dateTimeOffset: 4
        case .string: 5
        case .binary: 6
        case .guid: 7
        case .variant: 8
        }
    }

    private static func decimals(_ left: TDSDecimal, _ right: TDSDecimal) -> Int {
        if left == right { return 0 }
        let scale = max(left.scale, right.scale)
        guard let first = left.rescaled(to: scale), let second = right.rescaled(to: scale) else {
            return left.double < right.double ? -1 : left.double > right.double ? 1 : 0
        }
        if first.isNegative != second.isNegative { return first.isNegative ? -1 : 1 }
        if first.magnitude == second.magnitude { return 0 }
        return (first.magnitude < second.magnitude) == first.isNegative ? 1 : -1
    }

    static func text(_ left: String, _ right: String, caseSensitive: Bool = false) -> Int {
        var (first, second) = (left, right)
        let plain = first.withUTF8 { one in second.withUTF8 { other in ascii(one, other, caseSensitive: caseSensitive) } }
        return plain ?? folded(left, right, caseSensitive: caseSensitive)
    }

    /// Nil when a character outside of ASCII is met before the texts differ.
    private static func ascii(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>, caseSensitive: Bool) -> Int? {
        let (leftCount, rightCount) = (ASCIISearch.countWithoutTrailingBlanks(left), ASCIISearch.countWithoutTrailingBlanks(right))
        for index in 0..<max(leftCount, rightCount) {
            // A missing character counts as a blank.
            var low = index < leftCount ? left[index] : 32
            var high = index < rightCount ? right[index] : 32
            if low >= 0x80 || high >= 0x80 { return nil }
            if !caseSensitive {
                low = ASCIISearch.lowercased(low)
                high = ASCIISearch.lowercased(high)
            }
            if low != high { return low < high ? -1 : 1 }
        }
        return 0
    }

    private static func folded(_ left: String, _ right: String, caseSensitive: Bool) -> Int {
        let first = key(left, caseSensitive: caseSensitive)
        let second = key(right, caseSensitive: caseSensitive)
        return first < second ? -1 : first == second ? 0 : 1
    }

    static func key(_ text: String, caseSensitive: Bool) -> String {
        if caseSensitive { return text.withoutTrailingBlanks }
        var copy = text
        let plain = copy.withUTF8 { bytes -> String? in
            let kept = bytes[..<ASCIISearch.countWithoutTrailingBlanks(bytes)]
            guard kept.allSatisfy({ $0 < 0x80 }) else { return nil }
            return String(unsafeUninitializedCapacity: kept.count) { target in
                for index in kept.indices { target[index] = ASCIISearch.lowercased(kept[index]) }
                return kept.count
            }
        }
        return plain ?? text.withoutTrailingBlanks.lowercased()
    }

    /// The value as GROUP BY, DISTINCT and joins tell it from others.
    static func groupingKey(_ value: TDSValue) -> TDSValue {
        switch value {
        case .string(let text): .string(key(text, caseSensitive: false))
        case .variant(let type, let inner): .variant(type, groupingKey(inner))
        default: value
        }
    }
}
