import Foundation

/// Reads a parameter's TYPE_INFO and value.
struct TypeDecoder {
    private static let chunkCountMax = 1_000_000

    let version: TDSVersion

    /// A parameter's type and value as one; the type byte is read first.
    func parameter(_ reader: inout ByteReader) throws(TDSError) -> (type: TDSType, value: TDSValue) {
        let typeByte = try reader.byte()
        if let fixed = Self.fixedType(typeByte) {
            guard let fixedType = fixed.type else { return (.nvarchar(1), .null) }
            return (fixedType, try scalar(fixedType, try reader.array(fixed.sizeBytes)))
        }
        switch typeByte {
        case WireType.guid, WireType.intN, WireType.bitN, WireType.floatN, WireType.moneyN, WireType.dateTimeN:
            let size = try reader.byte()
            guard let type = Self.sizedType(typeByte, size) else { throw Self.wrongSize(typeByte, size) }
            return (type, try shortScalar(type, &reader))
        case WireType.decimalN, WireType.numericN:
            try reader.skip(1)
            let precision = Int(try reader.byte())
            let scale = Int(try reader.byte())
            guard (1...TDSDecimal.precisionMax).contains(precision), scale <= precision else {
                throw TDSError(.malformed, "A decimal parameter has the precision \(precision) and the scale \(scale).")
            }
            return (.decimal(precision: precision, scale: scale), try shortScalar(.decimal(precision: precision, scale: scale), &reader))
        case WireType.date: return (.date, try shortScalar(.date, &reader))
        case WireType.time, WireType.dateTime2, WireType.dateTimeOffset:
            let scale = Int(try reader.byte())
            guard scale <= 7 else { throw TDSError(.malformed, "A time parameter has the scale \(scale).") }
            let type: TDSType =
                typeByte == WireType.time
                ? .time(scale: scale) : typeByte == WireType.dateTime2 ? .datetime2(scale: scale) : .datetimeoffset(scale: scale)
            return (type, try shortScalar(type, &reader))
        case WireType.shortVarBinary, WireType.shortBinary, WireType.shortVarChar, WireType.shortChar:
            return try legacyShort(typeByte, &reader)
        case WireType.varBinary, WireType.binary, WireType.varChar, WireType.char, WireType.nVarChar, WireType.nChar:
            return try variableLength(typeByte, &reader)
        case WireType.text, WireType.nText, WireType.image: return try largeObject(typeByte, &reader)
        case WireType.xml:
            if try reader.byte() == 1 { throw TDSError(.unsupported, "Parameters of a typed xml are not served.") }
            guard let bytes = try chunks(&reader) else { return (.xml, .null) }
            return (.xml, .string(UTF16LittleEndian.text(bytes.starts(with: [0xFF, 0xFE]) ? bytes.dropFirst(2) : bytes[...])))
        case WireType.variant:
            try reader.skip(4)
            return (.sqlVariant, try variant(&reader))
        case WireType.tableValued: throw TDSError(.unsupported, "Table-valued parameters are not served.")
        case WireType.userDefined: throw TDSError(.unsupported, "Parameters of a CLR type are not served.")
        default: throw TDSError(.malformed, "Parameter type 0x\(String(typeByte, radix: 16)) is not one of TDS.")
        }
    }

    private func shortScalar(_ type: TDSType, _ reader: inout ByteReader) throws(TDSError) -> TDSValue {
        let size = Int(try reader.byte())
        return size == 0 ? .null : try scalar(type, try reader.array(size))
    }

    /// The one or two letters of each old type: a length byte for the type, one for the value; 0 is NULL.
    private func legacyShort(_ typeByte: UInt8, _ reader: inout ByteReader) throws(TDSError) -> (TDSType, TDSValue) {
        let limit = Int(try reader.byte())
        let isText = typeByte == WireType.shortVarChar || typeByte == WireType.shortChar
        let type: TDSType = isText ? .varchar(.bounded(limit)) : .varbinary(.bounded(limit))
        let bytes = try reader.array(Int(try reader.byte()))
        if bytes.isEmpty { return (type, .null) }
        return (type, isText ? .string(CodePage1252.text(bytes)) : .binary(bytes))
    }

    private func variableLength(_ typeByte: UInt8, _ reader: inout ByteReader) throws(TDSError) -> (TDSType, TDSValue) {
        let limit = try reader.integer(UInt16.self)
        let isBinary = typeByte == WireType.varBinary || typeByte == WireType.binary
        let isWide = typeByte == WireType.nVarChar || typeByte == WireType.nChar
        if !isBinary, version >= .v7_1 { try reader.skip(Collation.bytes.count) }
        let isMax = limit == WireType.maxLength
        let length: TDSLength = isMax ? .max : .bounded(isWide ? Int(limit) / 2 : Int(limit))
        let type: TDSType =
            switch typeByte {
            case WireType.varBinary: .varbinary(length)
            case WireType.binary: .binary(length)
            case WireType.varChar: .varchar(length)
            case WireType.char: .char(length)
            case WireType.nChar: .nchar(length)
            default: .nvarchar(length)
            }
        let bytes: [UInt8]
        if isMax {
            guard let all = try chunks(&reader) else { return (type, .null) }
            bytes = all
        } else {
            let size = try reader.integer(UInt16.self)
            if size == WireType.maxLength { return (type, .null) }
            bytes = try reader.array(Int(size))
        }
        if isBinary { return (type, .binary(bytes)) }
        return (type, .string(isWide ? UTF16LittleEndian.text(bytes[...]) : CodePage1252.text(bytes)))
    }

