/// A piece of a statement.
struct SQLToken: Equatable {
    /// What a piece is.
    enum Kind: Equatable {
        /// A keyword or an unquoted name, in upper case.
        case word(String)
        /// A quoted name, without its quotes.
        case name(String)
        case text
        /// As it is written.
        case number(String)
        /// One character of punctuation or of an operator.
        case sign(Character)
    }
    let kind: Kind
    /// From 1.
    let line: Int
}

/// A statement cut into tokens as its server reads it, and the text without its comments: so that nothing can hide in them.
///
/// Where two readings are possible (what a server takes for a blank, a letter or the end of a number), the statement is refused.
struct SQLTokens {
    let tokens: [SQLToken]
    /// The statement with a blank in the place of each comment, on the same lines.
    let text: String

    /// Throws why the text cannot be read in one way only.
    init(_ statement: String, engine: EngineKind) throws(StatementRefusal) {
        var reader = Reader(statement, engine: engine)
        try reader.read()
        tokens = reader.tokens
        text = String(decoding: reader.output, as: UTF8.self)
    }

    private struct Reader {
        let bytes: [UInt8]
        let engine: EngineKind
        var place = 0
        var line = 1
        var tokens: [SQLToken] = []
        var output: [UInt8] = []

        init(_ statement: String, engine: EngineKind) {
            // One kind of line's end, so that nobody can see another end of a comment than we do.
            bytes = Array(statement.replacing("\r\n", with: "\n").replacing("\r", with: "\n").utf8)
            self.engine = engine
            output.reserveCapacity(bytes.count)
        }

        func peek(_ ahead: Int = 0) -> UInt8? { place + ahead < bytes.count ? bytes[place + ahead] : nil }

        mutating func read() throws(StatementRefusal) {
            while let byte = peek() {
                switch byte {
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"): take()
                case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-") && isLineComment: skipLine()
                case UInt8(ascii: "#") where engine == .mysql: skipLine()
                case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): try skipBlock()
                case UInt8(ascii: "'"): try quoted(by: byte, as: .text)
                case UInt8(ascii: "\""): try quoted(by: byte, as: engine == .mysql ? .text : nil)
                case UInt8(ascii: "`") where engine == .mysql: try quoted(by: byte, as: nil)
                case UInt8(ascii: "[") where engine == .sqlserver: try quoted(by: UInt8(ascii: "]"), as: nil)
                case UInt8(ascii: "$") where engine == .postgresql && dollarTagLength != nil: try dollarText()
                case UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
                case _ where isWordStart(byte): try word()
                case 0x21...0x7E: sign(byte)
                default: throw strange(byte)
                }
            }
        }

        // MARK: Blanks and comments

        private mutating func take() {
            if bytes[place] == UInt8(ascii: "\n") { line += 1 }
            output.append(bytes[place])
            place += 1
        }

        /// MySQL wants a blank behind the two signs; without it they are two times minus.
        private var isLineComment: Bool {
            guard engine == .mysql, let next = peek(2) else { return true }
            return next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") || next == UInt8(ascii: "\n")
        }

        private mutating func skipLine() {
            while let byte = peek(), byte != UInt8(ascii: "\n") { _ = (byte, place += 1) }
            output.append(UInt8(ascii: " "))
        }

