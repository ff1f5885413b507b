import CODBC
import Foundation

/// Rows of a result set read many at a time: the driver writes a block's values into one buffer, column by column, instead of being asked
/// for each value by itself.
///
/// Only for result sets in which every value has a known greatest size. The buffer is the driver's from `bind` to `unbind`; the result sets
/// of one statement use it after each other, since a new one for each costs more than reading the rows.
struct RowBlock {
    /// Where the driver writes.
    final class Buffer {
        /// Room for two rows of the longest texts; of usual rows it holds all that a block may have.
        static let sizeBytes = 32 * 1024
        let memory = UnsafeMutableRawPointer.allocate(byteCount: sizeBytes, alignment: 16)

        deinit { memory.deallocate() }
    }

    static let rowCountMax = 64
    /// Longer texts and binary values, in their own units, are asked for one by one.
    static let valueLengthMax = 4_000
    /// A UTF-16 unit takes up to three bytes in UTF-8 (a pair of them four).
    private static let bytesPerUnit = 3
    /// Digits of the longest number, its sign, its point and the end.
    private static let decimalSizeBytes = 48

    private enum Kind {
        case bool, int, unsigned, double, timestamp, guid, bytes, decimal, text
    }

    /// Where one column's values and indicators stand.
    private struct Slot {
        let kind: Kind
        let type: Int32
        let width: Int
        var offset = 0
        var indicators = 0
    }

    private var slots: [Slot] = []
    private let rowCount: Int
    private let owner: Buffer
    private var buffer: UnsafeMutableRawPointer { owner.memory }

    /// Nil when a column's values may be of any size, or not even one row fits.
    init?(_ columns: [ODBCColumn], sizes: [Int], in owner: Buffer) {
        self.owner = owner
        for (column, size) in zip(columns, sizes) {
            guard let slot = Self.slot(column, size) else { return nil }
            slots.append(slot)
        }
        let rowBytes = slots.reduce(0) { $0 + $1.width + MemoryLayout<SQLLEN>.size }
        // Each array may end with up to seven bytes that nobody uses.
        let room = Buffer.sizeBytes - MemoryLayout<SQLULEN>.size - 8 * slots.count
        guard rowBytes > 0, room >= rowBytes else { return nil }
        rowCount = min(Self.rowCountMax, room / rowBytes)
        // The count of the rows fetched comes first; every array begins at a multiple of 8.
        var end = MemoryLayout<SQLULEN>.size
        for index in slots.indices {
            slots[index].indicators = end
            end += rowCount * MemoryLayout<SQLLEN>.size
            slots[index].offset = end
            end += (rowCount * slots[index].width + 7) & ~7
        }
        owner.memory.storeBytes(of: 0, as: SQLULEN.self)
    }

    private static func slot(_ column: ODBCColumn, _ size: Int) -> Slot? {
        switch Int32(column.type) {
        case SQL_BIT: Slot(kind: .bool, type: SQL_C_SBIGINT, width: 8)
        case SQL_BIGINT where column.isUnsigned: Slot(kind: .unsigned, type: SQL_C_UBIGINT, width: 8)
        case SQL_TINYINT, SQL_SMALLINT, SQL_INTEGER, SQL_BIGINT: Slot(kind: .int, type: SQL_C_SBIGINT, width: 8)
        case SQL_REAL, SQL_FLOAT, SQL_DOUBLE: Slot(kind: .double, type: SQL_C_DOUBLE, width: 8)
        case SQL_TYPE_DATE, SQL_TYPE_TIMESTAMP:
            Slot(kind: .timestamp, type: SQL_C_TYPE_TIMESTAMP, width: MemoryLayout<SQL_TIMESTAMP_STRUCT>.stride)
        case SQL_GUID: Slot(kind: .guid, type: SQL_C_GUID, width: MemoryLayout<SQLGUID>.stride)
        case SQL_DECIMAL, SQL_NUMERIC: Slot(kind: .decimal, type: SQL_C_CHAR, width: decimalSizeBytes)
        case SQL_BINARY, SQL_VARBINARY: 1...valueLengthMax ~= size ? Slot(kind: .bytes, type: SQL_C_BINARY, width: size) : nil
        case SQL_CHAR, SQL_VARCHAR, SQL_WCHAR, SQL_WVARCHAR:
            1...valueLengthMax ~= size ? Slot(kind: .text, type: SQL_C_CHAR, width: size * bytesPerUnit + 1) : nil
        default: nil
        }
    }

