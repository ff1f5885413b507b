import Testing

@testable import TDS

struct TokenTests {
    @Test func doneHasEightBytesOfCountSince72() {
        var new = TokenWriter(version: .v7_2)
        new.done(.statement, [.count, .more], rowCount: 3)
        var old = TokenWriter(version: .v7_1)
        old.done(.procedure, .error, rowCount: 3)

        #expect(new.bytes == [0xFD, 0x11, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0])
        #expect(old.bytes == [0xFE, 0x02, 0, 0, 0, 3, 0, 0, 0])
    }

    @Test func anErrorCarriesNumberStateSeverityAndLine() {
        var tokens = TokenWriter(version: .v7_4)
        tokens.message(TDSMessage(number: 208, state: 1, severity: 16, text: "x", server: "s", line: 7, isError: true))

        #expect(tokens.bytes == [0xAA, 19, 0, 208, 0, 0, 0, 1, 16, 1, 0, 0x78, 0, 1, 0x73, 0, 0, 7, 0, 0, 0].withLength)
    }

    @Test func aRowOfOneInteger() throws {
        var tokens = TokenWriter(version: .v7_4)
        tokens.metadata([TDSColumn(name: "a", type: .int, isNullable: false)])
        try tokens.row([.int(5)])

        #expect(tokens.bytes == [0x81, 1, 0, 0, 0, 0, 0, 8, 0, 0x26, 4, 1, 0x61, 0, 0xD1, 4, 5, 0, 0, 0])
    }

    @Test func manyNullsGoAsABitmapSince73B() throws {
        let columns = (0..<9).map { TDSColumn(name: "c\($0)", type: .int) }
        let values: [TDSValue] = [.int(1)] + [TDSValue](repeating: .null, count: 7) + [.int(2)]
        var new = TokenWriter(version: .v7_4)
        new.metadata(columns)
        let newStart = new.count
        try new.row(values)
        var old = TokenWriter(version: .v7_3A)
        old.metadata(columns)
        let oldStart = old.count
        try old.row(values)

        #expect(Array(new.bytes[newStart...]) == [0xD2, 0xFE, 0x00, 4, 1, 0, 0, 0, 4, 2, 0, 0, 0])
        #expect(Array(old.bytes[oldStart...]) == [0xD1, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 2, 0, 0, 0])
    }

    @Test func theLoginIsAcknowledgedWithTheVersionTurnedRound() {
        var tokens = TokenWriter(version: .v7_4)
        tokens.loginAcknowledgement(server: ServerVersion(major: 15, minor: 0, build: 4375), programName: "M")

        #expect(tokens.bytes == [0xAD, 12, 0, 1, 0x74, 0, 0, 4, 1, 0x4D, 0, 15, 0, 0x11, 0x17])
    }

    @Test func aTransactionIsToldByItsEightBytes() {
        var tokens = TokenWriter(version: .v7_4)
        tokens.environmentChange(.transactionBegan(77))
        tokens.environmentChange(.transactionCommitted(77))
        tokens.environmentChange(.database(from: "a", to: "b"))

        #expect(
            tokens.bytes == [
                0xE3, 11, 0, 8, 8, 77, 0, 0, 0, 0, 0, 0, 0, 0, 0xE3, 11, 0, 9, 0, 8, 77, 0, 0, 0, 0, 0, 0, 0, 0xE3, 7, 0, 1, 1, 0x62, 0, 1,
                0x61, 0,
            ])
    }

    @Test func aMessageIsCutBeforeItsLengthOverflows() {
        var tokens = TokenWriter(version: .v7_4)
        tokens.message(
            TDSMessage(
                number: 1, state: 1, severity: 16, text: String(repeating: "€", count: 100_000), server: String(repeating: "s", count: 999),
                isError: true))

        #expect(tokens.count < 9_000)
    }
}

extension [UInt8] {
    /// The same token, its length counted.
    fileprivate var withLength: [UInt8] {
        var bytes = self
        bytes[1] = UInt8(truncatingIfNeeded: count - 3)
        return bytes
    }
}
