/// The type bytes of TYPE_INFO.
enum WireType {
    static let null: UInt8 = 0x1F
    static let int1: UInt8 = 0x30
    static let bit: UInt8 = 0x32
    static let int2: UInt8 = 0x34
    static let int4: UInt8 = 0x38
    static let smallDateTime: UInt8 = 0x3A
    static let float4: UInt8 = 0x3B
    static let money8: UInt8 = 0x3C
    static let dateTime: UInt8 = 0x3D
    static let float8: UInt8 = 0x3E
    static let money4: UInt8 = 0x7A
    static let int8: UInt8 = 0x7F

    static let guid: UInt8 = 0x24
    static let intN: UInt8 = 0x26
    static let date: UInt8 = 0x28
    static let time: UInt8 = 0x29
    static let dateTime2: UInt8 = 0x2A
    static let dateTimeOffset: UInt8 = 0x2B
    static let bitN: UInt8 = 0x68
    static let decimalN: UInt8 = 0x6A
    static let numericN: UInt8 = 0x6C
    static let floatN: UInt8 = 0x6D
    static let moneyN: UInt8 = 0x6E
    static let dateTimeN: UInt8 = 0x6F

    static let shortVarBinary: UInt8 = 0x25
    static let shortVarChar: UInt8 = 0x27
    static let shortBinary: UInt8 = 0x2D
    static let shortChar: UInt8 = 0x2F
    static let varBinary: UInt8 = 0xA5
    static let varChar: UInt8 = 0xA7
    static let binary: UInt8 = 0xAD
    static let char: UInt8 = 0xAF
    static let nVarChar: UInt8 = 0xE7
    static let nChar: UInt8 = 0xEF

    static let image: UInt8 = 0x22
    static let text: UInt8 = 0x23
    static let variant: UInt8 = 0x62
    static let nText: UInt8 = 0x63
    static let userDefined: UInt8 = 0xF0
    static let xml: UInt8 = 0xF1
    static let tableValued: UInt8 = 0xF3

    /// The length that says (max) in the types with a length of two bytes.
    static let maxLength: UInt16 = 0xFFFF
    /// The most bytes of a bounded string or binary.
    static let boundedSizeBytesMax = 8_000
}

/// The collation of every text here: SQL_Latin1_General_CP1_CI_AS, so that char and varchar are Windows-1252.
package enum Collation {
    package static let bytes: [UInt8] = [0x09, 0x04, 0xD0, 0x00, 0x34]
}

/// Windows-1252, the code page of char and varchar.
package enum CodePage1252 {
    /// 0x80...0x9F, where it differs from Latin-1; 0 where it has no character.
    private static let upper: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// What the code page lacks becomes `?`, as SQL Server does it.
    package static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x80, 0xA0...0xFF: bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            default:
                let index = upper.firstIndex { UInt32($0) == scalar.value }
                bytes.append(index.map { UInt8(truncatingIfNeeded: 0x80 + $0) } ?? UInt8(ascii: "?"))
            }
        }
        return bytes
    }

    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let units = bytes.map { byte in (0x80..<0xA0).contains(byte) ? upper[Int(byte) - 0x80] : UInt16(byte) }
        return String(decoding: units, as: UTF16.self)
    }
}
