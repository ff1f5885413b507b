package import Foundation

/// Times on the wire: RFC 3339, UTC, milliseconds ("2026-03-17T14:32:08.120Z").
package enum RFC3339 {
    /// The text of `date`, rounded to the millisecond. Years 0 to 9999; other dates are clamped.
    package static func string(_ date: Date) -> String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(24)
            append(date, to: &bytes)
            _ = buffer.initialize(from: bytes)
            return bytes.count
        }
    }

    /// Appends the 24 characters of `date` to `bytes`.
    package static func append(_ date: Date, to bytes: inout [UInt8]) {
        let milliseconds = Int64((min(max(date.timeIntervalSince1970, -62_167_219_200), 253_402_300_799) * 1000).rounded())
        var seconds = milliseconds / 1000
        var fraction = milliseconds % 1000
        if fraction < 0 {
            fraction += 1000
            seconds -= 1
        }
        var days = seconds / 86_400
        var rest = seconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let (year, month, day) = civil(days: days)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { text in
            func two(_ value: Int64, at index: Int) {
                text[index] = 0x30 + UInt8(truncatingIfNeeded: value / 10)
                text[index + 1] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
            }
            two(year / 100, at: 0)
            two(year % 100, at: 2)
            text[4] = UInt8(ascii: "-")
            two(month, at: 5)
            text[7] = UInt8(ascii: "-")
            two(day, at: 8)
            text[10] = UInt8(ascii: "T")
            two(rest / 3600, at: 11)
            text[13] = UInt8(ascii: ":")
            two(rest % 3600 / 60, at: 14)
            text[16] = UInt8(ascii: ":")
            two(rest % 60, at: 17)
            text[19] = UInt8(ascii: ".")
            text[20] = 0x30 + UInt8(truncatingIfNeeded: fraction / 100)
            two(fraction % 100, at: 21)
            text[23] = UInt8(ascii: "Z")
            bytes.append(contentsOf: text)
        }
    }

    /// The date of an RFC 3339 text: a full date and time with `Z` or an offset, up to nine digits of a second. Nil for anything else.
    package static func date(_ text: String) -> Date? {
        let bytes = Array(text.utf8)
        guard (20...35).contains(bytes.count), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes, 0..<4), let month = number(bytes, 5..<7), let day = number(bytes, 8..<10),
            let hour = number(bytes, 11..<13), let minute = number(bytes, 14..<16), let second = number(bytes, 17..<19),
            (1...12).contains(month), (1...monthLength(year, month)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        var fraction = 0.0
        if bytes[index] == UInt8(ascii: ".") {
            let start = index + 1
            index = start
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
            guard (1...9).contains(index - start), let digits = number(bytes, start..<index) else { return nil }
            fraction = Double(digits)
            for _ in start..<index { fraction /= 10 }
        }
        guard index < bytes.count, let offset = offsetSeconds(bytes, index) else { return nil }
        let days = daysFromCivil(year, month, day)
        let total = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Date(timeIntervalSince1970: Double(total) + fraction)
    }

    private static func offsetSeconds(_ bytes: [UInt8], _ index: Int) -> Int64? {
        if bytes[index] | 0x20 == UInt8(ascii: "z") { return index == bytes.count - 1 ? 0 : nil }
        guard bytes.count == index + 6, bytes[index + 3] == UInt8(ascii: ":"), let hours = number(bytes, index + 1..<index + 3),
            let minutes = number(bytes, index + 4..<index + 6), hours < 24, minutes < 60
        else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }

    private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
        var value: Int64 = 0
        for byte in bytes[range] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }

    private static func monthLength(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // Days to and from the civil calendar: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
    }

    private static func daysFromCivil(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
