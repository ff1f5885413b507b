/// A LIKE pattern: `%`, `_`, `[a-z]`, `[^0-9]`. Matching takes time of at most pattern x text.
struct LikePattern {
    private enum Piece {
        case character(UnicodeScalar)
        case any
        case anything
        case set([ClosedRange<UInt32>], isNegated: Bool)
    }

    private let pieces: [Piece]
    private let isCaseSensitive: Bool
    /// The text between the only two `%` of a plain `%text%`, folded: looked for without taking the subject apart. Nil for other patterns.
    private let contained: [UInt8]?
    /// The same as the pattern spells it: what stands so in a text is there, however capitals count.
    private let spelled: [UInt8]

    init(_ pattern: String, escape: Character?, isCaseSensitive: Bool) {
        self.isCaseSensitive = isCaseSensitive
        let scalars = Array((isCaseSensitive ? pattern : pattern.lowercased()).unicodeScalars)
        let escapeScalar = escape.flatMap { isCaseSensitive ? $0.unicodeScalars.first : $0.lowercased().unicodeScalars.first }
        var pieces: [Piece] = []
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if let escapeScalar, scalar == escapeScalar, index < scalars.count {
                pieces.append(.character(scalars[index]))
                index += 1
            } else if scalar == "%" {
                pieces.append(.anything)
            } else if scalar == "_" {
                pieces.append(.any)
            } else if scalar == "[", let (set, next) = Self.set(scalars, from: index) {
                pieces.append(set)
                index = next
            } else {
                pieces.append(.character(scalar))
            }
        }
        self.pieces = pieces
        contained = Self.contained(pieces)
        spelled = contained == nil ? [] : Array(pattern.utf8.dropFirst().dropLast())
    }

    private static func contained(_ pieces: [Piece]) -> [UInt8]? {
        guard pieces.count > 2, case .anything? = pieces.first, case .anything? = pieces.last else { return nil }
        var bytes: [UInt8] = []
        for piece in pieces.dropFirst().dropLast() {
            guard case .character(let scalar) = piece, scalar.isASCII else { return nil }
            bytes.append(UInt8(scalar.value))
        }
        return bytes
    }

    /// The set that starts after `[`, and where the pattern goes on; nil when it is never closed.
    private static func set(_ scalars: [UnicodeScalar], from start: Int) -> (Piece, Int)? {
        var index = start
        var ranges: [ClosedRange<UInt32>] = []
        let isNegated = index < scalars.count && scalars[index] == "^"
        if isNegated { index += 1 }
        var isFirst = true
        while index < scalars.count, scalars[index] != "]" || isFirst && index + 1 < scalars.count && scalars[index + 1] == "]" {
            isFirst = false
            let low = scalars[index].value
            if index + 2 < scalars.count, scalars[index + 1] == "-", scalars[index + 2] != "]" {
                let high = scalars[index + 2].value
                if low <= high { ranges.append(low...high) }
                index += 3
            } else {
                ranges.append(low...low)
                index += 1
            }
        }
        guard index < scalars.count else { return nil }
        return (.set(ranges, isNegated: isNegated), index + 1)
    }

    func matches(_ text: String) -> Bool {
        if let contained {
            if spelled.count == contained.count, ASCIISearch.contains(spelled, in: text) { return true }
            let position = ASCIISearch.position(of: contained, in: text, ignoringCapitals: !isCaseSensitive)
            if position != .notPlain { return position != .nowhere }
        }
        let scalars = Array((isCaseSensitive ? text : text.lowercased()).unicodeScalars)
        if matches(scalars) { return true }
        // Trailing blanks of the text may be left over.
        guard scalars.last == " " else { return false }
        return matches(Array(scalars[0...(scalars.lastIndex { $0 != " " } ?? 0)]))
    }

    private func matches(_ text: [UnicodeScalar]) -> Bool {
        var piece = 0
        var position = 0
        var resumePiece = -1
        var resumePosition = 0
        while position < text.count {
            if piece < pieces.count, case .anything = pieces[piece] {
                resumePiece = piece
                resumePosition = position
                piece += 1
            } else if piece < pieces.count, Self.fits(pieces[piece], text[position]) {
                piece += 1
                position += 1
            } else if resumePiece >= 0 {
                resumePosition += 1
                position = resumePosition
                piece = resumePiece + 1
            } else {
                return false
            }
        }
        while piece < pieces.count, case .anything = pieces[piece] { piece += 1 }
        return piece == pieces.count
    }

    private static func fits(_ piece: Piece, _ scalar: UnicodeScalar) -> Bool {
        switch piece {
        case .character(let expected): expected == scalar
        case .any: true
        case .anything: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }
}
