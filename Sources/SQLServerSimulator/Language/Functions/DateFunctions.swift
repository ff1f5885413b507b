import TDS

/// A date part as DATEADD, DATEDIFF and DATEPART name it.
enum DatePart {
    case year, quarter, month, dayOfYear, day, week, weekday, hour, minute, second, millisecond, microsecond, nanosecond, isoWeek,
        zoneOffset

    init?(_ name: String) {
        switch name.lowercased() {
        case "year", "yy", "yyyy": self = .year
        case "quarter", "qq", "q": self = .quarter
        case "month", "mm", "m": self = .month
        case "dayofyear", "dy", "y": self = .dayOfYear
        case "day", "dd", "d": self = .day
        case "week", "wk", "ww": self = .week
        case "weekday", "dw", "w": self = .weekday
        case "hour", "hh": self = .hour
        case "minute", "mi", "n": self = .minute
        case "second", "ss", "s": self = .second
        case "millisecond", "ms": self = .millisecond
        case "microsecond", "mcs": self = .microsecond
        case "nanosecond", "ns": self = .nanosecond
        case "iso_week", "isowk", "isoww": self = .isoWeek
        case "tzoffset", "tz": self = .zoneOffset
        default: return nil
        }
    }

    /// Ticks of 100 ns in one; nil for months, years and nanoseconds.
    var ticks: Int64? {
        switch self {
        case .dayOfYear, .day, .weekday: TDSTime.ticksPerDay
        case .week: 7 * TDSTime.ticksPerDay
        case .hour: 3_600 * TDSTime.ticksPerSecond
        case .minute: 60 * TDSTime.ticksPerSecond
        case .second: TDSTime.ticksPerSecond
        case .millisecond: 10_000
        case .microsecond: 10
        default: nil
        }
    }
}

