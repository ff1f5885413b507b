import TDS

/// Reads the parts of a date's text from left to right.
struct DateScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position >= bytes.count }

    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func take(_ byte: Character) -> Bool {
        guard let value = byte.asciiValue, current == value else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while current == UInt8(ascii: " ") { position += 1 }
    }

    mutating func skipSeparator() {
        if current | 0x20 == UInt8(ascii: "t") { position += 1 }
        skipBlanks()
    }

    /// Whether a colon, or AM or PM, comes after the first digits.
    var looksLikeTime: Bool {
        var index = 0
        while index < bytes.count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") { index += 1 }
        guard index > 0, index <= 2, index < bytes.count else { return false }
        if bytes[index] == UInt8(ascii: ":") { return true }
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
        let next = index < bytes.count ? bytes[index] | 0x20 : 0
        let after = index + 1 < bytes.count ? bytes[index + 1] | 0x20 : 0
        return (next == UInt8(ascii: "a") || next == UInt8(ascii: "p")) && after == UInt8(ascii: "m") && index + 2 == bytes.count
    }

    private mutating func digits() -> (value: Int, count: Int)? {
        var value = 0
        var count = 0
        while current >= UInt8(ascii: "0"), current <= UInt8(ascii: "9"), count < 9 {
            value = value * 10 + Int(current - UInt8(ascii: "0"))
            count += 1
            position += 1
        }
        return count > 0 ? (value, count) : nil
    }

    private mutating func monthName() -> Int? {
        var letters = ""
        while current | 0x20 >= UInt8(ascii: "a"), current | 0x20 <= UInt8(ascii: "z"), letters.utf8.count < 9 {
            letters.unicodeScalars.append(UnicodeScalar(current | 0x20))
            position += 1
        }
        guard letters.utf8.count >= 3 else { return nil }
        let names = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
        ]
        return names.firstIndex { $0.hasPrefix(letters) }.map { $0 + 1 }
    }

    private var isLetter: Bool { current | 0x20 >= UInt8(ascii: "a") && current | 0x20 <= UInt8(ascii: "z") }

    /// `2026-11-21`, `20261121`, `11/21/2026`, `Nov 21 2026`, `21 Nov 2026`.
    mutating func day(isDayFirst: Bool) -> TDSDate? {
        if isLetter { return monthFirstDay() }
        guard let first = digits() else { return nil }
        if first.count == 8 || first.count == 6 { return compactDay(first) }
        skipBlanks()
        if isLetter { return namedDay(first.value) }
        guard take("-") || take("/") || take("."), let second = digits(), take("-") || take("/") || take("."), let third = digits() else {
            return nil
        }
        if first.count == 4 { return TDSDate(year: first.value, month: second.value, day: third.value) }
        let year = fullYear(third)
        return isDayFirst
            ? TDSDate(year: year, month: second.value, day: first.value) : TDSDate(year: year, month: first.value, day: second.value)
    }

    private func compactDay(_ number: (value: Int, count: Int)) -> TDSDate? {
        let year = number.value / 10_000
        return TDSDate(
            year: number.count == 8 ? year : fullYear((year, 2)), month: number.value / 100 % 100, day: number.value % 100)
    }

    private mutating func monthFirstDay() -> TDSDate? {
        guard let month = monthName() else { return nil }
        skipBlanks()
        guard let date = digits() else { return nil }
        if date.count == 4 { return TDSDate(year: date.value, month: month, day: 1) }
        _ = take(",")
        skipBlanks()
        guard let year = digits() else { return nil }
        return TDSDate(year: fullYear(year), month: month, day: date.value)
    }

    private mutating func namedDay(_ date: Int) -> TDSDate? {
        guard let month = monthName() else { return nil }
        skipBlanks()
        guard let year = digits() else { return nil }
        return TDSDate(year: fullYear(year), month: month, day: date)
    }

    /// Two digits: 00-49 are 20xx, 50-99 are 19xx.
    private func fullYear(_ number: (value: Int, count: Int)) -> Int {
        number.count > 2 ? number.value : number.value < 50 ? 2000 + number.value : 1900 + number.value
    }

    /// `13:05`, `13:05:09.1234567`, `1:05:09 PM`, `13:05:09:123`, `4AM`.
    mutating func time() -> TDSTime? {
        guard let hour = digits() else { return nil }
        var minute = 0
        var second = 0
        var fraction: Int64 = 0
        if take(":") {
            guard let read = digits() else { return nil }
            minute = read.value
            if take(":") {
                guard let read = digits() else { return nil }
                second = read.value
                let isMilliseconds = current == UInt8(ascii: ":")
                if take(".") || take(":") {
                    guard let read = digits() else { return nil }
                    fraction = isMilliseconds ? Int64(read.value) * 10_000 : ticks(read)
                }
            }
        }
        skipBlanks()
        return TDSTime(hour: halfDay(hour.value), minute: minute, second: second, fractionTicks: fraction)
    }

    private func ticks(_ number: (value: Int, count: Int)) -> Int64 {
        var value = Int64(number.value)
        for _ in min(number.count, 7)..<7 { value *= 10 }
        for _ in 7..<max(7, number.count) { value /= 10 }
        return value
    }

    private mutating func halfDay(_ hour: Int) -> Int {
        let letter = current | 0x20
        guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p"), position + 1 < bytes.count,
            bytes[position + 1] | 0x20 == UInt8(ascii: "m")
        else { return hour }
        position += 2
        if letter == UInt8(ascii: "a") { return hour == 12 ? 0 : hour }
        return hour < 12 ? hour + 12 : hour
    }

    var startsZone: Bool { current == UInt8(ascii: "+") || current == UInt8(ascii: "-") || current | 0x20 == UInt8(ascii: "z") }

    /// `Z`, `+02:00`, or nothing (`minutes` nil); nil for something else.
    mutating func zone() -> (minutes: Int?, Bool)? {
        skipBlanks()
        if isAtEnd { return (nil, true) }
        if take("Z") || take("z") { return (0, true) }
        let isNegative = current == UInt8(ascii: "-")
        guard take("+") || take("-"), let hour = digits(), take(":"), let minute = digits() else { return nil }
        let minutes = hour.value * 60 + minute.value
        guard minutes <= 840, minute.value < 60 else { return nil }
        return (isNegative ? -minutes : minutes, true)
    }
}