    /// Gives the buffer to the driver. False when it does not take it: then nothing is bound.
    func bind(to handle: SQLHANDLE) -> Bool {
        guard succeeded(SQLSetStmtAttrW(handle, SQL_ATTR_ROW_ARRAY_SIZE, integerAttribute(rowCount), SQL_IS_UINTEGER)),
            succeeded(SQLSetStmtAttrW(handle, SQL_ATTR_ROWS_FETCHED_PTR, buffer, SQL_IS_POINTER))
        else {
            unbind(from: handle)
            return false
        }
        for (index, slot) in slots.enumerated() {
            let code = SQLBindCol(
                handle, SQLUSMALLINT(index + 1), SQLSMALLINT(slot.type), buffer + slot.offset, SQLLEN(slot.width),
                (buffer + slot.indicators).assumingMemoryBound(to: SQLLEN.self))
            guard succeeded(code) else {
                unbind(from: handle)
                return false
            }
        }
        return true
    }

    /// Takes the buffer back: the next result set has other columns.
    func unbind(from handle: SQLHANDLE) {
        SQLFreeStmt(handle, SQLUSMALLINT(SQL_UNBIND))
        SQLSetStmtAttrW(handle, SQL_ATTR_ROWS_FETCHED_PTR, nil, SQL_IS_POINTER)
        SQLSetStmtAttrW(handle, SQL_ATTR_ROW_ARRAY_SIZE, integerAttribute(1), SQL_IS_UINTEGER)
    }

    /// How many rows the last fetch brought.
    var fetchedCount: Int { min(rowCount, Int(buffer.load(as: SQLULEN.self))) }

    /// - Parameter isTruncated: set when a value was longer than its column said.
    func row(_ row: Int, isTruncated: inout Bool) -> [ODBCValue] {
        var values: [ODBCValue] = []
        values.reserveCapacity(slots.count)
        for slot in slots { values.append(value(slot, row, &isTruncated)) }
        return values
    }

    private func value(_ slot: Slot, _ row: Int, _ isTruncated: inout Bool) -> ODBCValue {
        let indicator = (buffer + slot.indicators).load(fromByteOffset: row * MemoryLayout<SQLLEN>.size, as: SQLLEN.self)
        if indicator == SQLLEN(SQL_NULL_DATA) { return .null }
        let place = buffer + slot.offset + row * slot.width
        switch slot.kind {
        case .bool: return .bool(place.load(as: Int64.self) != 0)
        case .int: return .int(place.load(as: Int64.self))
        case .unsigned:
            let value = place.load(as: UInt64.self)
            return Int64(exactly: value).map { .int($0) } ?? .decimal(String(value))
        case .double: return .double(place.load(as: Double.self))
        case .timestamp: return .timestamp(ODBCTimestamp(place.loadUnaligned(as: SQL_TIMESTAMP_STRUCT.self)))
        case .guid: return .guid(UUID(place.loadUnaligned(as: SQLGUID.self)))
        case .bytes: return .bytes(Array(bytes(place, indicator, room: slot.width, &isTruncated)))
        case .decimal: return .decimal(String(decoding: bytes(place, indicator, room: slot.width - 1, &isTruncated), as: UTF8.self))
        case .text: return .text(String(decoding: bytes(place, indicator, room: slot.width - 1, &isTruncated), as: UTF8.self))
        }
    }

    private func bytes(
        _ place: UnsafeMutableRawPointer, _ indicator: SQLLEN, room: Int, _ isTruncated: inout Bool
    ) -> UnsafeRawBufferPointer {
        if Int(indicator) > room || indicator < 0 { isTruncated = true }
        return UnsafeRawBufferPointer(start: place, count: indicator < 0 ? room : min(room, Int(indicator)))
    }
}
