package import Engines

/// The text of a query without what may be personal: literals become `?` and comments go. It need not be valid SQL afterwards.
///
/// Cautious rather than clever: what cannot be told to be harmless (a string that does not end, since the text was cut) is left out.
/// Each engine's text is read by its own rules, as they are unless a session sets others (PostgreSQL's `standard_conforming_strings`,
/// MySQL's `NO_BACKSLASH_ESCAPES`): a quote that one engine ends a literal with is part of it in the next, and all behind it would be
/// taken for its opposite.
package enum QueryText {
    /// The text with its literals replaced.
    package static func redacted(_ text: String, engine: EngineKind) -> String {
        var scanner = Scanner(Array(text.unicodeScalars), engine: engine)
        return scanner.redacted()
    }

    private struct Scanner {
        let scalars: [Unicode.Scalar]
        let engine: EngineKind
        var place = 0
        var output = String.UnicodeScalarView()

        init(_ scalars: [Unicode.Scalar], engine: EngineKind) {
            self.scalars = scalars
            self.engine = engine
        }

        /// SQL Server reads `"a"` as a literal where QUOTED_IDENTIFIER is off, as `sqlcmd` has it; MySQL unless ANSI_QUOTES is on.
        private var isDoubleQuoteLiteral: Bool { engine != .postgresql }

        func peek(_ ahead: Int = 0) -> Unicode.Scalar? { place + ahead < scalars.count ? scalars[place + ahead] : nil }

        mutating func redacted() -> String {
            var isInWord = false
            while let scalar = peek() {
                switch scalar {
                case "'": literal(until: "'", hasEscapes: engine == .mysql || isEscapeString)
                case "\"" where isDoubleQuoteLiteral: literal(until: "\"", hasEscapes: engine == .mysql)
                case "\"": identifier(until: "\"")
                case "[" where engine == .sqlserver: identifier(until: "]")
                case "`" where engine == .mysql: identifier(until: "`")
                case "-" where isDashComment, "#" where engine == .mysql: lineComment()
                case "/" where peek(1) == "*": blockComment()
                case "$" where engine == .postgresql && !isInWord && dollarTagLength != nil: dollarString()
                case "0"..."9" where !isInWord: number()
                default:
                    output.append(scalar)
                    place += 1
                }
                isInWord = output.last.map(isWordPart) ?? false
            }
            return String(output)
        }

        private func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || scalar == "@" || scalar == "#" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }

        /// PostgreSQL's `E'...'`, whose quote comes next: the E stands alone.
        private var isEscapeString: Bool {
            guard engine == .postgresql, output.last == "E" || output.last == "e" else { return false }
            return output.dropLast().last.map { !isWordPart($0) } ?? true
        }

        /// MySQL wants a blank behind the dashes: `5--'a'` is a difference there.
        private var isDashComment: Bool {
            guard peek(1) == "-" else { return false }
            return engine != .mysql || peek(2).map { $0.properties.isWhitespace || $0.value < 0x20 } ?? true
        }

        /// A doubled quote does not end a literal; nor does one behind a backslash where backslashes are escapes.
        private mutating func literal(until end: Unicode.Scalar, hasEscapes: Bool) {
            skip(until: end, hasEscapes: hasEscapes)
            if engine == .postgresql {
                while let next = continuation {
                    place = next
                    skip(until: end, hasEscapes: hasEscapes)
                }
            }
            output.append("?")
        }

        /// PostgreSQL: where the literal goes on, on a later line, by the rules by which it began; nil where it does not.
        private var continuation: Int? {
            var (at, isNewLine) = (place, false)
            while at < scalars.count {
                if scalars[at] == "\n" || scalars[at] == "\r" {
                    isNewLine = true
                } else if scalars[at] == "-", at + 1 < scalars.count, scalars[at + 1] == "-" {
                    while at + 1 < scalars.count, scalars[at + 1] != "\n" { at += 1 }
                } else if !scalars[at].properties.isWhitespace {
                    return isNewLine && scalars[at] == "'" ? at : nil
                }
                at += 1
            }
            return nil
        }

        private mutating func identifier(until end: Unicode.Scalar) {
            let start = place
            skip(until: end, hasEscapes: false)
            output.append(contentsOf: scalars[start..<place])
        }

        private mutating func skip(until end: Unicode.Scalar, hasEscapes: Bool) {
            place += 1
            while let scalar = peek() {
                if scalar == "\\", hasEscapes {
                    place += 1
                } else if scalar == end {
                    guard peek(1) == end else { break }
                    place += 1
                }
                place += 1
            }
            place = min(place + 1, scalars.count)
        }

        private mutating func lineComment() {
            while let scalar = peek(), scalar != "\n" { _ = (scalar, place += 1) }
        }

        /// Comments lie in one another, but not in MySQL.
        private mutating func blockComment() {
            place += 2
            var depth = 1
            while depth > 0, let scalar = peek() {
                if scalar == "*", peek(1) == "/" {
                    (depth, place) = (depth - 1, place + 2)
                } else if scalar == "/", peek(1) == "*", engine != .mysql {
                    (depth, place) = (depth + 1, place + 2)
                } else {
                    place += 1
                }
            }
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
