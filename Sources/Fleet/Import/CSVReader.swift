/// Reads comma-separated values (RFC 4180) as they come in, piece by piece: quotes, line breaks inside them, any of CR, LF and CRLF.
/// Commas, semicolons and tabs are told apart by the first line. Bytes in, bytes out: what they mean is somebody else's question.
struct CSVReader {
    /// A longer cell is cut, and says so.
    static let cellBytesMax = 64 << 10
    static let cellCountMax = 100

    /// One line with something in it.
    struct Record {
        /// Where it begins, from 1.
        var line: Int
        var cells: [[UInt8]]
        /// A cell was longer than `cellBytesMax`.
        var hasLongCell = false
        /// There were more cells than `cellCountMax`.
        var hasManyCells = false
    }

    /// Why it is no CSV file.
    struct Failure: Error, Equatable {
        let line: Int
        let reason: String
    }

    private enum State { case start, plain, quoted, quoteInQuoted }

    private var state = State.start
    private var delimiter: UInt8?
    private var cell: [UInt8] = []
    private var record = Record(line: 1, cells: [])
    private var line = 1
    private var afterCR = false
    private var quoteOpenedAt = 1
    /// The first line, until the delimiter is known.
    private var head: [UInt8] = []
    private var headIsQuoted = false
    private var isFirstBytes = true

    /// Takes more of the file; hands each complete record to `body`.
    mutating func feed(_ bytes: some Sequence<UInt8>, _ body: (Record) throws -> Void) throws {
        for byte in bytes {
            if delimiter == nil { try feedHead(byte, body) } else { try feedKnown(byte, body) }
        }
    }

    /// The end of the file. Throws `Failure` when a quote is still open.
    mutating func finish(_ body: (Record) throws -> Void) throws {
        if delimiter == nil { try settleDelimiter(body) }
        if state == .quoted { throw Failure(line: quoteOpenedAt, reason: "the quote that opens here is never closed") }
        try endRecord(body)
    }

    // MARK: The first line

    private mutating func feedHead(_ byte: UInt8, _ body: (Record) throws -> Void) throws {
        head.append(byte)
        if byte == UInt8(ascii: "\"") { headIsQuoted.toggle() }
        let isEnd = !headIsQuoted && (byte == 0x0A || byte == 0x0D) && head.contains { $0 > 0x20 }
        guard isEnd || head.count > Self.cellBytesMax else { return }
        try settleDelimiter(body)
    }

    private mutating func settleDelimiter(_ body: (Record) throws -> Void) throws {
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { head.removeFirst(3) }
        // Excel's own way of saying it, in a line before the names.
        if head.count >= 5, head.starts(with: Array("sep=".utf8)) || head.starts(with: Array("SEP=".utf8)),
            [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].contains(head[4])
        {
            delimiter = head[4]
            let rest = head.dropFirst(5)
            head = []
            for byte in rest { try feedKnown(byte, body) }
            return
        }
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in head {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        delimiter = candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? candidates[0]
        if counts[UInt8(ascii: ","), default: 0] == counts[delimiter ?? 0, default: 0] { delimiter = UInt8(ascii: ",") }
        let rest = head
        head = []
        for byte in rest { try feedKnown(byte, body) }
    }

    // MARK: All lines

    private mutating func feedKnown(_ byte: UInt8, _ body: (Record) throws -> Void) throws {
        defer { afterCR = byte == 0x0D }
        if byte == 0x0A, afterCR {
            if state == .quoted { append(byte) }
            return  // the second half of CRLF
        }
        let isBreak = byte == 0x0A || byte == 0x0D
        switch state {
        case .quoted:
            if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { append(byte) }
            if isBreak { line += 1 }
        case .quoteInQuoted where byte == UInt8(ascii: "\""):
            append(byte)
            state = .quoted
        case .start where byte == UInt8(ascii: "\""):
            state = .quoted
            quoteOpenedAt = line
        case _ where byte == delimiter:
            endCell()
        case _ where isBreak:
            try endRecord(body)
            line += 1
            record.line = line
        case .quoteInQuoted:
            // Spaces after a closing quote are common; anything else is not what its writer meant.
            guard byte == 0x20 else { throw Failure(line: line, reason: "something stands after a closing quote") }
        case .start, .plain:
            append(byte)
            state = .plain
        }
    }

    private mutating func append(_ byte: UInt8) {
        if cell.count < Self.cellBytesMax { cell.append(byte) } else { record.hasLongCell = true }
    }

    private mutating func endCell() {
        if record.cells.count < Self.cellCountMax { record.cells.append(cell) } else { record.hasManyCells = true }
        cell.removeAll(keepingCapacity: true)
        state = .start
    }

    private mutating func endRecord(_ body: (Record) throws -> Void) throws {
        let isQuotedEmpty = state == .quoteInQuoted
        endCell()
        let complete = record
        record = Record(line: line, cells: [])
        let isBlank = !isQuotedEmpty && complete.cells.allSatisfy { $0.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
        // A line of nothing but delimiters is what a spreadsheet leaves behind its rows.
        if isBlank, !complete.hasLongCell { return }
        try body(complete)
    }
}

/// Takes the elements of a JSON array apart as they come in: bytes in, the bytes of each element out.
struct JSONArrayReader {
    /// A longer element is cut, and says so.
    static let elementBytesMax = 64 << 10

    /// Why it is no array.
    struct Failure: Error, Equatable { let reason: String }

    private enum State { case before, betweenElements, element, after }

    private var state = State.before
    private var element: [UInt8] = []
    private var isLong = false
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var needsElement = false

    /// Takes more of the body; hands each complete element (nil when it is too long) to `body`.
    mutating func feed(_ bytes: some Sequence<UInt8>, _ body: ([UInt8]?) throws -> Void) throws {
        for byte in bytes { try feed(byte, body) }
    }

    /// The end of the body. Throws `Failure` when the array is not complete.
    func finish() throws {
        guard state == .after else {
            throw Failure(reason: state == .before ? "The body must be a JSON array" : "The JSON array is not complete")
        }
    }

    private mutating func feed(_ byte: UInt8, _ body: ([UInt8]?) throws -> Void) throws {
        let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
        switch state {
        case .before:
            if isSpace || [0xEF, 0xBB, 0xBF].contains(byte) { return }
            guard byte == UInt8(ascii: "[") else { throw Failure(reason: "The body must be a JSON array") }
            state = .betweenElements
        case .betweenElements:
            if isSpace { return }
            if byte == UInt8(ascii: "]") {
                guard !needsElement else { throw Failure(reason: "The JSON array ends after a comma") }
                state = .after
            } else {
                state = .element
                try feedElement(byte, body)
            }
        case .element: try feedElement(byte, body)
        case .after: if !isSpace { throw Failure(reason: "Something stands after the JSON array") }
        }
    }

    private mutating func feedElement(_ byte: UInt8, _ body: ([UInt8]?) throws -> Void) throws {
        if !isInString, depth == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
            let complete = isLong ? nil : element
            element.removeAll(keepingCapacity: true)
            isLong = false
            needsElement = byte == UInt8(ascii: ",")
            state = needsElement ? .betweenElements : .after
            return try body(complete)
        }
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
        } else {
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        if element.count < Self.elementBytesMax { element.append(byte) } else { isLong = true }
    }
}
