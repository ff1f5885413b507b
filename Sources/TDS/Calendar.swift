/// A day of the proleptic Gregorian calendar, 0001-01-01 to 9999-12-31.
package struct TDSDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 9999-12-31.
    package static let dayNumberMax = 3_652_058
    /// 1970-01-01, where Unix time starts.
    package static let unixEpoch = TDSDate(dayNumber: 719_162)
    /// 1900-01-01, where datetime's day numbers start.
    package static let datetimeEpoch = TDSDate(dayNumber: 693_595)

    /// Days since 0001-01-01.
    package var dayNumber: Int

    package init(dayNumber: Int) { self.dayNumber = dayNumber }

    /// Nil when there is no such day, as 2023-02-29.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.dayCount(ofMonth: month, year: year) else {
            return nil
        }
        // Days from civil (Howard Hinnant, http://howardhinnant.github.io/date_algorithms.html): years start in March.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        dayNumber = era * 146_097 + dayOfEra - 306
    }

    package var components: (year: Int, month: Int, day: Int) {
        let shifted = Swift.max(0, Swift.min(dayNumber, Self.dayNumberMax)) + 306
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// `2026-11-21`.
    package var description: String {
        let (year, month, day) = components
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    package static func < (left: TDSDate, right: TDSDate) -> Bool { left.dayNumber < right.dayNumber }

    package static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// A time of day, in ticks of 100 ns since midnight.
package struct TDSTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let ticksPerSecond: Int64 = 10_000_000
    package static let ticksPerDay: Int64 = 86_400 * ticksPerSecond

    /// 0..<ticksPerDay.
    package var ticks: Int64

    package init(ticks: Int64) { self.ticks = ticks }

    /// Nil when a part is out of range.
    package init?(hour: Int, minute: Int, second: Int, fractionTicks: Int64 = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0..<Self.ticksPerSecond).contains(fractionTicks)
        else {
            return nil
        }
        ticks = Int64(hour * 3_600 + minute * 60 + second) * Self.ticksPerSecond + fractionTicks
    }

    package var components: (hour: Int, minute: Int, second: Int, fractionTicks: Int64) {
        let seconds = Int(ticks / Self.ticksPerSecond)
        return (seconds / 3_600, seconds / 60 % 60, seconds % 60, ticks % Self.ticksPerSecond)
    }

    /// `13:05:09.1234567`.
    package var description: String { text(scale: 7) }

    /// `13:05:09.123` for scale 3; cut, not rounded.
    package func text(scale: Int) -> String {
        let (hour, minute, second, fraction) = components
        let clock = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
        return scale == 0 ? clock : clock + "." + padded(Int(fraction), 7).prefix(scale)
    }

    package static func < (left: TDSTime, right: TDSTime) -> Bool { left.ticks < right.ticks }
}

/// A day and a time without zone. datetime keeps 1/300 s of it, smalldatetime minutes, datetime2 what its scale says.
package struct TDSDateTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var date: TDSDate
    package var time: TDSTime

    package init(date: TDSDate, time: TDSTime) {
        self.date = date
        self.time = time
    }

    /// The day and time of so many ticks of 100 ns since 0001-01-01; clamped to the calendar's ends.
    package init(ticks: Int64) {
        let last = Int64(TDSDate.dayNumberMax + 1) * TDSTime.ticksPerDay - 1
        let bounded = Swift.max(0, Swift.min(ticks, last))
        date = TDSDate(dayNumber: Int(bounded / TDSTime.ticksPerDay))
        time = TDSTime(ticks: bounded % TDSTime.ticksPerDay)
    }

    /// The UTC day and time of so many seconds since 1970.
    package init(unixSeconds: Double) {
        let bounded = Swift.max(-62_135_596_800, Swift.min(unixSeconds, 253_402_300_799))
        self.init(ticks: Int64(TDSDate.unixEpoch.dayNumber) * TDSTime.ticksPerDay + Int64((bounded * 10_000_000).rounded()))
    }

    /// Ticks of 100 ns since 0001-01-01.
    package var ticks: Int64 { Int64(date.dayNumber) * TDSTime.ticksPerDay + time.ticks }

    /// The value that a datetime column keeps: rounded to 1/300 s.
    package var roundedToDatetime: TDSDateTime {
        let threeHundredths = (time.ticks * 3 + 50_000) / 100_000
        return TDSDateTime(ticks: Int64(date.dayNumber) * TDSTime.ticksPerDay + (threeHundredths * 100_000 + 1) / 3)
    }

    /// `2026-11-21 13:05:09.1234567`.
    package var description: String { "\(date) \(time)" }

    package static func < (left: TDSDateTime, right: TDSDateTime) -> Bool { left.ticks < right.ticks }
}

/// A moment with the offset at which it was written.
package struct TDSDateTimeOffset: Hashable, Sendable, CustomStringConvertible {
    /// The moment in UTC.
    package var utc: TDSDateTime
    /// Minutes east of UTC, -840...840.
    package var offsetMinutes: Int

    package init(utc: TDSDateTime, offsetMinutes: Int) {
        self.utc = utc
        self.offsetMinutes = offsetMinutes
    }

    /// The clock at the offset.
    package var local: TDSDateTime { TDSDateTime(ticks: utc.ticks + Int64(offsetMinutes) * 60 * TDSTime.ticksPerSecond) }

    /// `2026-11-21 13:05:09.1234567 +02:00`.
    package var description: String {
        let minutes = abs(offsetMinutes)
        return "\(local) \(offsetMinutes < 0 ? "-" : "+")\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }
}

private func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
}
