/// Cuts a batch into tokens. Fails with 105 for an unclosed quote and 113 for an unclosed comment.
struct Lexer {
    /// Tokens in one batch at most; a longer one is refused as SQL Server refuses what its memory cannot hold.
    static let tokenCountMax = 200_000

    private let bytes: [UInt8]
    private let quotedIdentifier: Bool
    private var position = 0
    private var line = 1
    private var tokens: [Token] = []

    init(_ batch: String, quotedIdentifier: Bool) {
        bytes = Array(batch.utf8)
        self.quotedIdentifier = quotedIdentifier
    }

    mutating func run() throws(SQLServerMessage) -> [Token] {
        while true {
            let before = position
            try skipSpace()
            guard position < bytes.count else { break }
            guard tokens.count < Self.tokenCountMax else { throw .outOfMemory }
            var token = try next()
            token.isSpaced = position == 0 || before != token.range.lowerBound
            tokens.append(token)
        }
        tokens.append(Token(kind: .end, text: tokens.last?.text ?? "", line: tokens.last?.line ?? 1, range: bytes.count..<bytes.count))
        return tokens
    }

    private func byte(_ offset: Int = 0) -> UInt8 { position + offset < bytes.count ? bytes[position + offset] : 0 }

    private mutating func skipSpace() throws(SQLServerMessage) {
        while position < bytes.count {
            let current = bytes[position]
            if current == UInt8(ascii: "\n") {
                line += 1
                position += 1
            } else if current <= 32 || isNoBreakSpace {
                position += current == 0xC2 ? 2 : current == 0xEF ? 3 : 1
            } else if current == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            } else if current == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                try skipComment()
            } else {
                return
            }
        }
    }

    /// U+00A0, and U+FEFF which some editors put at the start of a file.
    private var isNoBreakSpace: Bool { (byte() == 0xC2 && byte(1) == 0xA0) || (byte() == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF) }

    private mutating func skipComment() throws(SQLServerMessage) {
        let startLine = line
        var depth = 0
        repeat {
            guard position < bytes.count else {
                throw SQLServerMessage(113, severity: 15, line: startLine, "Missing end comment mark '*/'.")
            }
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
            } else {
                if byte() == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        } while depth > 0
    }

    private mutating func next() throws(SQLServerMessage) -> Token {
        let current = byte()
        switch current {
        case UInt8(ascii: "'"): return try quoted(UInt8(ascii: "'"), kind: .string(isUnicode: false), prefixLength: 0)
        case UInt8(ascii: "\""):
            return try quoted(current, kind: quotedIdentifier ? .name : .string(isUnicode: false), prefixLength: 0)
        case UInt8(ascii: "["): return try quoted(UInt8(ascii: "]"), kind: .name, prefixLength: 0)
        case UInt8(ascii: "N"), UInt8(ascii: "n"):
            if byte(1) == UInt8(ascii: "'") { return try quoted(UInt8(ascii: "'"), kind: .string(isUnicode: true), prefixLength: 1) }
            return word()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case UInt8(ascii: "."):
            return Self.isDigit(byte(1)) ? number() : sign()
        case UInt8(ascii: "$"):
            return Self.isDigit(byte(1)) || byte(1) == UInt8(ascii: ".") ? money() : word()
        case UInt8(ascii: "@"): return variable()
        default:
            return Self.isWordStart(current) ? word() : sign()
        }
    }

    private func token(_ kind: Token.Kind, from start: Int, text: String? = nil, line: Int? = nil) -> Token {
        let written = text ?? String(decoding: bytes[start..<position], as: UTF8.self)
        return Token(kind: kind, text: written, line: line ?? self.line, range: start..<position)
    }

    private mutating func quoted(_ closing: UInt8, kind: Token.Kind, prefixLength: Int) throws(SQLServerMessage) -> Token {
        let start = position
        let startLine = line
        position += prefixLength + 1
        var content: [UInt8] = []
        while true {
            guard position < bytes.count else {
                let text = String(decoding: content.prefix(128), as: UTF8.self)
                throw SQLServerMessage(
                    105, severity: 15, line: startLine, "Unclosed quotation mark after the character string '\(text)'.")
            }
            let current = bytes[position]
            if current == closing {
                guard byte(1) == closing else { break }
                position += 1
            }
            if current == UInt8(ascii: "\n") { line += 1 }
            content.append(current)
            position += 1
        }
        position += 1
        return token(kind, from: start, text: String(decoding: content, as: UTF8.self), line: startLine)
    }

    private mutating func word() -> Token {
        let start = position
        position += 1
        while position < bytes.count, Self.isWordPart(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return token(.word(text.uppercased()), from: start, text: text)
    }

    private mutating func variable() -> Token {
        let start = position
        position += 1
        while position < bytes.count, Self.isWordPart(bytes[position]) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return token(.variable(text.lowercased()), from: start, text: text)
    }

    private mutating func money() -> Token {
        let start = position
        position += 1
        while Self.isDigit(byte()) || byte() == UInt8(ascii: ".") || byte() == UInt8(ascii: ",") && Self.isDigit(byte(1)) { position += 1 }
        return token(.money, from: start)
    }

    private mutating func number() -> Token {
        let start = position
        if byte() == UInt8(ascii: "0"), byte(1) | 0x20 == UInt8(ascii: "x") {
            position += 2
            while Self.isHexDigit(byte()) { position += 1 }
            return token(.binary, from: start)
        }
        var kind = Token.Kind.integer
        while Self.isDigit(byte()) { position += 1 }
        if byte() == UInt8(ascii: ".") {
            kind = .decimal
            position += 1
            while Self.isDigit(byte()) { position += 1 }
        }
        let exponentSign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
        if byte() | 0x20 == UInt8(ascii: "e"), Self.isDigit(byte(1 + exponentSign)) {
            kind = .float
            position += 1 + exponentSign
            while Self.isDigit(byte()) { position += 1 }
        }
        return token(kind, from: start)
    }

    private static let twoByteSigns: Set<String> = [
        "<>", "!=", "<=", ">=", "!<", "!>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "::",
    ]

    private mutating func sign() -> Token {
        let start = position
        if position + 1 < bytes.count {
            let two = String(decoding: bytes[position..<position + 2], as: UTF8.self)
            if Self.twoByteSigns.contains(two) {
                position += 2
                return token(.sign(two), from: start)
            }
        }
        position += 1
        while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
        let token = token(.sign(""), from: start)
        return Token(kind: .sign(token.text), text: token.text, line: token.line, range: token.range)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
    }

    private static func isWordStart(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "#")
            || byte >= 0x80
    }

    private static func isWordPart(_ byte: UInt8) -> Bool {
        isWordStart(byte) || isDigit(byte) || byte == UInt8(ascii: "@") || byte == UInt8(ascii: "$")
    }
}
