import TDS

/// The constants of `value IN (...)`, looked up at once instead of compared one after the other.
struct KnownList {
    private enum Members {
        case texts(FoldedTexts)
        case numbers(Set<Int64>)
        /// A handful is looked through faster than hashed.
        case fewNumbers([Int64])
    }

    private static let fewCountMax = 8

    private let members: Members
    private let hasNull: Bool

    /// Nil where a comparison needs more than the value itself: other types, a collation of its own, or what is known only row by row.
    init?(_ tested: Compiled, _ items: [Compiled]) {
        guard !tested.isCaseSensitive, items.allSatisfy({ $0.constant != nil && !$0.isCaseSensitive }) else { return nil }
        let values = items.filter { !$0.isNullLiteral }
        hasNull = values.count < items.count
        if tested.type.isString, values.allSatisfy({ $0.type.isString }) {
            members = .texts(FoldedTexts(values.compactMap { $0.constant?.text }))
        } else if Self.isWhole(tested.type), values.allSatisfy({ Self.isWhole($0.type) }) {
            let numbers = values.compactMap { $0.constant.map { Int64($0.integer) } }
            members = numbers.count <= Self.fewCountMax ? .fewNumbers(numbers) : .numbers(Set(numbers))
        } else {
            return nil
        }
    }

    private static func isWhole(_ type: TDSType) -> Bool { type.isInteger && type != .bit }

    /// Whether the value is among the constants; nil for unknown, as NULL makes it.
    func holds(_ value: TDSValue) -> Bool? {
        let isMember: Bool
        switch (members, value) {
        case (.texts(let texts), .string(let text)): isMember = texts.contains(text)
        case (.numbers(let numbers), .int(let number)): isMember = numbers.contains(number)
        case (.fewNumbers(let numbers), .int(let number)): isMember = numbers.contains(number)
        default: return nil
        }
        return isMember ? true : hasNull ? nil : false
    }
}

/// Texts found again without regard to capitals and trailing blanks, and without a copy of the text that is looked for.
struct FoldedTexts {
    private var plain: [(hash: UInt64, text: String)] = []
    /// Places in `plain` by hash, the next free slot where two meet; -1 where there is none. At least half of them are free.
    private var slots: [Int32]
    /// Those with characters outside of ASCII, as `Comparison.key` writes them.
    private var others: Set<String> = []

    init(_ texts: [String]) {
        for text in texts {
            if let hash = Self.hash(text) {
                plain.append((hash, text))
            } else {
                others.insert(Comparison.key(text, caseSensitive: false))
            }
        }
        var count = 2
        while count < plain.count * 2 { count *= 2 }
        slots = Array(repeating: -1, count: count)
        for (place, entry) in plain.enumerated() {
            var slot = Int(entry.hash & UInt64(count - 1))
            while slots[slot] >= 0 { slot = (slot + 1) & (count - 1) }
            slots[slot] = Int32(place)
        }
    }

    func contains(_ text: String) -> Bool {
        guard let hash = Self.hash(text) else { return others.contains(Comparison.key(text, caseSensitive: false)) }
        let last = slots.count - 1
        var slot = Int(hash & UInt64(last))
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if plain[place].hash == hash, Comparison.text(plain[place].text, text) == 0 { return true }
            slot = (slot + 1) & last
        }
        return false
    }

    /// FNV-1a of the folded bytes; nil for a text with characters outside of ASCII.
    static func hash(_ text: String) -> UInt64? {
        var text = text
        return text.withUTF8 { bytes in
            let end = ASCIISearch.countWithoutTrailingBlanks(bytes)
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for index in 0..<end {
                let byte = bytes[index]
                if byte >= 0x80 { return nil }
                hash = (hash ^ UInt64(byte >= 65 && byte <= 90 ? byte | 32 : byte)) &* 0x100_0000_01B3
            }
            return hash
        }
    }
}