extension Functions {
    static let dates: [String: Bind] = [
        "GETDATE": { f throws(SQLServerMessage) in try clock(f, .datetime) },
        "CURRENT_TIMESTAMP": { f throws(SQLServerMessage) in try clock(f, .datetime) },
        "GETUTCDATE": { f throws(SQLServerMessage) in try clock(f, .datetime) },
        "NOW": { f throws(SQLServerMessage) in try clock(f, .datetime) },
        "SYSDATETIME": { f throws(SQLServerMessage) in try clock(f, .datetime2(scale: 7)) },
        "SYSUTCDATETIME": { f throws(SQLServerMessage) in try clock(f, .datetime2(scale: 7)) },
        "SYSDATETIMEOFFSET": { f throws(SQLServerMessage) in try clock(f, .datetimeoffset(scale: 7)) },
        "DATEADD": { f throws(SQLServerMessage) in try dateAdd(f) },
        "DATEDIFF": { f throws(SQLServerMessage) in try dateDifference(f, .int) },
        "DATEDIFF_BIG": { f throws(SQLServerMessage) in try dateDifference(f, .bigint) },
        "DATEPART": { f throws(SQLServerMessage) in
            let part = try part(f, 2...2)
            let value = try moment(f, 1)
            return Compiled(.int) { row throws(SQLServerMessage) in
                guard let moment = try value(row) else { return .null }
                return .int(Int64(number(part, moment)))
            }
        },
        "DATENAME": { f throws(SQLServerMessage) in
            let part = try part(f, 2...2)
            let value = try moment(f, 1)
            return Compiled(.nvarchar(30)) { row throws(SQLServerMessage) in
                guard let moment = try value(row) else { return .null }
                return .string(name(part, moment))
            }
        },
        "YEAR": { f throws(SQLServerMessage) in try component(f) { $0.components.year } },
        "MONTH": { f throws(SQLServerMessage) in try component(f) { $0.components.month } },
        "DAY": { f throws(SQLServerMessage) in try component(f) { $0.components.day } },
        "EOMONTH": { f throws(SQLServerMessage) in
            let value = try moment(f, 0)
            _ = try f.arguments(1...2)
            return Compiled(.date) { row throws(SQLServerMessage) in
                guard let moment = try value(row) else { return .null }
                let (year, month, _) = moment.date.components
                return TDSDate(year: year, month: month, day: TDSDate.dayCount(ofMonth: month, year: year)).map { .date($0) } ?? .null
            }
        },
        "DATEFROMPARTS": { f throws(SQLServerMessage) in
            try f.values(3...3, [.int, .int, .int], .date) { v throws(SQLServerMessage) in
                guard let day = TDSDate(year: v[0].integer, month: v[1].integer, day: v[2].integer) else {
                    throw SQLServerMessage(289, "Cannot construct data type date, some of the arguments have values which are not valid.")
                }
                return .date(day)
            }
        },
        "DATETIMEFROMPARTS": { f throws(SQLServerMessage) in
            try f.values(7...7, [TDSType](repeating: .int, count: 7), .datetime) { v throws(SQLServerMessage) in
                let numbers = v.map(\.integer)
                guard let day = TDSDate(year: numbers[0], month: numbers[1], day: numbers[2]), (0...23).contains(numbers[3]),
                    (0...59).contains(numbers[4]), (0...59).contains(numbers[5]), (0...999).contains(numbers[6]), numbers[0] >= 1753
                else {
                    throw SQLServerMessage(
                        289, "Cannot construct data type datetime, some of the arguments have values which are not valid.")
                }
                let milliseconds = ((numbers[3] * 60 + numbers[4]) * 60 + numbers[5]) * 1_000 + numbers[6]
                return .dateTime(TDSDateTime(date: day, time: TDSTime(ticks: Int64(milliseconds) * 10_000)).roundedToDatetime)
            }
        },
        "ISDATE": { f throws(SQLServerMessage) in
            let argument = try f.arguments(1...1)[0].converted(to: .nvarchar(.max))
            return Compiled(.int, isNullable: false) { row throws(SQLServerMessage) in
                guard case .string(let text) = try argument.evaluate(row) else { return .int(0) }
                return .int(DateText.parse(text) == nil || text.trimmed.isEmpty ? 0 : 1)
            }
        },
        "SWITCHOFFSET": { f throws(SQLServerMessage) in try offset(f, switches: true) },
        "TODATETIMEOFFSET": { f throws(SQLServerMessage) in try offset(f, switches: false) },
        "AT TIME ZONE": { f throws(SQLServerMessage) in
            let bound = try f.arguments(2...2)[0]
            return try bound.converted(to: .datetimeoffset(scale: 7))
        },
    ]

    private static func clock(_ f: FunctionBinder, _ type: TDSType) throws(SQLServerMessage) -> Compiled {
        _ = try f.arguments(0...0)
        let context = f.context
        return Compiled(type, isNullable: false) { _ throws(SQLServerMessage) in
            try DateConversion.fit(context.now, from: type, to: type)
        }
    }

    /// The first argument, which is a date part's bare name. 155 for an unknown one.
    private static func part(_ f: FunctionBinder, _ counts: ClosedRange<Int>) throws(SQLServerMessage) -> DatePart {
        guard counts.contains(f.call.arguments.count) else { throw .argumentCount(f.call.name, counts) }
        guard case .column(let path) = f.call.arguments[0], path.count == 1 else {
            throw SQLServerMessage(1023, severity: 15, "Invalid parameter 1 specified for \(f.call.name.lowercased()).")
        }
        guard let part = DatePart(path[0]) else {
            throw SQLServerMessage(155, severity: 15, "'\(path[0])' is not a recognized \(f.call.name.lowercased()) option.")
        }
        return part
    }

    /// An argument as a moment; nil for NULL.
    private static func moment(_ f: FunctionBinder, _ index: Int) throws(SQLServerMessage) -> (RowFrame) throws(SQLServerMessage) ->
        TDSDateTime?
    {
        guard index < f.call.arguments.count else { throw .argumentCount(f.call.name, index + 1...index + 1) }
        let bound = try f.binder.scalar(f.call.arguments[index])
        if bound.type.isNumeric, !bound.isNullLiteral {
            let old = try bound.converted(to: .datetime)
            return { row throws(SQLServerMessage) in if case .dateTime(let moment) = try old.evaluate(row) { moment } else { nil } }
        }
        let type = bound.type
        return { row throws(SQLServerMessage) in
            switch try bound.evaluate(row) {
            case .null: return nil
            case .date(let day): return TDSDateTime(date: day, time: TDSTime(ticks: 0))
            case .time(let time): return TDSDateTime(date: .datetimeEpoch, time: time)
            case .dateTime(let moment): return moment
            case .dateTimeOffset(let moment): return moment.local
            case let other:
                guard case .dateTime(let moment) = try Conversion.convert(other, from: type, to: .datetime2(scale: 7)) else { return nil }
                return moment
            }
        }
    }

