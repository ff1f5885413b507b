package import Foundation

/// Writes TYPE_INFO and values, each as the client's version of the protocol knows the type.
///
/// Every type goes out in its nullable form, so that a NULL is always possible. Older clients get what SQL Server gives them:
/// before 7.3 the date types become nvarchar, before 7.2 the (max) types become text, ntext and image and xml becomes ntext.
package struct TypeEncoder: Sendable {
    private static let largeLength: UInt32 = 0x7FFF_FFFF
    /// The chunk length that ends a value of unknown length, and the total length that says NULL.
    private static let unknownTotal: UInt64 = 0xFFFF_FFFF_FFFF_FFFE
    private static let nullTotal: UInt64 = 0xFFFF_FFFF_FFFF_FFFF

    package let version: TDSVersion

    package init(version: TDSVersion) { self.version = version }

    /// The type that the client is told for a column of type `type`.
    package func served(_ type: TDSType) -> TDSType {
        switch type {
        case .date where !version.hasDateTypes: .nvarchar(10)
        case .time(let scale) where !version.hasDateTypes: .nvarchar(.bounded(scale == 0 ? 8 : 9 + scale))
        case .datetime2(let scale) where !version.hasDateTypes: .nvarchar(.bounded(scale == 0 ? 19 : 20 + scale))
        case .datetimeoffset(let scale) where !version.hasDateTypes: .nvarchar(.bounded(scale == 0 ? 26 : 27 + scale))
        case .varchar(.max) where !version.hasLargeValues: .text
        case .nvarchar(.max) where !version.hasLargeValues: .ntext
        case .varbinary(.max) where !version.hasLargeValues: .image
        case .xml where !version.hasLargeValues: .ntext
        default: type
        }
    }

    /// Writes the TYPE_INFO of a type that `served` gave.
    package func writeType(_ type: TDSType, to writer: inout ByteWriter) {
        switch type {
        case .bit: sized(WireType.bitN, 1, &writer)
        case .tinyint: sized(WireType.intN, 1, &writer)
        case .smallint: sized(WireType.intN, 2, &writer)
        case .int: sized(WireType.intN, 4, &writer)
        case .bigint: sized(WireType.intN, 8, &writer)
        case .real: sized(WireType.floatN, 4, &writer)
        case .float: sized(WireType.floatN, 8, &writer)
        case .smallmoney: sized(WireType.moneyN, 4, &writer)
        case .money: sized(WireType.moneyN, 8, &writer)
        case .smalldatetime: sized(WireType.dateTimeN, 4, &writer)
        case .datetime: sized(WireType.dateTimeN, 8, &writer)
        case .uniqueidentifier: sized(WireType.guid, 16, &writer)
        case .decimal(let precision, let scale):
            sized(WireType.decimalN, Self.decimalSizeBytes(precision: precision), &writer)
            writer.byte(UInt8(clamping: precision))
            writer.byte(UInt8(clamping: scale))
        case .date: writer.byte(WireType.date)
        case .time(let scale): sized(WireType.time, UInt8(clamping: scale), &writer)
        case .datetime2(let scale): sized(WireType.dateTime2, UInt8(clamping: scale), &writer)
        case .datetimeoffset(let scale): sized(WireType.dateTimeOffset, UInt8(clamping: scale), &writer)
        case .char(let length): text(WireType.char, length, bytesPerCharacter: 1, &writer)
        case .varchar(let length): text(WireType.varChar, length, bytesPerCharacter: 1, &writer)
        case .nchar(let length): text(WireType.nChar, length, bytesPerCharacter: 2, &writer)
        case .nvarchar(let length): text(WireType.nVarChar, length, bytesPerCharacter: 2, &writer)
        case .binary(let length): lengthed(WireType.binary, length, bytesPerCharacter: 1, &writer)
        case .varbinary(let length): lengthed(WireType.varBinary, length, bytesPerCharacter: 1, &writer)
        case .text: large(WireType.text, hasCollation: true, &writer)
        case .ntext: large(WireType.nText, hasCollation: true, &writer)
        case .image: large(WireType.image, hasCollation: false, &writer)
        case .xml:
            writer.byte(WireType.xml)
            writer.byte(0)
        case .sqlVariant:
            writer.byte(WireType.variant)
            writer.integer(UInt32(8_009))
        }
    }

    /// Writes a value of a column of type `type` (before `served`). Throws `.unsupported` when the value is not one of the type.
    package func writeValue(_ value: TDSValue, as type: TDSType, to writer: inout ByteWriter) throws(TDSError) {
        let served = served(type)
        if value.isNull { return writeNull(served, to: &writer) }
        let value = Self.oldText(value, type, served: served).map { .string($0) } ?? value
        switch served {
        case .bit, .tinyint, .smallint, .int, .bigint, .real, .float, .decimal, .smallmoney, .money:
            try writeNumber(value, as: served, to: &writer)
        case .date, .datetime, .smalldatetime, .time, .datetime2, .datetimeoffset:
            try writeTime(value, as: served, to: &writer)
        case .char(let length), .varchar(let length), .nchar(let length), .nvarchar(let length), .binary(let length),
            .varbinary(let length):
            let bytes = try Self.bytes(value, as: served)
            switch length {
            case .max: Self.writeChunks(bytes, to: &writer)
            case .bounded:
                guard bytes.count <= WireType.boundedSizeBytesMax else { throw Self.mismatch(value, served) }
                writer.integer(UInt16(truncatingIfNeeded: bytes.count))
                writer.append(bytes)
            }
        case .text, .ntext, .image:
            let bytes = try Self.bytes(value, as: served)
            writer.byte(16)
            for _ in 0..<24 { writer.byte(0) }
            writer.integer(UInt32(clamping: bytes.count))
            writer.append(bytes)
        case .xml: Self.writeChunks(try Self.bytes(value, as: served), to: &writer)
        case .uniqueidentifier:
            guard case .guid(let guid) = value else { throw Self.mismatch(value, served) }
            writer.byte(16)
            writer.append(GUIDBytes.bytes(guid))
        case .sqlVariant: try writeVariant(value, to: &writer)
        }
    }

    /// Whether a NULL of the type is one that NBCROW may leave out: all are.
    private func writeNull(_ type: TDSType, to writer: inout ByteWriter) {
        switch type {
        case .char(let length), .varchar(let length), .nchar(let length), .nvarchar(let length), .binary(let length),
            .varbinary(let length):
            length == .max ? writer.integer(Self.nullTotal) : writer.integer(WireType.maxLength)
        case .xml: writer.integer(Self.nullTotal)
        case .sqlVariant: writer.integer(UInt32(0))
        default: writer.byte(0)
        }
    }

    private static func writeChunks(_ bytes: [UInt8], to writer: inout ByteWriter) {
        writer.integer(UInt64(bytes.count))
        if !bytes.isEmpty {
            writer.integer(UInt32(clamping: bytes.count))
            writer.append(bytes)
        }
        writer.integer(UInt32(0))
    }

    /// What a text or binary type keeps of a value; fixed lengths are filled up.
    private static func bytes(_ value: TDSValue, as type: TDSType) throws(TDSError) -> [UInt8] {
        switch (type, value) {
        case (.char(let length), .string(let text)): filled(CodePage1252.bytes(text), length, with: [0x20])
        case (.nchar(let length), .string(let text)): filled(UTF16LittleEndian.bytes(text), length, with: [0x20, 0])
        case (.varchar, .string(let text)), (.text, .string(let text)): CodePage1252.bytes(text)
        case (.nvarchar, .string(let text)), (.ntext, .string(let text)): UTF16LittleEndian.bytes(text)
        case (.xml, .string(let text)): UTF16LittleEndian.bytes(text)
        case (.binary(let length), .binary(let bytes)): filled(bytes, length, with: [0])
        case (.varbinary, .binary(let bytes)), (.image, .binary(let bytes)): bytes
        default: throw mismatch(value, type)
        }
    }

    private static func filled(_ bytes: [UInt8], _ length: TDSLength, with filler: [UInt8]) -> [UInt8] {
        guard case .bounded(let count) = length else { return bytes }
        var filled = bytes
        let size = Swift.min(count * filler.count, WireType.boundedSizeBytesMax)
        filled.reserveCapacity(size)
        while filled.count < size { filled.append(contentsOf: filler) }
        return filled
    }

    /// The text that a client before 7.3 gets for a date type; nil where the value goes out as it is.
    private static func oldText(_ value: TDSValue, _ type: TDSType, served: TDSType) -> String? {
        guard served != type else { return nil }
        switch (value, type) {
        case (.time(let time), .time(let scale)): return time.text(scale: scale)
        case (.dateTime(let moment), .datetime2(let scale)): return "\(moment.date) \(moment.time.text(scale: scale))"
        case (.dateTimeOffset(let moment), .datetimeoffset(let scale)):
            return "\(moment.local.date) \(moment.local.time.text(scale: scale)) \(moment.description.suffix(6))"
        case (.date(let date), _): return date.description
        default: return nil
        }
    }

    private func writeVariant(_ value: TDSValue, to writer: inout ByteWriter) throws(TDSError) {
        guard case .variant(let type, let inner) = value else { throw Self.mismatch(value, .sqlVariant) }
        if inner == .null { return writer.integer(UInt32(0)) }
        var body = ByteWriter()
        switch type {
        case .char(.bounded(let length)), .varchar(.bounded(let length)), .nchar(.bounded(let length)), .nvarchar(.bounded(let length)):
            body.byte(Self.variantTypeByte(type))
            body.byte(7)
            body.append(Collation.bytes)
            let isWide = type == .nchar(.bounded(length)) || type == .nvarchar(.bounded(length))
            body.integer(UInt16(clamping: isWide ? length * 2 : length))
            body.append(try Self.bytes(inner, as: type))
        case .binary(.bounded(let length)), .varbinary(.bounded(let length)):
            body.byte(Self.variantTypeByte(type))
            body.byte(2)
            body.integer(UInt16(clamping: length))
            body.append(try Self.bytes(inner, as: type))
        case .decimal(let precision, let scale):
            body.byte(WireType.decimalN)
            body.byte(2)
            body.byte(UInt8(clamping: precision))
            body.byte(UInt8(clamping: scale))
            body.append(try unprefixed(inner, type))
        case .time(let scale), .datetime2(let scale), .datetimeoffset(let scale):
            body.byte(Self.variantTypeByte(type))
            body.byte(1)
            body.byte(UInt8(clamping: scale))
            body.append(try unprefixed(inner, type))
        default:
            let typeByte = Self.variantTypeByte(type)
            guard typeByte != 0 else { throw Self.mismatch(value, .sqlVariant) }
            body.byte(typeByte)
            body.byte(0)
            body.append(try unprefixed(inner, type))
        }
        writer.integer(UInt32(clamping: body.count))
        writer.append(body.bytes)
    }

    /// A value without the length byte before it.
    private func unprefixed(_ value: TDSValue, _ type: TDSType) throws(TDSError) -> ArraySlice<UInt8> {
        var writer = ByteWriter()
        try TypeEncoder(version: .v7_4).writeValue(value, as: type, to: &writer)
        return writer.bytes.dropFirst()
    }

    private static func variantTypeByte(_ type: TDSType) -> UInt8 {
        switch type {
        case .bit: WireType.bit
        case .tinyint: WireType.int1
        case .smallint: WireType.int2
        case .int: WireType.int4
        case .bigint: WireType.int8
        case .real: WireType.float4
        case .float: WireType.float8
        case .smallmoney: WireType.money4
        case .money: WireType.money8
        case .smalldatetime: WireType.smallDateTime
        case .datetime: WireType.dateTime
        case .uniqueidentifier: WireType.guid
        case .date: WireType.date
        case .time: WireType.time
        case .datetime2: WireType.dateTime2
        case .datetimeoffset: WireType.dateTimeOffset
        case .char: WireType.char
        case .varchar: WireType.varChar
        case .nchar: WireType.nChar
        case .nvarchar: WireType.nVarChar
        case .binary: WireType.binary
        case .varbinary: WireType.varBinary
        default: 0
        }
    }

    static func mismatch(_ value: TDSValue, _ type: TDSType) -> TDSError {
        TDSError(.unsupported, "A value does not fit its column of type \(type.declaration).")
    }

    static func decimalSizeBytes(precision: Int) -> UInt8 {
        switch precision {
        case ...9: 5
        case ...19: 9
        case ...28: 13
        default: 17
        }
    }

    private func sized(_ type: UInt8, _ size: UInt8, _ writer: inout ByteWriter) {
        writer.byte(type)
        writer.byte(size)
    }

    private func lengthed(_ type: UInt8, _ length: TDSLength, bytesPerCharacter: Int, _ writer: inout ByteWriter) {
        writer.byte(type)
        switch length {
        case .max: writer.integer(WireType.maxLength)
        case .bounded(let count):
            writer.integer(UInt16(clamping: Swift.min(Swift.max(1, count) * bytesPerCharacter, WireType.boundedSizeBytesMax)))
        }
    }

    private func text(_ type: UInt8, _ length: TDSLength, bytesPerCharacter: Int, _ writer: inout ByteWriter) {
        lengthed(type, length, bytesPerCharacter: bytesPerCharacter, &writer)
        writeCollation(&writer)
    }

    private func writeCollation(_ writer: inout ByteWriter) {
        if version >= .v7_1 { writer.append(Collation.bytes) }
    }

    /// The table name after it is left empty.
    private func large(_ type: UInt8, hasCollation: Bool, _ writer: inout ByteWriter) {
        writer.byte(type)
        writer.integer(Self.largeLength)
        if hasCollation { writeCollation(&writer) }
    }

    /// The table name that follows text, ntext and image in COLMETADATA, and only there.
    func writeTableName(_ type: TDSType, to writer: inout ByteWriter) {
        guard type == .text || type == .ntext || type == .image else { return }
        if version.hasLargeValues { writer.byte(0) } else { writer.integer(UInt16(0)) }
    }
}

/// A uniqueidentifier's bytes: the first three groups low byte first.
package enum GUIDBytes {
    private static let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

    package static func bytes(_ guid: UUID) -> [UInt8] {
        let plain = withUnsafeBytes(of: guid.uuid) { Array($0) }
        return order.map { plain[$0] }
    }

    /// Nil unless there are 16 bytes.
    package static func guid(_ bytes: ArraySlice<UInt8>) -> UUID? {
        guard bytes.count == 16 else { return nil }
        let wire = Array(bytes)
        let plain = order.map { wire[$0] }
        return UUID(
            uuid: (
                plain[0], plain[1], plain[2], plain[3], plain[4], plain[5], plain[6], plain[7],
                plain[8], plain[9], plain[10], plain[11], plain[12], plain[13], plain[14], plain[15]
            ))
    }
}
