import TDS

/// What T-SQL's types are to each other: precedence, names, results of combining two.
extension TDSType {
    /// The name without length or precision, as error texts write it.
    var baseName: String {
        switch self {
        case .decimal: "numeric"
        default: String(declaration.prefix { $0 != "(" })
        }
    }

    /// Higher wins when two types meet (https://learn.microsoft.com/sql/t-sql/data-types/data-type-precedence-transact-sql).
    var precedence: Int {
        switch self {
        case .sqlVariant: 30
        case .xml: 29
        case .datetimeoffset: 28
        case .datetime2: 27
        case .datetime: 26
        case .smalldatetime: 25
        case .date: 24
        case .time: 23
        case .float: 22
        case .real: 21
        case .decimal: 20
        case .money: 19
        case .smallmoney: 18
        case .bigint: 17
        case .int: 16
        case .smallint: 15
        case .tinyint: 14
        case .bit: 13
        case .ntext: 12
        case .text: 11
        case .image: 10
        case .uniqueidentifier: 8
        case .nvarchar: 7
        case .nchar: 6
        case .varchar: 5
        case .char: 4
        case .varbinary: 3
        case .binary: 2
        }
    }

    var isInteger: Bool {
        switch self {
        case .bit, .tinyint, .smallint, .int, .bigint: true
        default: false
        }
    }

    var isMoney: Bool { self == .money || self == .smallmoney }

    var isApproximate: Bool { self == .float || self == .real }

    var isDecimal: Bool { if case .decimal = self { true } else { false } }

    var isNumeric: Bool { isInteger || isMoney || isApproximate || isDecimal }

    var isString: Bool {
        switch self {
        case .char, .varchar, .nchar, .nvarchar, .text, .ntext: true
        default: false
        }
    }

    var isUnicode: Bool {
        switch self {
        case .nchar, .nvarchar, .ntext, .xml: true
        default: false
        }
    }

    var isBinary: Bool {
        switch self {
        case .binary, .varbinary, .image: true
        default: false
        }
    }

    var isDateOrTime: Bool {
        switch self {
        case .date, .time, .datetime, .smalldatetime, .datetime2, .datetimeoffset: true
        default: false
        }
    }

    /// Whether `+` and `-` take it with a number of days.
    var isOldDatetime: Bool { self == .datetime || self == .smalldatetime }

    /// The bounds of an integer type.
    var integerRange: ClosedRange<Int64>? {
        switch self {
        case .bit: 0...1
        case .tinyint: 0...255
        case .smallint: -32_768...32_767
        case .int: -2_147_483_648...2_147_483_647
        case .bigint: Int64.min...Int64.max
        default: nil
        }
    }

    /// The decimal that holds every value of this exact type.
    var asDecimal: (precision: Int, scale: Int)? {
        switch self {
        case .decimal(let precision, let scale): (precision, scale)
        case .bit: (1, 0)
        case .tinyint: (3, 0)
        case .smallint: (5, 0)
        case .int: (10, 0)
        case .bigint: (19, 0)
        case .smallmoney: (10, 4)
        case .money: (19, 4)
        default: nil
        }
    }

    /// Characters or bytes; nil for max and for types without length.
    var length: Int? {
        switch self {
        case .char(let length), .varchar(let length), .nchar(let length), .nvarchar(let length), .binary(let length),
            .varbinary(let length):
            if case .bounded(let count) = length { count } else { nil }
        default: nil
        }
    }

    /// How many characters a value has when it becomes text; nil for max.
    var displayLength: Int? {
        switch self {
        case .bit: 1
        case .tinyint: 3
        case .smallint: 6
        case .int: 12
        case .bigint: 24
        case .real, .float: 23
        case .decimal(let precision, _): precision + 3
        case .smallmoney, .money: 30
        case .date: 10
        case .time, .datetime, .smalldatetime, .datetime2, .datetimeoffset: 35
        case .uniqueidentifier: 36
        case .sqlVariant: 4000
        default: length
        }
    }

    /// The type in which two values meet, as in CASE, COALESCE and UNION.
    static func common(_ left: TDSType, _ right: TDSType) -> TDSType {
        if left == right { return left }
        let (high, low) = left.precedence >= right.precedence ? (left, right) : (right, left)
        switch high {
        case .decimal(let precision, let scale):
            guard let other = low.asDecimal else { return high }
            let digits = max(precision - scale, other.precision - other.scale)
            let scaleMax = max(scale, other.scale)
            return .decimal(precision: min(38, digits + scaleMax), scale: min(scaleMax, max(0, 38 - digits)))
        case .nvarchar, .nchar, .varchar, .char, .varbinary, .binary: return commonString(high, low)
        case .datetime2(let scale): return .datetime2(scale: max(scale, low.secondScale))
        case .datetimeoffset(let scale): return .datetimeoffset(scale: max(scale, low.secondScale))
        case .time(let scale): return .time(scale: max(scale, low.secondScale))
        default: return high
        }
    }

    private var secondScale: Int {
        switch self {
        case .datetime2(let scale), .datetimeoffset(let scale), .time(let scale): scale
        case .datetime: 3
        default: 0
        }
    }

    private static func commonString(_ high: TDSType, _ low: TDSType) -> TDSType {
        guard let left = high.length, let right = low.displayLength else {
            return high.isBinary ? .varbinary(.max) : high.isUnicode || low.isUnicode ? .nvarchar(.max) : .varchar(.max)
        }
        let length = max(left, right)
        if high.isBinary { return .varbinary(.bounded(length)) }
        let isFixed: Bool
        switch (high, low) {
        case (.char, .char), (.nchar, .nchar), (.nchar, .char): isFixed = left == right
        default: isFixed = false
        }
        if high.isUnicode { return isFixed ? .nchar(.bounded(length)) : .nvarchar(.bounded(length)) }
        return isFixed ? .char(.bounded(length)) : .varchar(.bounded(length))
    }

    /// What concatenating gives.
    static func concatenated(_ left: TDSType, _ right: TDSType) -> TDSType {
        let isUnicode = left.isUnicode || right.isUnicode
        let limit = isUnicode ? 4000 : 8000
        guard let first = left.displayLength, let second = right.displayLength else { return isUnicode ? .nvarchar(.max) : .varchar(.max) }
        let length = TDSLength.bounded(max(1, min(limit, first + second)))
        return isUnicode ? .nvarchar(length) : .varchar(length)
    }
}

extension String {
    /// Without white space at either end.
    var trimmed: String {
        var rest = Substring(self)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    /// Without blanks at the end, which SQL Server ignores in comparisons.
    var withoutTrailingBlanks: String {
        guard utf8.last == UInt8(ascii: " ") else { return self }
        var copy = self
        return copy.withUTF8 { bytes in
            String(decoding: bytes[..<ASCIISearch.countWithoutTrailingBlanks(bytes)], as: UTF8.self)
        }
    }
}
