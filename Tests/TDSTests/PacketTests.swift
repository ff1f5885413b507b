import Testing

@testable import TDS

struct PacketTests {
    @Test(arguments: [0, 1, 503, 504, 505, 5_000]) func aMessageComesBackWhole(sizeBytes: Int) throws {
        let data = (0..<sizeBytes).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = PacketSplitter.bytes(type: .sqlBatch, data: data, packetSizeBytes: 512)
        var assembler = PacketAssembler()

        for byte in bytes.dropLast() {
            assembler.append([byte])
            #expect(try assembler.next() == nil)
        }
        assembler.append([bytes[bytes.count - 1]])

        // The status is the first packet's: the end of the message only where one packet holds it.
        let status: PacketStatus = sizeBytes > 504 ? [] : .endOfMessage
        #expect(try assembler.next() == Message(type: .sqlBatch, status: status, data: data))
        #expect(try assembler.next() == nil)
        #expect(assembler.isEmpty)
    }

    @Test func twoMessagesInOneReadAreTwo() throws {
        var assembler = PacketAssembler()
        assembler.append(
            PacketSplitter.bytes(type: .sqlBatch, data: [1], packetSizeBytes: 4_096)
                + PacketSplitter.bytes(type: .attention, data: [], packetSizeBytes: 4_096))

        #expect(try assembler.next()?.data == [1])
        #expect(try assembler.next()?.type == .attention)
        #expect(try assembler.next() == nil)
    }

    @Test func anIgnoredMessageIsDropped() throws {
        var assembler = PacketAssembler()
        assembler.append([1, 0x03, 0, 9, 0, 0, 1, 0, 7])
        assembler.append([6, 0x01, 0, 8, 0, 0, 1, 0])

        #expect(try assembler.next()?.type == .attention)
    }

    @Test(
        arguments: [
            [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01],
            [0x01, 0x01, 0x00, 0x07, 0, 0, 0, 0],
            [0x01, 0x01, 0xFF, 0xFF, 0, 0, 0, 0],
            Array("GET / HTTP/1.1\r\n".utf8),
        ] as [[UInt8]]) func whatIsNotTDSIsRefused(bytes: [UInt8])
    {
        var assembler = PacketAssembler()
        assembler.append(bytes)

        #expect(throws: TDSError.self) { try assembler.next() }
    }

    @Test func aMessageOverTheLimitIsRefusedBeforeItIsKept() {
        var assembler = PacketAssembler()
        assembler.messageSizeBytesMax = 20_000
        let packet: [UInt8] = [1, 0, 0x40, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 0x4000 - 8)
        assembler.append(packet + packet)

        #expect(throws: TDSError.self) { try assembler.next() }
    }
}
