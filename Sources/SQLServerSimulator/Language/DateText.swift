import TDS

/// Dates and times as text: CONVERT's styles out, and the forms that SQL Server reads in.
enum DateText {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    // MARK: Out

    static func text(_ value: TDSValue, from: TDSType, style: Int) throws(SQLServerMessage) -> String {
        let scale: Int
        switch from {
        case .datetime2(let digits), .time(let digits), .datetimeoffset(let digits): scale = digits
        case .datetime: scale = 3
        default: scale = 0
        }
        switch value {
        case .date(let day):
            return style == 0 || style == 121 || style == 23 ? day.description : dateText(day, style: style) ?? day.description
        case .time(let time): return time.text(scale: scale)
        case .dateTimeOffset(let moment):
            let local = moment.local
            let zone = String(moment.description.suffix(6))
            if style == 127 { return "\(moment.utc.date)T\(moment.utc.time.text(scale: scale))Z" }
            return style == 126
                ? "\(local.date)T\(local.time.text(scale: scale))\(zone)" : "\(local.date) \(local.time.text(scale: scale)) \(zone)"
        case .dateTime(let moment):
            if case .datetime2 = from, style == 0 { return "\(moment.date) \(moment.time.text(scale: scale))" }
            return try dateTimeText(moment, style: style, scale: scale)
        default: return ""
        }
    }

    private static func dateTimeText(_ moment: TDSDateTime, style: Int, scale: Int) throws(SQLServerMessage) -> String {
        let fraction = max(scale, 3)
        switch style {
        case 0, 100: return "\(longDate(moment.date)) \(twelveHours(moment.time, withSeconds: false))"
        case 9, 109: return "\(longDate(moment.date)) \(twelveHours(moment.time, withSeconds: true))"
        case 8, 24, 108: return moment.time.text(scale: 0)
        case 13, 113: return "\(dayMonth(moment.date)) \(milliseconds(moment.time))"
        case 14, 114: return milliseconds(moment.time)
        case 20, 120: return "\(moment.date) \(moment.time.text(scale: 0))"
        case 21, 25, 121: return "\(moment.date) \(moment.time.text(scale: fraction))"
        case 126: return "\(moment.date)T\(isoTime(moment.time, scale: fraction))"
        case 127: return "\(moment.date)T\(isoTime(moment.time, scale: fraction))Z"
        default:
            guard let text = dateText(moment.date, style: style) else {
                throw SQLServerMessage(281, "\(style) is not a valid style number when converting from datetime to a character string.")
            }
            return text
        }
    }

    /// Style 126 leaves out a fraction of zero.
    private static func isoTime(_ time: TDSTime, scale: Int) -> String { time.text(scale: time.components.fractionTicks == 0 ? 0 : scale) }

    /// The styles that show only the day; nil for an unknown one.
    private static func dateText(_ day: TDSDate, style: Int) -> String? {
        let (year, month, date) = day.components
        let full = padded(year, 4)
        let short = padded(year % 100, 2)
        let (mm, dd) = (padded(month, 2), padded(date, 2))
        switch style {
        case 0, 100: return longDate(day)
        case 1: return "\(mm)/\(dd)/\(short)"
        case 2: return "\(short).\(mm).\(dd)"
        case 3: return "\(dd)/\(mm)/\(short)"
        case 4: return "\(dd).\(mm).\(short)"
        case 5: return "\(dd)-\(mm)-\(short)"
        case 10: return "\(mm)-\(dd)-\(short)"
        case 11: return "\(short)/\(mm)/\(dd)"
        case 12: return "\(short)\(mm)\(dd)"
        case 23, 120, 121, 126: return day.description
        case 101: return "\(mm)/\(dd)/\(full)"
        case 102: return "\(full).\(mm).\(dd)"
        case 103: return "\(dd)/\(mm)/\(full)"
        case 104: return "\(dd).\(mm).\(full)"
        case 105: return "\(dd)-\(mm)-\(full)"
        case 106: return "\(dd) \(months[month - 1]) \(full)"
        case 107: return "\(months[month - 1]) \(dd), \(full)"
        case 110: return "\(mm)-\(dd)-\(full)"
        case 111: return "\(full)/\(mm)/\(dd)"
        case 112: return "\(full)\(mm)\(dd)"
        default: return nil
        }
    }

    /// `Nov 21 2026`, the day right-aligned in two places.
    private static func longDate(_ day: TDSDate) -> String {
        let (year, month, date) = day.components
        return "\(months[month - 1]) \(date < 10 ? " " : "")\(date) \(padded(year, 4))"
    }

    private static func dayMonth(_ day: TDSDate) -> String {
        let (year, month, date) = day.components
        return "\(padded(date, 2)) \(months[month - 1]) \(padded(year, 4))"
    }

    private static func twelveHours(_ time: TDSTime, withSeconds: Bool) -> String {
        let (hour, minute, second, fraction) = time.components
        let shown = hour % 12 == 0 ? 12 : hour % 12
        let tail = withSeconds ? ":\(padded(second, 2)):\(padded(Int(fraction / 10_000), 3))" : ""
        return "\(shown < 10 ? " " : "")\(shown):\(padded(minute, 2))\(tail)\(hour < 12 ? "AM" : "PM")"
    }

    private static func milliseconds(_ time: TDSTime) -> String {
        "\(time.text(scale: 0)):\(padded(Int(time.components.fractionTicks / 10_000), 3))"
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    // MARK: In

    struct Parsed {
        var moment: TDSDateTime
        var offsetMinutes: Int?
    }

    /// Reads what SQL Server reads under us_english; nil for anything else.
    static func parse(_ text: String, style: Int = 0) -> Parsed? {
        let trimmed = text.trimmed
        guard trimmed.utf8.count <= 64 else { return nil }
        if trimmed.isEmpty { return Parsed(moment: TDSDateTime(date: .datetimeEpoch, time: TDSTime(ticks: 0))) }
        var scanner = DateScanner(trimmed)
        var day = TDSDate.datetimeEpoch
        if !scanner.looksLikeTime {
            guard let read = scanner.day(isDayFirst: [3, 4, 5, 13, 103, 104, 105, 113].contains(style)) else { return nil }
            day = read
            scanner.skipSeparator()
        }
        var time = TDSTime(ticks: 0)
        if !scanner.isAtEnd, !scanner.startsZone {
            guard let read = scanner.time() else { return nil }
            time = read
        }
        guard let offset = scanner.zone(), scanner.isAtEnd else { return nil }
        return Parsed(moment: TDSDateTime(date: day, time: time), offsetMinutes: offset.minutes)
    }
}
