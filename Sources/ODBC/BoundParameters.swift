import CODBC

/// Values and their lengths in memory that stays put until the statement has been sent.
final class BoundParameters {
    private struct Slot {
        let buffer: UnsafeMutableRawPointer
        let sizeBytes: Int
        let cType: Int32
        let sqlType: Int32
        let columnSize: Int
        let digits: Int
    }

    private let slots: [Slot]
    private let indicators: UnsafeMutablePointer<SQLLEN>

    init(_ parameters: [ODBCParameter]) {
        indicators = .allocate(capacity: max(1, parameters.count))
        var slots: [Slot] = []
        for (index, parameter) in parameters.enumerated() {
            let slot = Self.slot(for: parameter)
            indicators[index] = parameter == .null ? SQLLEN(SQL_NULL_DATA) : SQLLEN(slot.sizeBytes)
            slots.append(slot)
        }
        self.slots = slots
    }

    deinit {
        for slot in slots { slot.buffer.deallocate() }
        indicators.deallocate()
    }

    func bind(to statement: SQLHANDLE) throws(ODBCError) {
        for (index, slot) in slots.enumerated() {
            let code = SQLBindParameter(
                statement, SQLUSMALLINT(index + 1), SQLSMALLINT(SQL_PARAM_INPUT), SQLSMALLINT(slot.cType), SQLSMALLINT(slot.sqlType),
                SQLULEN(slot.columnSize), SQLSMALLINT(slot.digits), slot.buffer, SQLLEN(slot.sizeBytes), indicators + index)
            guard succeeded(code) else { throw ODBCError(records: diagnostics(.statement, statement)) }
        }
    }

    private static func slot(for parameter: ODBCParameter) -> Slot {
        switch parameter {
        case .null: return slot(holding: UInt16(0), SQL_C_WCHAR, SQL_WVARCHAR, columnSize: 1)
        case .bool(let value): return slot(holding: UInt8(value ? 1 : 0), SQL_C_BIT, SQL_BIT, columnSize: 1)
        case .int(let value): return slot(holding: value, SQL_C_SBIGINT, SQL_BIGINT, columnSize: 19)
        case .double(let value): return slot(holding: value, SQL_C_DOUBLE, SQL_DOUBLE, columnSize: 15)
        case .text(let value):
            let units = Array(value.utf16)
            // Over 4000 characters it is NVARCHAR(MAX).
            let type = units.count > 4_000 ? SQL_WLONGVARCHAR : SQL_WVARCHAR
            return units.withUnsafeBytes { slot(copying: $0, SQL_C_WCHAR, type, columnSize: max(1, units.count)) }
        case .bytes(let value):
            let type = value.count > 8_000 ? SQL_LONGVARBINARY : SQL_VARBINARY
            return value.withUnsafeBytes { slot(copying: $0, SQL_C_BINARY, type, columnSize: max(1, value.count)) }
        case .timestamp(let value):
            var time = SQL_TIMESTAMP_STRUCT()
            time.year = SQLSMALLINT(clamping: value.year)
            time.month = SQLUSMALLINT(clamping: value.month)
            time.day = SQLUSMALLINT(clamping: value.day)
            time.hour = SQLUSMALLINT(clamping: value.hour)
            time.minute = SQLUSMALLINT(clamping: value.minute)
            time.second = SQLUSMALLINT(clamping: value.second)
            // DATETIME2(7) holds hundreds of nanoseconds; more is refused as an overflow.
            time.fraction = SQLUINTEGER(clamping: value.nanosecond / 100 * 100)
            return slot(holding: time, SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, columnSize: 27, digits: 7)
        }
    }

    private static func slot<T: BitwiseCopyable>(holding value: T, _ cType: Int32, _ sqlType: Int32, columnSize: Int, digits: Int = 0)
        -> Slot
    {
        withUnsafeBytes(of: value) { slot(copying: $0, cType, sqlType, columnSize: columnSize, digits: digits) }
    }

    private static func slot(copying bytes: UnsafeRawBufferPointer, _ cType: Int32, _ sqlType: Int32, columnSize: Int, digits: Int = 0)
        -> Slot
    {
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 8)
        buffer.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(buffer), byteCount: bytes.count)
        return Slot(buffer: buffer, sizeBytes: bytes.count, cType: cType, sqlType: sqlType, columnSize: columnSize, digits: digits)
    }
}
