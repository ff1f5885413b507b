/// Patterns for LIKE and ILIKE, whose own wildcards mean themselves. By scalar and not by character: to Swift a `%` with an accent on it is
/// one character, and no `%`; to PostgreSQL it is a wildcard with an accent after it.
package enum LikePattern {
    /// `text` anywhere.
    package static func containing(_ text: String) -> String { "%" + escaped(text) { _ in nil } + "%" }

    /// `text` as a whole, in which `*` is any text and `?` any character.
    package static func globbing(_ text: String) -> String {
        escaped(text) { scalar in
            switch scalar {
            case "*": "%"
            case "?": "_"
            default: nil
            }
        }
    }

    private static func escaped(_ text: String, _ wildcard: (Unicode.Scalar) -> Unicode.Scalar?) -> String {
        var pattern = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let wildcard = wildcard(scalar) {
                pattern.append(wildcard)
                continue
            }
            if scalar == "\\" || scalar == "%" || scalar == "_" { pattern.append("\\") }
            pattern.append(scalar)
        }
        return String(pattern)
    }
}
