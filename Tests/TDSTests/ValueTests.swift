import Foundation
import Testing

@testable import TDS

struct ValueTests {
    static let moment = TDSDateTime(ticks: 639_322_635_091_234_567)
    static let values: [(TDSType, TDSValue)] = [
        (.bit, .bit(true)), (.bit, .bit(false)), (.tinyint, .int(255)), (.smallint, .int(-32_768)), (.int, .int(-2_147_483_648)),
        (.bigint, .int(.min)),
        (.bigint, .int(.max)), (.real, .real(1.5)), (.float, .float(-2.25)), (.float, .float(.greatestFiniteMagnitude)),
        (.decimal(precision: 38, scale: 0), .decimal(TDSDecimal(isNegative: true, magnitude: TDSDecimal.magnitudeMax, scale: 0))),
        (.decimal(precision: 9, scale: 2), .decimal(TDSDecimal(isNegative: false, magnitude: 123, scale: 2))),
        (.decimal(precision: 19, scale: 19), .decimal(TDSDecimal(isNegative: false, magnitude: 1, scale: 19))),
        (.money, .money(.min)), (.money, .money(-12_345)), (.smallmoney, .money(-2_147_483_648)),
        (.date, .date(TDSDate(dayNumber: 0))), (.date, .date(TDSDate(dayNumber: TDSDate.dayNumberMax))),
        (.time(scale: 7), .time(moment.time)), (.time(scale: 0), .time(TDSTime(ticks: 10_000_000))),
        (.datetime2(scale: 7), .dateTime(moment)), (.datetime, .dateTime(moment.roundedToDatetime)),
        (.smalldatetime, .dateTime(TDSDateTime(date: moment.date, time: TDSTime(ticks: 36_000_000_000)))),
        (.datetimeoffset(scale: 7), .dateTimeOffset(TDSDateTimeOffset(utc: moment, offsetMinutes: -330))),
        (.varchar(10), .string("café€")), (.nvarchar(20), .string("žluť 🙂")), (.nvarchar(20), .string("")),
        (.nvarchar(.max), .string(String(repeating: "x€", count: 60_000))),
        (.varchar(.max), .string("")), (.varbinary(4), .binary([0, 255])),
        (.varbinary(.max), .binary([UInt8](repeating: 7, count: 100_000))),
        (.uniqueidentifier, .guid(UUID(uuidString: "01234567-89AB-CDEF-0123-456789ABCDEF")!)), (.xml, .string("<a>ž</a>")),
        (.sqlVariant, .variant(.int, .int(-7))), (.sqlVariant, .variant(.nvarchar(2), .string("žx"))),
        (.sqlVariant, .variant(.decimal(precision: 9, scale: 2), .decimal(TDSDecimal(isNegative: true, magnitude: 5, scale: 2)))),
    ]

    @Test(arguments: values) func aValueComesBackAsItWent(type: TDSType, value: TDSValue) throws {
        let read = try roundTrip(type, value)

        #expect(read.value == value)
        #expect(read.type == type)
    }

    @Test(arguments: values.map(\.0)) func aNullComesBackAsNull(type: TDSType) throws {
        #expect(try roundTrip(type, .null).value == .null)
    }

    @Test func fixedLengthsAreFilledUp() throws {
        #expect(try roundTrip(.char(5), .string("ab")).value == .string("ab   "))
        #expect(try roundTrip(.nchar(3), .string("ž")).value == .string("ž  "))
        #expect(try roundTrip(.binary(3), .binary([1])).value == .binary([1, 0, 0]))
    }

    @Test(arguments: [
        (TDSType.int, TDSValue.int(.max)), (.tinyint, .int(-1)), (.int, .string("1")), (.date, .int(1)), (.smallmoney, .money(.max)),
    ])
    func aValueThatDoesNotFitIsRefused(type: TDSType, value: TDSValue) {
        var writer = ByteWriter()
        #expect(throws: TDSError.self) { try TypeEncoder(version: .v7_4).writeValue(value, as: type, to: &writer) }
    }

    @Test func aGUIDHasItsFirstGroupsTurnedRound() {
        let guid = UUID(uuidString: "01234567-89AB-CDEF-0123-456789ABCDEF")!

        #expect(GUIDBytes.bytes(guid) == [0x67, 0x45, 0x23, 0x01, 0xAB, 0x89, 0xEF, 0xCD, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF])
    }

