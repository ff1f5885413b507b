extension String {
    /// The text with each `scalar` written as `text`, for the inside of quotes in another language.
    ///
    /// Unlike `replacing`, which compares characters, it also finds a scalar that a combining mark follows: `]` and an accent are one
    /// character in Swift, and in SQL they are still the end of a name.
    package func escaping(_ scalar: Unicode.Scalar, with text: String) -> String {
        // Whole batches of statements pass through here: a byte of ASCII is never a part of another character.
        if scalar.isASCII {
            let mark = UInt8(ascii: scalar)
            guard utf8.contains(mark) else { return self }
            let parts = utf8.split(separator: mark, omittingEmptySubsequences: false)
            return String(decoding: Array(parts.joined(separator: text.utf8)), as: UTF8.self)
        }
        guard unicodeScalars.contains(scalar) else { return self }
        var escaped = String.UnicodeScalarView()
        for one in unicodeScalars {
            if one == scalar { escaped.append(contentsOf: text.unicodeScalars) } else { escaped.append(one) }
        }
        return String(escaped)
    }
}