    private func largeObject(_ typeByte: UInt8, _ reader: inout ByteReader) throws(TDSError) -> (TDSType, TDSValue) {
        try reader.skip(4)
        if typeByte != WireType.image, version >= .v7_1 { try reader.skip(Collation.bytes.count) }
        let size = try reader.integer(UInt32.self)
        let type: TDSType = typeByte == WireType.image ? .image : typeByte == WireType.text ? .text : .ntext
        if size == UInt32.max { return (type, .null) }
        let bytes = try reader.array(Int(size))
        switch type {
        case .image: return (type, .binary(bytes))
        case .text: return (type, .string(CodePage1252.text(bytes)))
        default: return (type, .string(UTF16LittleEndian.text(bytes[...])))
        }
    }

    /// A value in chunks, its total length before them or unknown; nil for NULL.
    private func chunks(_ reader: inout ByteReader) throws(TDSError) -> [UInt8]? {
        let total = try reader.integer(UInt64.self)
        if total == UInt64.max { return nil }
        var bytes: [UInt8] = []
        for _ in 0..<Self.chunkCountMax {
            let size = Int(try reader.integer(UInt32.self))
            if size == 0 { return bytes }
            bytes.append(contentsOf: try reader.take(size))
        }
        throw TDSError(.tooLarge, "A parameter has more than \(Self.chunkCountMax) chunks.")
    }

    private func variant(_ reader: inout ByteReader) throws(TDSError) -> TDSValue {
        let total = Int(try reader.integer(UInt32.self))
        if total == 0 { return .null }
        var body = ByteReader(try reader.array(total))
        let typeByte = try body.byte()
        let propertyCount = Int(try body.byte())
        let properties = try body.array(propertyCount)
        let rest = try body.array(body.remainingCount)
        if let fixed = Self.fixedType(typeByte)?.type { return .variant(fixed, try scalar(fixed, rest)) }
        switch typeByte {
        case WireType.nVarChar, WireType.nChar:
            return .variant(.nvarchar(.bounded(rest.count / 2)), .string(UTF16LittleEndian.text(rest[...])))
        case WireType.varChar, WireType.char: return .variant(.varchar(.bounded(rest.count)), .string(CodePage1252.text(rest)))
        case WireType.varBinary, WireType.binary: return .variant(.varbinary(.bounded(rest.count)), .binary(rest))
        case WireType.guid: return .variant(.uniqueidentifier, try scalar(.uniqueidentifier, rest))
        case WireType.decimalN, WireType.numericN:
            guard properties.count == 2, properties[1] <= 38 else { break }
            let type = TDSType.decimal(precision: Int(properties[0]), scale: Int(properties[1]))
            return .variant(type, try scalar(type, rest))
        default: break
        }
        throw TDSError(.unsupported, "A sql_variant parameter of type 0x\(String(typeByte, radix: 16)) is not served.")
    }

    private static func wrongSize(_ typeByte: UInt8, _ size: some BinaryInteger) -> TDSError {
        TDSError(.malformed, "A value of type 0x\(String(typeByte, radix: 16)) cannot have \(size) bytes.")
    }

    private static func fixedType(_ typeByte: UInt8) -> (type: TDSType?, sizeBytes: Int)? {
        switch typeByte {
        case WireType.null: (nil, 0)
        case WireType.int1: (.tinyint, 1)
        case WireType.bit: (.bit, 1)
        case WireType.int2: (.smallint, 2)
        case WireType.int4: (.int, 4)
        case WireType.int8: (.bigint, 8)
        case WireType.smallDateTime: (.smalldatetime, 4)
        case WireType.dateTime: (.datetime, 8)
        case WireType.float4: (.real, 4)
        case WireType.float8: (.float, 8)
        case WireType.money4: (.smallmoney, 4)
        case WireType.money8: (.money, 8)
        default: nil
        }
    }

    private static func sizedType(_ typeByte: UInt8, _ size: UInt8) -> TDSType? {
        switch (typeByte, size) {
        case (WireType.guid, 16): .uniqueidentifier
        case (WireType.intN, 1): .tinyint
        case (WireType.intN, 2): .smallint
        case (WireType.intN, 4): .int
        case (WireType.intN, 8): .bigint
        case (WireType.bitN, 1): .bit
        case (WireType.floatN, 4): .real
        case (WireType.floatN, 8): .float
        case (WireType.moneyN, 4): .smallmoney
        case (WireType.moneyN, 8): .money
        case (WireType.dateTimeN, 4): .smalldatetime
        case (WireType.dateTimeN, 8): .datetime
        default: nil
        }
    }
}