    @Test(
        arguments: [
            (TDSType.bigint, TDSValue.int(-2), [0x26, 8, 8, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            (.money, .money(1 << 32), [0x6E, 8, 8, 1, 0, 0, 0, 0, 0, 0, 0]),
            (
                .decimal(precision: 5, scale: 2), .decimal(TDSDecimal(isNegative: true, magnitude: 123, scale: 2)),
                [0x6A, 5, 5, 2, 5, 0, 123, 0, 0, 0]
            ),
            (.nvarchar(2), .string("ž"), [0xE7, 4, 0, 0x09, 0x04, 0xD0, 0x00, 0x34, 2, 0, 0x7E, 0x01]),
            (
                .datetime, .dateTime(TDSDateTime(date: TDSDate(year: 1900, month: 1, day: 2)!, time: TDSTime(ticks: 10_000_000))),
                [0x6F, 8, 8, 1, 0, 0, 0, 44, 1, 0, 0]
            ),
            (
                .datetime2(scale: 0), .dateTime(TDSDateTime(date: TDSDate(year: 1, month: 1, day: 2)!, time: TDSTime(ticks: 10_000_000))),
                [0x2A, 0, 6, 1, 0, 0, 1, 0, 0]
            ),
            (
                .varchar(.max), .string("a"),
                [0xA7, 0xFF, 0xFF, 0x09, 0x04, 0xD0, 0x00, 0x34, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x61, 0, 0, 0, 0]
            ),
        ] as [(TDSType, TDSValue, [UInt8])]) func theBytesAreThoseOfTheProtocol(type: TDSType, value: TDSValue, bytes: [UInt8]) throws
    {
        #expect(try encode(type, value, .v7_4) == bytes)
    }

    @Test func olderClientsGetWhatTheyKnow() throws {
        #expect(TypeEncoder(version: .v7_2).served(.datetime2(scale: 3)) == .nvarchar(23))
        #expect(TypeEncoder(version: .v7_1).served(.nvarchar(.max)) == .ntext)
        #expect(TypeEncoder(version: .v7_2).served(.nvarchar(.max)) == .nvarchar(.max))
        #expect(
            try encode(.date, .date(TDSDate(year: 2024, month: 2, day: 29)!), .v7_2).suffix(20)
                == UTF16LittleEndian.bytes("2024-02-29")[...])
    }

    @Test(arguments: [("0", "0"), ("-12.340", "-12.340"), ("0.05", "0.05"), ("+7", "7"), ("-0", "0")]) func aDecimalIsReadAndWritten(
        text: String, written: String
    ) {
        #expect(TDSDecimal(text: text)?.description == written)
    }

    @Test(arguments: ["", "-", ".", "1e5", "1.2.3", " 1", "1234567890123456789012345678901234567890"]) func whatIsNotADecimalIsRefused(
        text: String
    ) {
        #expect(TDSDecimal(text: text) == nil)
    }

    @Test(arguments: [("1.25", 1, "1.3"), ("-1.25", 1, "-1.3"), ("1.24", 1, "1.2"), ("1", 3, "1.000"), ("0.999", 0, "1")])
    func aDecimalIsRescaled(text: String, scale: Int, expected: String) {
        #expect(TDSDecimal(text: text)?.rescaled(to: scale)?.description == expected)
    }

    @Test(arguments: [(1, 1, 1, 0), (1900, 1, 1, 693_595), (1970, 1, 1, 719_162), (2000, 2, 29, 730_178), (9999, 12, 31, 3_652_058)])
    func aDayHasItsNumber(year: Int, month: Int, day: Int, number: Int) throws {
        let date = try #require(TDSDate(year: year, month: month, day: day))

        #expect(date.dayNumber == number)
        #expect(date.components == (year, month, day))
    }

    @Test func everyDayComesBackFromItsNumber() throws {
        for number in stride(from: 0, through: TDSDate.dayNumberMax, by: 97) {
            let (year, month, day) = TDSDate(dayNumber: number).components
            #expect(TDSDate(year: year, month: month, day: day)?.dayNumber == number)
        }
    }

    private func encode(_ type: TDSType, _ value: TDSValue, _ version: TDSVersion) throws -> [UInt8] {
        let encoder = TypeEncoder(version: version)
        var writer = ByteWriter()
        encoder.writeType(encoder.served(type), to: &writer)
        try encoder.writeValue(value, as: type, to: &writer)
        return writer.bytes
    }

    private func roundTrip(_ type: TDSType, _ value: TDSValue) throws -> (type: TDSType, value: TDSValue) {
        var reader = ByteReader(try encode(type, value, .v7_4))
        let read = try TypeDecoder(version: .v7_4).parameter(&reader)
        #expect(reader.isAtEnd)
        return read
    }
}