    private static func dateAdd(_ f: FunctionBinder) throws(SQLServerMessage) -> Compiled {
        let part = try part(f, 3...3)
        let count = try f.binder.scalar(f.call.arguments[1]).converted(to: .int)
        let source = try f.binder.scalar(f.call.arguments[2])
        let type: TDSType = source.type.isDateOrTime ? source.type : .datetime
        let base = try source.converted(to: type)
        return Compiled(type) { row throws(SQLServerMessage) in
            let start = try base.evaluate(row)
            guard case .int(let number) = try count.evaluate(row), start != .null else { return .null }
            let overflow = SQLServerMessage(517, "Adding a value to a '\(type.baseName)' column caused an overflow.")
            let moment: TDSDateTime
            var offset = 0
            switch start {
            case .date(let day): moment = TDSDateTime(date: day, time: TDSTime(ticks: 0))
            case .time(let time): moment = TDSDateTime(date: .datetimeEpoch, time: time)
            case .dateTimeOffset(let value):
                moment = value.local
                offset = value.offsetMinutes
            case .dateTime(let value): moment = value
            default: return .null
            }
            guard let moved = add(Int(number), part, to: moment) else { throw overflow }
            return try DateConversion.fit(moved, offset: offset, from: type, to: type)
        }
    }

    static func add(_ count: Int, _ part: DatePart, to moment: TDSDateTime) -> TDSDateTime? {
        let months: Int?
        switch part {
        case .year: months = count * 12
        case .quarter: months = count * 3
        case .month: months = count
        default: months = nil
        }
        if let months {
            let (year, month, day) = moment.date.components
            let total = year * 12 + month - 1 + months
            guard total >= 12 else { return nil }
            let (newYear, newMonth) = (total / 12, total % 12 + 1)
            guard let date = TDSDate(year: newYear, month: newMonth, day: min(day, TDSDate.dayCount(ofMonth: newMonth, year: newYear)))
            else { return nil }
            return TDSDateTime(date: date, time: moment.time)
        }
        let (shift, overflow) = part.ticks.map { Int64(count).multipliedReportingOverflow(by: $0) } ?? (Int64(count) / 100, false)
        let ticks = moment.ticks.addingReportingOverflow(shift)
        guard !overflow, !ticks.overflow, ticks.partialValue >= 0,
            ticks.partialValue < Int64(TDSDate.dayNumberMax + 1) * TDSTime.ticksPerDay
        else { return nil }
        return TDSDateTime(ticks: ticks.partialValue)
    }

    private static func dateDifference(_ f: FunctionBinder, _ type: TDSType) throws(SQLServerMessage) -> Compiled {
        let part = try part(f, 3...3)
        let first = try moment(f, 1)
        let second = try moment(f, 2)
        return Compiled(type) { row throws(SQLServerMessage) in
            guard let start = try first(row), let end = try second(row) else { return .null }
            guard let count = difference(part, start, end), type.integerRange?.contains(count) ?? true else {
                throw SQLServerMessage(
                    535,
                    """
                    The \(f.call.name.lowercased()) function resulted in an overflow. The number of dateparts separating two date/time \
                    instances is too \
                    large. Try to use \(f.call.name.lowercased()) with a less precise datepart.
                    """)
            }
            return .int(count)
        }
    }

