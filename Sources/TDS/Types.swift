package import Foundation

/// A column's, parameter's or variable's type, as T-SQL names it.
package enum TDSType: Hashable, Sendable {
    case bit, tinyint, smallint, int, bigint
    case real, float
    /// `precision` is 1...38 and `scale` 0...precision.
    case decimal(precision: Int, scale: Int)
    case smallmoney, money
    case date, datetime, smalldatetime
    /// `scale` is 0...7: decimal digits of the seconds.
    case time(scale: Int)
    case datetime2(scale: Int)
    case datetimeoffset(scale: Int)
    /// Lengths in characters (for char and varchar: bytes).
    case char(TDSLength)
    case varchar(TDSLength)
    case nchar(TDSLength)
    case nvarchar(TDSLength)
    case binary(TDSLength)
    case varbinary(TDSLength)
    case text, ntext, image
    case uniqueidentifier, xml, sqlVariant

    /// The type of object names: `sysname`.
    package static let sysname = TDSType.nvarchar(128)

    /// The declaration as T-SQL writes it: `decimal(18,4)`, `nvarchar(max)`.
    package var declaration: String {
        switch self {
        case .bit: "bit"
        case .tinyint: "tinyint"
        case .smallint: "smallint"
        case .int: "int"
        case .bigint: "bigint"
        case .real: "real"
        case .float: "float"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .smallmoney: "smallmoney"
        case .money: "money"
        case .date: "date"
        case .datetime: "datetime"
        case .smalldatetime: "smalldatetime"
        case .time(let scale): "time(\(scale))"
        case .datetime2(let scale): "datetime2(\(scale))"
        case .datetimeoffset(let scale): "datetimeoffset(\(scale))"
        case .char(let length): "char(\(length))"
        case .varchar(let length): "varchar(\(length))"
        case .nchar(let length): "nchar(\(length))"
        case .nvarchar(let length): "nvarchar(\(length))"
        case .binary(let length): "binary(\(length))"
        case .varbinary(let length): "varbinary(\(length))"
        case .text: "text"
        case .ntext: "ntext"
        case .image: "image"
        case .uniqueidentifier: "uniqueidentifier"
        case .xml: "xml"
        case .sqlVariant: "sql_variant"
        }
    }
}

/// How long a string or binary type may be; write `nvarchar(128)` or `nvarchar(.max)`.
package enum TDSLength: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    case bounded(Int)
    case max

    package init(integerLiteral value: Int) { self = .bounded(value) }

    package var description: String {
        switch self {
        case .bounded(let length): String(length)
        case .max: "max"
        }
    }
}

/// One value. The column's `TDSType` says how it goes over the wire; the value itself keeps only what is exact about it.
package enum TDSValue: Hashable, Sendable {
    case null
    case bit(Bool)
    /// tinyint, smallint, int and bigint.
    case int(Int64)
    case real(Float)
    case float(Double)
    case decimal(TDSDecimal)
    /// money and smallmoney, in ten-thousandths.
    case money(Int64)
    case date(TDSDate)
    case time(TDSTime)
    /// datetime, smalldatetime and datetime2.
    case dateTime(TDSDateTime)
    case dateTimeOffset(TDSDateTimeOffset)
    /// char, varchar, nchar, nvarchar, text, ntext and xml.
    case string(String)
    /// binary, varbinary and image.
    case binary([UInt8])
    case guid(UUID)
    /// A value that carries its own type, in a sql_variant column.
    indirect case variant(TDSType, TDSValue)

    /// As `== .null`, without comparing what is not NULL.
    package var isNull: Bool { if case .null = self { true } else { false } }
}

/// An exact decimal: `magnitude / 10^scale`, with a sign.
package struct TDSDecimal: Hashable, Sendable, CustomStringConvertible {
    /// The largest precision that SQL Server knows.
    package static let precisionMax = 38
    /// 10^38 - 1: the largest magnitude of 38 digits.
    package static let magnitudeMax: UInt128 = 99_999_999_999_999_999_999_999_999_999_999_999_999

    package var isNegative: Bool
    package var magnitude: UInt128
    /// Digits after the point, 0...38.
    package var scale: Int

    package init(isNegative: Bool, magnitude: UInt128, scale: Int) {
        self.isNegative = isNegative && magnitude != 0
        self.magnitude = magnitude
        self.scale = scale
    }

    package init(_ value: Int64, scale: Int = 0) {
        self.init(isNegative: value < 0, magnitude: UInt128(value.magnitude), scale: scale)
    }

    /// Reads `-12.340`; nil for anything else than digits with an optional sign and point, and beyond 38 digits.
    package init?(text: String) {
        var magnitude: UInt128 = 0
        var scale: Int?
        var digitCount = 0
        var rest = Substring(text)
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest.removeFirst() }
        for byte in rest.utf8 {
            if byte == UInt8(ascii: "."), scale == nil {
                scale = 0
            } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                digitCount += 1
                let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt128(byte - UInt8(ascii: "0")))
                guard !overflow, !carry, sum <= Self.magnitudeMax else { return nil }
                magnitude = sum
                scale = scale.map { $0 + 1 }
            } else {
                return nil
            }
        }
        guard digitCount > 0, scale ?? 0 <= Self.precisionMax else { return nil }
        self.init(isNegative: isNegative, magnitude: magnitude, scale: scale ?? 0)
    }

    /// The same number with another scale, rounded half away from zero; nil when it needs more than 38 digits.
    package func rescaled(to newScale: Int) -> TDSDecimal? {
        guard newScale >= 0, newScale <= Self.precisionMax, scale >= 0, scale <= Self.precisionMax else { return nil }
        var magnitude = magnitude
        if newScale > scale {
            for _ in scale..<newScale {
                let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                guard !overflow, product <= Self.magnitudeMax else { return nil }
                magnitude = product
            }
        } else if newScale < scale {
            for _ in newScale..<(scale - 1) { magnitude /= 10 }
            let digit = magnitude % 10
            magnitude = magnitude / 10 + (digit >= 5 ? 1 : 0)
        }
        return TDSDecimal(isNegative: isNegative, magnitude: magnitude, scale: newScale)
    }

    /// `-12.340`, with exactly `scale` digits after the point.
    package var description: String {
        var digits = String(magnitude)
        if scale > 0 {
            if digits.count <= scale { digits = String(repeating: "0", count: scale + 1 - digits.count) + digits }
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        }
        return isNegative ? "-" + digits : digits
    }

    /// The nearest double.
    package var double: Double {
        var divisor = 1.0
        for _ in 0..<Swift.max(0, Swift.min(scale, Self.precisionMax)) { divisor *= 10 }
        let value = Double(magnitude) / divisor
        return isNegative ? -value : value
    }
}
