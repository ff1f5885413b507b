package import Foundation

/// A value as a column holds it.
package enum ODBCValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    /// DECIMAL, NUMERIC, MONEY, and integers beyond Int64: as text, since nothing else keeps all digits.
    case decimal(String)
    case text(String)
    case bytes([UInt8])
    /// DATE, DATETIME, DATETIME2, TIMESTAMP: without a zone.
    case timestamp(ODBCTimestamp)
    case guid(UUID)

    package var isNull: Bool { self == .null }

    /// As an integer: integers, bits, and decimals or texts without a fraction; nil otherwise.
    package var int: Int64? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        case .decimal(let text), .text(let text): Int64(text) ?? (text.hasSuffix(".") ? Int64(text.dropLast()) : nil)
        default: nil
        }
    }

    /// As text; nil for NULL and binary.
    package var text: String? {
        switch self {
        case .text(let text), .decimal(let text): text
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .bool(let value): value ? "1" : "0"
        case .guid(let value): value.uuidString
        case .timestamp(let value): value.description
        case .null, .bytes: nil
        }
    }
}

/// A date and time of day, without a zone.
package struct ODBCTimestamp: Sendable, Hashable, CustomStringConvertible {
    package let year, month, day, hour, minute, second: Int
    package let nanosecond: Int

    package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, nanosecond: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.nanosecond = nanosecond
    }

    package var description: String {
        func padded(_ value: Int, _ width: Int = 2) -> String {
            String(repeating: "0", count: max(0, width - String(value).count)) + String(value)
        }
        let seconds = "\(padded(hour)):\(padded(minute)):\(padded(second))" + (nanosecond == 0 ? "" : "." + padded(nanosecond, 9))
        return "\(padded(year, 4))-\(padded(month))-\(padded(day)) \(seconds)"
    }

    /// The moment, when this is a time `utcOffsetMinutes` ahead of UTC. Days are counted in the proleptic Gregorian calendar.
    package func date(utcOffsetMinutes: Int = 0) -> Date {
        // Days from civil, after Howard Hinnant: http://howardhinnant.github.io/date_algorithms.html
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - utcOffsetMinutes * 60
        return Date(timeIntervalSince1970: Double(seconds) + Double(nanosecond) / 1_000_000_000)
    }
}

/// A value for a `?` in a statement.
package enum ODBCParameter: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    /// Sent as NVARCHAR.
    case text(String)
    case bytes([UInt8])
    /// Sent as DATETIME2(7).
    case timestamp(ODBCTimestamp)
}

/// A column of a result set.
package struct ODBCColumn: Sendable, Hashable {
    package let name: String
    /// The SQL type's number, as sql.h has it.
    package let type: Int
    package let isUnsigned: Bool

    package init(name: String, type: Int, isUnsigned: Bool = false) {
        self.name = name
        self.type = type
        self.isUnsigned = isUnsigned
    }
}

/// The rows of one statement, read to the end or to a limit.
package struct ODBCResultSet: Sendable {
    package let columns: [ODBCColumn]
    package var rows: [[ODBCValue]] = []
    /// Whether rows or values were left out because of a limit.
    package var isTruncated = false

    package init(columns: [ODBCColumn]) { self.columns = columns }

    /// The value of the column called `name`, in any case; NULL when there is no such row or column.
    package func value(_ name: String, row: Int = 0) -> ODBCValue {
        guard rows.indices.contains(row), let index = index(of: name), rows[row].indices.contains(index) else { return .null }
        return rows[row][index]
    }

    /// Where the column called `name` stands.
    package func index(of name: String) -> Int? {
        if let index = columns.firstIndex(where: { $0.name == name }) { return index }
        let name = name.lowercased()
        return columns.firstIndex { $0.name.lowercased() == name }
    }
}
