/// Numbers and times, each with its length in one byte before it.
extension TypeEncoder {
    func writeNumber(_ value: TDSValue, as type: TDSType, to writer: inout ByteWriter) throws(TDSError) {
        switch type {
        case .bit:
            writer.byte(1)
            writer.byte(try Self.integer(value, type, 0...1) == 1 ? 1 : 0)
        case .tinyint:
            writer.byte(1)
            writer.unsigned(try Self.integer(value, type, 0...255), byteCount: 1)
        case .smallint:
            writer.byte(2)
            writer.unsigned(try Self.integer(value, type, -32_768...32_767), byteCount: 2)
        case .int:
            writer.byte(4)
            writer.unsigned(try Self.integer(value, type, Int64(Int32.min)...Int64(Int32.max)), byteCount: 4)
        case .bigint:
            writer.byte(8)
            writer.integer(try Self.integer(value, type, Int64.min...Int64.max))
        case .real:
            writer.byte(4)
            writer.integer(Float(try Self.double(value, type)).bitPattern)
        case .float:
            writer.byte(8)
            writer.integer(try Self.double(value, type).bitPattern)
        case .decimal(let precision, let scale): try writeDecimal(value, precision: precision, scale: scale, to: &writer)
        case .smallmoney:
            let units = try Self.moneyUnits(value, type)
            guard let narrow = Int32(exactly: units) else { throw Self.mismatch(value, type) }
            writer.byte(4)
            writer.integer(narrow)
        case .money:
            let units = try Self.moneyUnits(value, type)
            writer.byte(8)
            writer.integer(Int32(truncatingIfNeeded: units >> 32))
            writer.integer(UInt32(truncatingIfNeeded: units))
        default: throw Self.mismatch(value, type)
        }
    }

    func writeTime(_ value: TDSValue, as type: TDSType, to writer: inout ByteWriter) throws(TDSError) {
        switch (type, value) {
        case (.date, .date(let date)):
            writer.byte(3)
            writer.unsigned(date.dayNumber, byteCount: 3)
        case (.date, .dateTime(let moment)):
            writer.byte(3)
            writer.unsigned(moment.date.dayNumber, byteCount: 3)
        case (.time(let scale), .time(let time)):
            writer.byte(Self.timeSizeBytes(scale: scale))
            Self.writeTicks(time.ticks, scale: scale, to: &writer)
        case (.datetime2(let scale), .dateTime(let moment)):
            writer.byte(Self.timeSizeBytes(scale: scale) + 3)
            Self.writeMoment(moment, scale: scale, to: &writer)
        case (.datetimeoffset(let scale), .dateTimeOffset(let moment)):
            writer.byte(Self.timeSizeBytes(scale: scale) + 5)
            Self.writeMoment(moment.utc, scale: scale, to: &writer)
            writer.integer(Int16(clamping: moment.offsetMinutes))
        case (.datetime, .dateTime(let moment)):
            let rounded = moment.roundedToDatetime
            writer.byte(8)
            writer.integer(Int32(clamping: rounded.date.dayNumber - TDSDate.datetimeEpoch.dayNumber))
            writer.integer(UInt32(clamping: (rounded.time.ticks * 3 + 50_000) / 100_000))
        case (.smalldatetime, .dateTime(let moment)):
            let minute = 60 * TDSTime.ticksPerSecond
            let rounded = TDSDateTime(ticks: (moment.ticks + minute / 2) / minute * minute)
            writer.byte(4)
            writer.integer(UInt16(clamping: rounded.date.dayNumber - TDSDate.datetimeEpoch.dayNumber))
            writer.integer(UInt16(clamping: rounded.time.ticks / minute))
        default: throw Self.mismatch(value, type)
        }
    }

    private static func integer(_ value: TDSValue, _ type: TDSType, _ range: ClosedRange<Int64>) throws(TDSError) -> Int64 {
        let number: Int64
        switch value {
        case .bit(let isSet): number = isSet ? 1 : 0
        case .int(let integer): number = integer
        default: throw mismatch(value, type)
        }
        // A bit column takes any number that is not 0 as 1, as a conversion does.
        if type == .bit { return number == 0 ? 0 : 1 }
        guard range.contains(number) else { throw mismatch(value, type) }
        return number
    }

    private static func double(_ value: TDSValue, _ type: TDSType) throws(TDSError) -> Double {
        switch value {
        case .float(let double): double
        case .real(let float): Double(float)
        case .int(let integer): Double(integer)
        case .decimal(let decimal): decimal.double
        default: throw mismatch(value, type)
        }
    }

    private static func moneyUnits(_ value: TDSValue, _ type: TDSType) throws(TDSError) -> Int64 {
        switch value {
        case .money(let units): return units
        case .int(let integer):
            let (units, overflow) = integer.multipliedReportingOverflow(by: 10_000)
            if !overflow { return units }
        case .decimal(let decimal):
            if let scaled = decimal.rescaled(to: 4), let units = Int64(exactly: scaled.magnitude) {
                return scaled.isNegative ? -units : units
            }
        default: break
        }
        throw mismatch(value, type)
    }

    private func writeDecimal(_ value: TDSValue, precision: Int, scale: Int, to writer: inout ByteWriter) throws(TDSError) {
        let type = TDSType.decimal(precision: precision, scale: scale)
        let exact: TDSDecimal
        switch value {
        case .decimal(let decimal): exact = decimal
        case .int(let integer): exact = TDSDecimal(integer)
        case .money(let units): exact = TDSDecimal(units, scale: 4)
        default: throw Self.mismatch(value, type)
        }
        guard let rescaled = exact.rescaled(to: scale) else { throw Self.mismatch(value, type) }
        let size = Self.decimalSizeBytes(precision: precision)
        let digitBytes = Int(size) - 1
        guard digitBytes == 16 || rescaled.magnitude >> (digitBytes * 8) == 0 else { throw Self.mismatch(value, type) }
        writer.byte(size)
        writer.byte(rescaled.isNegative ? 0 : 1)
        writer.unsigned(rescaled.magnitude, byteCount: digitBytes)
    }

    static func timeSizeBytes(scale: Int) -> UInt8 {
        switch scale {
        case ...2: 3
        case ...4: 4
        default: 5
        }
    }

    /// Ticks of 100 ns in units of 10^-scale seconds; cut, so that 23:59:59.9999999 stays on its day.
    private static func writeTicks(_ ticks: Int64, scale: Int, to writer: inout ByteWriter) {
        writer.unsigned(ticks / ticksPerUnit(scale: scale), byteCount: Int(timeSizeBytes(scale: scale)))
    }

    private static func writeMoment(_ moment: TDSDateTime, scale: Int, to writer: inout ByteWriter) {
        writeTicks(moment.time.ticks, scale: scale, to: &writer)
        writer.unsigned(moment.date.dayNumber, byteCount: 3)
    }

    static func ticksPerUnit(scale: Int) -> Int64 {
        var ticks = TDSTime.ticksPerSecond
        for _ in 0..<Swift.max(0, Swift.min(scale, 7)) { ticks /= 10 }
        return ticks
    }
}
