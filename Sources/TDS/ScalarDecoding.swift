/// Values of a known length.
extension TypeDecoder {
    func scalar(_ type: TDSType, _ bytes: [UInt8]) throws(TDSError) -> TDSValue {
        var reader = ByteReader(bytes)
        let value = try Self.value(type, &reader, sizeBytes: bytes.count)
        guard reader.isAtEnd else { throw TDSError(.malformed, "A value of type \(type.declaration) cannot have \(bytes.count) bytes.") }
        return value
    }

    private static func value(_ type: TDSType, _ reader: inout ByteReader, sizeBytes: Int) throws(TDSError) -> TDSValue {
        switch type {
        case .bit: return .bit(try reader.byte() != 0)
        case .tinyint: return .int(Int64(try reader.byte()))
        case .smallint: return .int(Int64(Int16(bitPattern: try reader.integer(UInt16.self))))
        case .int: return .int(Int64(Int32(bitPattern: try reader.integer(UInt32.self))))
        case .bigint: return .int(Int64(bitPattern: try reader.integer(UInt64.self)))
        case .real: return .real(Float(bitPattern: try reader.integer(UInt32.self)))
        case .float: return .float(Double(bitPattern: try reader.integer(UInt64.self)))
        case .smallmoney: return .money(Int64(Int32(bitPattern: try reader.integer(UInt32.self))))
        case .money:
            let high = try reader.integer(UInt32.self)
            let low = try reader.integer(UInt32.self)
            return .money(Int64(bitPattern: UInt64(high) << 32 | UInt64(low)))
        case .decimal(_, let scale):
            let isNegative = try reader.byte() == 0
            guard sizeBytes <= 17 else { throw TDSError(.malformed, "A decimal cannot have \(sizeBytes) bytes.") }
            let magnitude: UInt128 = try reader.unsigned(byteCount: sizeBytes - 1)
            guard magnitude <= TDSDecimal.magnitudeMax else { throw TDSError(.malformed, "A decimal has more than 38 digits.") }
            return .decimal(TDSDecimal(isNegative: isNegative, magnitude: magnitude, scale: scale))
        case .date: return .date(try date(&reader))
        case .time(let scale): return .time(try time(&reader, scale: scale, sizeBytes: sizeBytes))
        case .datetime2(let scale):
            let time = try time(&reader, scale: scale, sizeBytes: sizeBytes - 3)
            return .dateTime(TDSDateTime(date: try date(&reader), time: time))
        case .datetimeoffset(let scale):
            let time = try time(&reader, scale: scale, sizeBytes: sizeBytes - 5)
            let utc = TDSDateTime(date: try date(&reader), time: time)
            let offset = Int(Int16(bitPattern: try reader.integer(UInt16.self)))
            guard abs(offset) <= 840 else { throw TDSError(.malformed, "A datetimeoffset has the offset \(offset).") }
            return .dateTimeOffset(TDSDateTimeOffset(utc: utc, offsetMinutes: offset))
        case .datetime:
            let day = Int(Int32(bitPattern: try reader.integer(UInt32.self)))
            let ticks = (Int64(try reader.integer(UInt32.self)) * 100_000 + 1) / 3
            return .dateTime(try moment(day: day, ticks: ticks))
        case .smalldatetime:
            let day = Int(try reader.integer(UInt16.self))
            return .dateTime(try moment(day: day, ticks: Int64(try reader.integer(UInt16.self)) * 60 * TDSTime.ticksPerSecond))
        case .uniqueidentifier:
            guard let guid = GUIDBytes.guid(try reader.take(16)) else { throw TDSError(.malformed, "A uniqueidentifier has 16 bytes.") }
            return .guid(guid)
        default: throw TDSError(.malformed, "Type \(type.declaration) has no fixed length.")
        }
    }

    private static func date(_ reader: inout ByteReader) throws(TDSError) -> TDSDate {
        let number = Int(try reader.unsigned(byteCount: 3) as UInt32)
        guard number <= TDSDate.dayNumberMax else { throw TDSError(.malformed, "A date is after 9999-12-31.") }
        return TDSDate(dayNumber: number)
    }

    private static func time(_ reader: inout ByteReader, scale: Int, sizeBytes: Int) throws(TDSError) -> TDSTime {
        guard (3...5).contains(sizeBytes) else { throw TDSError(.malformed, "A time cannot have \(sizeBytes) bytes.") }
        let units = Int64(try reader.unsigned(byteCount: sizeBytes) as UInt64)
        let ticks = units * TypeEncoder.ticksPerUnit(scale: scale)
        guard ticks < TDSTime.ticksPerDay else { throw TDSError(.malformed, "A time is after the end of the day.") }
        return TDSTime(ticks: ticks)
    }

    private static func moment(day: Int, ticks: Int64) throws(TDSError) -> TDSDateTime {
        let number = day + TDSDate.datetimeEpoch.dayNumber
        guard (0...TDSDate.dayNumberMax).contains(number), ticks < TDSTime.ticksPerDay else {
            throw TDSError(.malformed, "A datetime is outside the calendar.")
        }
        return TDSDateTime(date: TDSDate(dayNumber: number), time: TDSTime(ticks: ticks))
    }
}
