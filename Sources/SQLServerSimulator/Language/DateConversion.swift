import TDS

/// CAST and CONVERT to and between the types of dates and times.
enum DateConversion {
    /// Ticks of 1900-01-01.
    static let datetimeZero = Int64(TDSDate.datetimeEpoch.dayNumber) * TDSTime.ticksPerDay

    /// 1753-01-01, before which datetime does not reach.
    private static let datetimeFirst = TDSDate(year: 1753, month: 1, day: 1)?.dayNumber ?? 0

    static func convert(_ value: TDSValue, from: TDSType, to: TDSType, style: Int) throws(SQLServerMessage) -> TDSValue {
        var offset = 0
        let moment: TDSDateTime
        switch value {
        case .date(let day): moment = TDSDateTime(date: day, time: TDSTime(ticks: 0))
        case .time(let time): moment = TDSDateTime(date: .datetimeEpoch, time: time)
        case .dateTime(let source): moment = source
        case .dateTimeOffset(let source):
            offset = source.offsetMinutes
            moment = source.local
        case .string(let text):
            guard let parsed = DateText.parse(text, style: style) else { throw .dateConversionFailed }
            moment = parsed.moment
            offset = parsed.offsetMinutes ?? 0
        case .int, .bit, .real, .float, .decimal, .money:
            guard to.isOldDatetime else { throw from.isNumeric ? .notAllowed(from: from, to: to) : .dateConversionFailed }
            let days = try Conversion.double(value, from: from, to: to)
            guard days > -53_690, days < 2_958_464 else { throw .overflow(to: to) }
            moment = TDSDateTime(ticks: datetimeZero + Int64((days * Double(TDSTime.ticksPerDay)).rounded()))
        case .binary where from.isBinary: throw .dateConversionFailed
        default: throw .notAllowed(from: from, to: to)
        }
        if to == .date, case .time = value { throw .notAllowed(from: from, to: to) }
        return try fit(moment, offset: offset, from: from, to: to)
    }

    /// The moment as the type keeps it.
    static func fit(_ moment: TDSDateTime, offset: Int = 0, from: TDSType, to: TDSType) throws(SQLServerMessage) -> TDSValue {
        switch to {
        case .date: return .date(moment.date)
        case .time(let scale):
            return .time(TDSTime(ticks: rounded(moment.time.ticks, scale: scale) % TDSTime.ticksPerDay))
        case .datetime2(let scale): return .dateTime(TDSDateTime(ticks: rounded(moment.ticks, scale: scale)))
        case .datetimeoffset(let scale):
            let utc = rounded(moment.ticks, scale: scale) - Int64(offset) * 60 * TDSTime.ticksPerSecond
            return .dateTimeOffset(TDSDateTimeOffset(utc: TDSDateTime(ticks: utc), offsetMinutes: offset))
        case .smalldatetime:
            guard (693_595...759_130).contains(moment.date.dayNumber) else { throw outOfRange(from, to) }
            let minute = 60 * TDSTime.ticksPerSecond
            return .dateTime(TDSDateTime(ticks: (moment.ticks + minute / 2) / minute * minute))
        default:
            guard moment.date.dayNumber >= datetimeFirst else { throw outOfRange(from, to) }
            return .dateTime(moment.roundedToDatetime)
        }
    }

    private static func outOfRange(_ from: TDSType, _ to: TDSType) -> SQLServerMessage {
        SQLServerMessage(
            242, state: 3, "The conversion of a \(from.baseName) data type to a \(to.baseName) data type resulted in an out-of-range value."
        )
    }

    private static func rounded(_ ticks: Int64, scale: Int) -> Int64 {
        var unit: Int64 = 1
        for _ in max(0, scale)..<7 { unit *= 10 }
        return (ticks + unit / 2) / unit * unit
    }
}