    /// Boundaries crossed between two moments.
    static func difference(_ part: DatePart, _ start: TDSDateTime, _ end: TDSDateTime) -> Int64? {
        let (first, last) = (start.date.components, end.date.components)
        let months = (last.year - first.year) * 12 + last.month - first.month
        switch part {
        case .year: return Int64(last.year - first.year)
        case .quarter: return Int64((last.year * 4 + (last.month - 1) / 3) - (first.year * 4 + (first.month - 1) / 3))
        case .month: return Int64(months)
        case .day, .dayOfYear, .weekday: return Int64(end.date.dayNumber - start.date.dayNumber)
        case .week, .isoWeek: return Int64((end.date.dayNumber + 1) / 7 - (start.date.dayNumber + 1) / 7)
        case .nanosecond:
            let (value, overflow) = (end.ticks - start.ticks).multipliedReportingOverflow(by: 100)
            return overflow ? nil : value
        default:
            guard let unit = part.ticks else { return nil }
            return end.ticks / unit - start.ticks / unit
        }
    }

    private static func number(_ part: DatePart, _ moment: TDSDateTime) -> Int {
        let (year, month, day) = moment.date.components
        let (hour, minute, second, fraction) = moment.time.components
        switch part {
        case .year: return year
        case .quarter: return (month - 1) / 3 + 1
        case .month: return month
        case .dayOfYear: return dayOfYear(moment.date)
        case .day: return day
        case .week:
            let first = TDSDate(year: year, month: 1, day: 1)?.dayNumber ?? 0
            return (moment.date.dayNumber + 1) / 7 - (first + 1) / 7 + 1
        case .weekday: return (moment.date.dayNumber + 1) % 7 + 1
        case .hour: return hour
        case .minute: return minute
        case .second: return second
        case .millisecond: return Int(fraction / 10_000)
        case .microsecond: return Int(fraction / 10)
        case .nanosecond: return Int(fraction * 100)
        case .isoWeek:
            let thursday = moment.date.dayNumber - moment.date.dayNumber % 7 + 3
            return (dayOfYear(TDSDate(dayNumber: thursday)) - 1) / 7 + 1
        case .zoneOffset: return 0
        }
    }

    private static func dayOfYear(_ date: TDSDate) -> Int {
        date.dayNumber - (TDSDate(year: date.components.year, month: 1, day: 1)?.dayNumber ?? 0) + 1
    }

    private static func name(_ part: DatePart, _ moment: TDSDateTime) -> String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
        ]
        let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        switch part {
        case .month: return months[moment.date.components.month - 1]
        case .weekday: return days[number(.weekday, moment) - 1]
        case .zoneOffset: return "+00:00"
        default: return String(number(part, moment))
        }
    }

    private static func component(_ f: FunctionBinder, _ pick: @escaping (TDSDate) -> Int) throws(SQLServerMessage) -> Compiled {
        let value = try moment(f, 0)
        guard f.call.arguments.count == 1 else { throw .argumentCount(f.call.name, 1...1) }
        return Compiled(.int) { row throws(SQLServerMessage) in
            guard let moment = try value(row) else { return .null }
            return .int(Int64(pick(moment.date)))
        }
    }

    private static func offset(_ f: FunctionBinder, switches: Bool) throws(SQLServerMessage) -> Compiled {
        try f.values(2...2, [switches ? .datetimeoffset(scale: 7) : .datetime2(scale: 7), .nvarchar(10)], .datetimeoffset(scale: 7)) {
            v throws(SQLServerMessage) in
            guard let minutes = Int(v[1].text) ?? DateText.parse("2000-01-01 00:00:00 " + v[1].text)?.offsetMinutes, abs(minutes) <= 840
            else {
                throw SQLServerMessage(9812, "The timezone provided to builtin function \(f.call.name.lowercased()) is invalid.")
            }
            switch v[0] {
            case .dateTimeOffset(let value): return .dateTimeOffset(TDSDateTimeOffset(utc: value.utc, offsetMinutes: minutes))
            case .dateTime(let local):
                let utc = TDSDateTime(ticks: local.ticks - Int64(minutes) * 60 * TDSTime.ticksPerSecond)
                return .dateTimeOffset(TDSDateTimeOffset(utc: utc, offsetMinutes: minutes))
            default: return .null
            }
        }
    }
}
