import Foundation
import TDS

/// The keys of all rows of an ORDER BY, written as bytes that stand in the order of the values: rows are then compared with one memcmp.
struct SortKeys {
    private var bytes: [UInt8] = []
    /// Where each row's key ends in `bytes`.
    private var ends: [Int] = []

    /// Nil where bytes cannot say the order: other types than whole numbers, bits and plain texts.
    init?(_ rows: [[TDSValue]], isDescending: [Bool], isCaseSensitive: [Bool]) {
        ends.reserveCapacity(rows.count)
        bytes.reserveCapacity(rows.count * 32)
        for row in rows {
            for (index, value) in row.enumerated() {
                let start = bytes.count
                guard append(value, isCaseSensitive: isCaseSensitive[index]) else { return nil }
                if isDescending[index] { for place in start..<bytes.count { bytes[place] = ~bytes[place] } }
            }
            ends.append(bytes.count)
        }
    }

    /// The rows' positions in their order; equal rows as they came.
    func positions() -> [Int] {
        bytes.withUnsafeBytes { bytes in
            ends.indices.sorted { first, second in
                let one = key(first)
                let other = key(second)
                let shorter = min(one.count, other.count)
                // An empty key has no address, and is equal to all.
                guard shorter > 0, let base = bytes.baseAddress else { return first < second }
                let order = memcmp(base + one.lowerBound, base + other.lowerBound, shorter)
                if order != 0 { return order < 0 }
                return one.count == other.count ? first < second : one.count < other.count
            }
        }
    }

    private func key(_ row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }

    /// A byte that tells the kinds apart, in the order of `Comparison`, and the value. False for a value that has no such form.
    private mutating func append(_ value: TDSValue, isCaseSensitive: Bool) -> Bool {
        switch value {
        case .null: bytes.append(0)
        case .bit(let flag): bytes += [1, flag ? 1 : 0]
        case .int(let number):
            bytes.append(2)
            withUnsafeBytes(of: (UInt64(bitPattern: number) ^ 1 << 63).bigEndian) { bytes.append(contentsOf: $0) }
        case .string(var text):
            bytes.append(5)
            return text.withUTF8 { append($0, isCaseSensitive: isCaseSensitive) }
        default: return false
        }
        return true
    }

    /// A text ends with a byte below all of its own. What sorts before the blank (tabs and the like) cannot be written so: the blanks that
    /// are cut off would count more.
    private mutating func append(_ text: UnsafeBufferPointer<UInt8>, isCaseSensitive: Bool) -> Bool {
        for byte in text[..<ASCIISearch.countWithoutTrailingBlanks(text)] {
            guard byte >= 32, byte < 0x80 else { return false }
            bytes.append(isCaseSensitive ? byte : ASCIISearch.lowercased(byte))
        }
        bytes.append(0)
        return true
    }
}
