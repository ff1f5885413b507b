import CLinux

/// Plain texts compared byte by byte, without the work that other alphabets need.
enum ASCIISearch {
    static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 0x20 : byte }

    /// How many bytes are left without the blanks at the end. Names of counters are padded to 128: whole words are looked at first.
    static func countWithoutTrailingBlanks(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let raw = UnsafeRawBufferPointer(bytes)
        var end = raw.count
        while end >= 8, raw.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self) == 0x2020_2020_2020_2020 { end -= 8 }
        while end > 0, raw[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return end
    }

    /// Where `pattern` stands in `text`, counted from 0 as `start` is.
    ///
    /// - Parameter pattern: in lower case when capitals are ignored.
    static func position(of pattern: [UInt8], in text: String, from start: Int = 0, ignoringCapitals isIgnored: Bool) -> Position {
        guard text.utf8.count == text.utf16.count else { return .notPlain }
        var copy = text
        return copy.withUTF8 { bytes in
            pattern.withUnsafeBufferPointer { pattern in
                var index = start
                while index + pattern.count <= bytes.count {
                    var length = 0
                    while length < pattern.count,
                        (isIgnored ? lowercased(bytes[index + length]) : bytes[index + length]) == pattern[length]
                    {
                        length += 1
                    }
                    if length == pattern.count { return .at(index) }
                    index += 1
                }
                return .nowhere
            }
        }
    }

    /// Whether `pattern` stands in `text` just so.
    static func contains(_ pattern: [UInt8], in text: String) -> Bool {
        var copy = text
        return copy.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return pattern.isEmpty }
            return memmem(start, bytes.count, pattern, pattern.count) != nil
        }
    }

    enum Position: Equatable {
        case at(Int)
        case nowhere
        /// The text has characters outside of ASCII, whose folding may change its length.
        case notPlain
    }
}