        /// PostgreSQL and SQL Server nest them. MySQL runs some, and takes others for hints, which could lift our limits.
        private mutating func skipBlock() throws(StatementRefusal) {
            let first = line
            if engine == .mysql, let next = peek(2), next == UInt8(ascii: "!") || next == UInt8(ascii: "+") || next == UInt8(ascii: "M") {
                throw refusal("The comment is one that the server runs or takes for a hint (/*! or /*+); write it without.")
            }
            var depth = 0
            repeat {
                guard let byte = peek() else {
                    throw StatementRefusal(line: first, "The comment that begins here does not end; close it with */.")
                }
                let isPair = peek(1) != nil
                if isPair, byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*"), depth == 0 || engine != .mysql {
                    depth += 1
                    place += 2
                } else if isPair, byte == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                    depth -= 1
                    place += 2
                } else {
                    if byte == UInt8(ascii: "\n") {
                        line += 1
                        output.append(byte)
                    }
                    place += 1
                }
            } while depth > 0
            output.append(UInt8(ascii: " "))
        }

        // MARK: Texts and names

        /// A doubled quote does not end it; nor does one behind a backslash, where backslashes count.
        private mutating func quoted(by end: UInt8, as kind: SQLToken.Kind?) throws(StatementRefusal) {
            let (start, first) = (place, line)
            if kind == nil, engine == .postgresql, start >= 2, bytes[start - 1] == UInt8(ascii: "&") {
                throw refusal("A name in Unicode escapes (U&\"...\") is refused; write its characters themselves.")
            }
            let isEscaped = kind == .text && (engine == .mysql || engine == .postgresql && isEscapeString)
            take()
            while true {
                guard let byte = peek() else {
                    throw StatementRefusal(line: first, "The quote that opens here is not closed; close it, or double a quote inside.")
                }
                guard byte >= 0x20 || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") else { throw strange(byte) }
                take()
                if byte == UInt8(ascii: "\\"), isEscaped {
                    if peek() != nil { take() }
                } else if byte == end {
                    guard peek() == end else { break }
                    take()
                }
            }
            let inner = String(decoding: bytes[start + 1..<place - 1], as: UTF8.self)
            try append(kind ?? .name(inner), line: first)
        }

        /// Whether the text that begins here is PostgreSQL's E'...'.
        private var isEscapeString: Bool {
            guard place > 0, bytes[place - 1] | 0x20 == UInt8(ascii: "e"), case .word("E")? = tokens.last?.kind else { return false }
            return true
        }

        /// Of PostgreSQL's `$tag$`, both signs included; nil when none begins here.
        private var dollarTagLength: Int? {
            var length = 1
            while let byte = peek(length) {
                if byte == UInt8(ascii: "$") { return length + 1 }
                guard isLetter(byte) || byte >= 0x80 || length > 1 && isDigit(byte) else { return nil }
                length += 1
            }
            return nil
        }

        private mutating func dollarText() throws(StatementRefusal) {
            guard let length = dollarTagLength else { return }
            let (tag, first) = (Array(bytes[place..<place + length]), line)
            for _ in 0..<length { take() }
            while place < bytes.count, !bytes[place...].starts(with: tag) { take() }
            guard place < bytes.count else {
                throw StatementRefusal(line: first, "The text that begins here with \(String(decoding: tag, as: UTF8.self)) does not end.")
            }
            for _ in 0..<length { take() }
            try append(.text, line: first)
        }

        /// PostgreSQL reads a text behind another as its continuation, by the rules of the first: backslashes may count in it, or not.
        private mutating func append(_ kind: SQLToken.Kind, line: Int) throws(StatementRefusal) {
            if kind == .text, tokens.last?.kind == .text, engine == .postgresql {
                throw StatementRefusal(line: line, "Two texts stand side by side; join them with ||.")
            }
            tokens.append(SQLToken(kind: kind, line: line))
        }

        // MARK: Words, numbers, signs

        private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

        private func isLetter(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte < 0x80 || byte == UInt8(ascii: "_")
        }

        private func isWordStart(_ byte: UInt8) -> Bool {
            isLetter(byte) || engine == .sqlserver && (byte == UInt8(ascii: "@") || byte == UInt8(ascii: "#"))
        }

        private func isWordPart(_ byte: UInt8) -> Bool { isWordStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$") }

        private mutating func word() throws(StatementRefusal) {
            let start = place
            while let byte = peek(), isWordPart(byte) { take() }
            if let byte = peek(), byte >= 0x80 { throw strange(byte) }
            tokens.append(SQLToken(kind: .word(String(decoding: bytes[start..<place], as: UTF8.self).uppercased()), line: line))
        }

        /// A number that a letter follows ends in another place for each server (`1INTO`), so there must be a blank.
        private mutating func number() throws(StatementRefusal) {
            let start = place
            if peek() == UInt8(ascii: "0"), let sign = peek(1), sign | 0x20 == UInt8(ascii: "x") {
                take()
                take()
                while let byte = peek(), isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20) { take() }
            } else {
                while let byte = peek(), isDigit(byte) || byte == UInt8(ascii: ".") { take() }
                if let exponent = peek(), exponent | 0x20 == UInt8(ascii: "e") {
                    let isSigned = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
                    if let digit = peek(isSigned ? 2 : 1), isDigit(digit) {
                        for _ in 0..<(isSigned ? 2 : 1) { take() }
                        while let byte = peek(), isDigit(byte) { take() }
                    }
                }
            }
            if let byte = peek(), isWordPart(byte) || byte >= 0x80 {
                let number = String(decoding: bytes[start..<place], as: UTF8.self)
                throw refusal("Put a blank behind the number \(number).")
            }
            tokens.append(SQLToken(kind: .number(String(decoding: bytes[start..<place], as: UTF8.self)), line: line))
        }

        private mutating func sign(_ byte: UInt8) {
            tokens.append(SQLToken(kind: .sign(Character(Unicode.Scalar(byte))), line: line))
            take()
        }

        // MARK: Refusals

        private func refusal(_ sentence: String) -> StatementRefusal { StatementRefusal(line: line, sentence) }

        private func strange(_ byte: UInt8) -> StatementRefusal {
            guard byte >= 0x80 else { return refusal("There is a control character (\(byte)) in it; take it out.") }
            return refusal(
                "A character beyond ASCII stands outside of texts, comments and quoted names; put the name into "
                    + "\(StatementRule.quotes(engine)), or write a plain blank.")
        }
    }
}
