import Testing

@testable import TDS

struct RequestTests {
    /// ALL_HEADERS with the transaction descriptor.
    static let headers: [UInt8] = [22, 0, 0, 0, 18, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]

    @Test func aBatchIsItsText() throws {
        let message = Message(type: .sqlBatch, status: .endOfMessage, data: Self.headers + UTF16LittleEndian.bytes("SELECT N'ž'"))

        guard case .batch(let text) = try TDSRequest(message, version: .v7_4) else { return #expect(Bool(false)) }
        #expect(text == "SELECT N'ž'")
    }

    @Test func anOldBatchHasNoHeaders() throws {
        let message = Message(type: .sqlBatch, status: .endOfMessage, data: UTF16LittleEndian.bytes("SELECT 1"))

        guard case .batch(let text) = try TDSRequest(message, version: .v7_1) else { return #expect(Bool(false)) }
        #expect(text == "SELECT 1")
    }

    @Test func aCallByNumberWithParameters() throws {
        var writer = ByteWriter()
        writer.append(Self.headers)
        writer.append([0xFF, 0xFF, 10, 0, 0, 0])
        writer.append([0, 0])
        writer.append(try parameter(.nvarchar(.max), .string("SELECT @P1")))
        writer.shortText("@P1")
        writer.byte(1)
        writer.append(try parameter(.int, .int(5)))

        let calls = try calls(writer.bytes)

        #expect(calls.map(\.procedure) == ["sp_executesql"])
        #expect(
            calls.first?.parameters == [
                RemoteParameter(name: "", type: .nvarchar(.max), value: .string("SELECT @P1"), isOutput: false),
                RemoteParameter(name: "@P1", type: .int, value: .int(5), isOutput: true),
            ])
    }

    @Test func severalCallsInOneRequest() throws {
        var writer = ByteWriter()
        writer.append(Self.headers)
        for number in 0..<3 {
            if number > 0 { writer.byte(0xFF) }
            writer.longText("dbo.proc\(number)", countMax: 128)
            writer.append([0, 0])
        }

        #expect(try calls(writer.bytes).map(\.procedure) == ["dbo.proc0", "dbo.proc1", "dbo.proc2"])
    }

    @Test(arguments: [0xF3, 0xF0, 0x99] as [UInt8]) func typesThatAreNotServedAreRefused(typeByte: UInt8) {
        let data = Self.headers + [0xFF, 0xFF, 10, 0, 0, 0, 0, 0, typeByte, 0, 0, 0, 0]

        #expect(throws: TDSError.self) { try calls(data) }
    }

    @Test(
        arguments: [
            ([5, 0, 2, 0, 0], TransactionManagerRequest.begin(name: "")), ([7, 0, 0, 0], .commit(beginsNext: false)),
            ([7, 0, 0, 1, 2, 0], .commit(beginsNext: true)),
            ([8, 0, 0, 0], .rollback(name: "", beginsNext: false)),
            ([8, 0, 4, 0x61, 0, 0x62, 0, 0], .rollback(name: "ab", beginsNext: false)),
            ([9, 0, 2, 0x73, 0], .save(name: "s")), ([0, 0, 0, 0], .distributed),
        ] as [([UInt8], TransactionManagerRequest)]) func aTransactionIsAskedFor(bytes: [UInt8], expected: TransactionManagerRequest) throws
    {
        let message = Message(type: .transactionManager, status: .endOfMessage, data: Self.headers + bytes)

        guard case .transaction(let request) = try TDSRequest(message, version: .v7_4) else { return #expect(Bool(false)) }
        #expect(request == expected)
    }

    private func calls(_ data: [UInt8]) throws -> [ProcedureCall] {
        guard case .calls(let calls) = try TDSRequest(Message(type: .rpc, status: .endOfMessage, data: data), version: .v7_4) else {
            return []
        }
        return calls
    }

    private func parameter(_ type: TDSType, _ value: TDSValue) throws -> [UInt8] {
        var writer = ByteWriter()
        TypeEncoder(version: .v7_4).writeType(type, to: &writer)
        try TypeEncoder(version: .v7_4).writeValue(value, as: type, to: &writer)
        return writer.bytes
    }
}
