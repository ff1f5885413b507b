package import Engines

/// The text of a query without what may be personal: literals become `?` and comments go. It need not be valid SQL afterwards.
///
/// Cautious rather than clever: what cannot be told to be harmless (a string that does not end, since the text was cut) is left out.
package enum QueryText {
    /// The text with its literals replaced.
    package static func redacted(_ text: String, engine: EngineKind) -> String {
        var scanner = Scanner(Array(text.unicodeScalars), isDoubleQuoteLiteral: engine == .mysql)
        return scanner.redacted()
    }

    private struct Scanner {
        let scalars: [Unicode.Scalar]
        let isDoubleQuoteLiteral: Bool
        var place = 0
        var output = String.UnicodeScalarView()

        init(_ scalars: [Unicode.Scalar], isDoubleQuoteLiteral: Bool) {
            self.scalars = scalars
            self.isDoubleQuoteLiteral = isDoubleQuoteLiteral
        }

        func peek(_ ahead: Int = 0) -> Unicode.Scalar? { place + ahead < scalars.count ? scalars[place + ahead] : nil }

        mutating func redacted() -> String {
            var isInWord = false
            while let scalar = peek() {
                switch scalar {
                case "'": string(until: "'", isLiteral: true)
                case "\"": string(until: "\"", isLiteral: isDoubleQuoteLiteral)
                case "[", "`": string(until: scalar == "[" ? "]" : "`", isLiteral: false)
                case "-" where peek(1) == "-", "#" where isDoubleQuoteLiteral: lineComment()
                case "/" where peek(1) == "*": blockComment()
                case "$" where !isInWord && dollarTagLength != nil: dollarString()
                case "0"..."9" where !isInWord: number()
                default:
                    output.append(scalar)
                    place += 1
                }
                isInWord =
                    output.last.map { $0 == "_" || $0 == "@" || $0 == "#" || $0.properties.isAlphabetic || ("0"..."9").contains($0) }
                    ?? false
            }
            return String(output)
        }

        /// A doubled quote, and a backslash in front of one, do not end a literal.
        private mutating func string(until end: Unicode.Scalar, isLiteral: Bool) {
            let start = place
            place += 1
            while let scalar = peek() {
                if scalar == "\\", isLiteral {
                    place += 1
                } else if scalar == end {
                    guard peek(1) == end else { break }
                    place += 1
                }
                place += 1
            }
            place = min(place + 1, scalars.count)
            if isLiteral { output.append("?") } else { output.append(contentsOf: scalars[start..<place]) }
        }

        private mutating func lineComment() {
            while let scalar = peek(), scalar != "\n" { _ = (scalar, place += 1) }
        }

        private mutating func blockComment() {
            place += 2
            while place < scalars.count, !(peek() == "*" && peek(1) == "/") { place += 1 }
            place = min(place + 2, scalars.count)
        }

        /// Of PostgreSQL's `$tag$`, both signs included; nil when none begins here.
        private var dollarTagLength: Int? {
            var length = 1
            while let scalar = peek(length) {
                if scalar == "$" { return length + 1 }
                guard scalar == "_" || scalar.properties.isAlphabetic || length > 1 && ("0"..."9").contains(scalar) else { return nil }
                length += 1
            }
            return nil
        }

        private mutating func dollarString() {
            guard let length = dollarTagLength else { return }
            let tag = Array(scalars[place..<place + length])
            place += length
            while place < scalars.count, !scalars[place...].starts(with: tag) { place += 1 }
            place = min(place + length, scalars.count)
            output.append("?")
        }

        /// Digits, fractions, exponents and hexadecimals: 10, 1.5e-3, 0xCAFE.
        private mutating func number() {
            while let scalar = peek() {
                let isSign = (scalar == "+" || scalar == "-") && place > 0 && (scalars[place - 1] == "e" || scalars[place - 1] == "E")
                guard isSign || scalar == "." || ("0"..."9").contains(scalar) || scalar.properties.isAlphabetic else { break }
                place += 1
            }
            output.append("?")
        }
    }
}
