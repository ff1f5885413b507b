import Testing

@testable import TDS

/// Bytes from anybody: they are read or refused, and never trap. A failing seed is the argument to run again.
struct HostileInputTests {
    @Test(arguments: 0..<40) func randomBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            readEverything(bytes)
        }
    }

    @Test(arguments: 0..<40) func changedRequestsNeverTrap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let originals = [LoginBytes(version: 0x7400_0004, features: [0x0A, 1, 0, 0, 0, 1, 0xFF]).bytes, try call()]
        for _ in 0..<500 {
            var bytes = originals[Int.random(in: 0..<originals.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    [0, 1, 0x7F, 0x80, 0xFE, 0xFF, UInt8.random(in: 0...255, using: &random)]
                    .randomElement(using: &random) ?? 0
            }
            readEverything(bytes)
        }
    }

    @Test func everyTypeByteWithEveryFillNeverTraps() {
        for typeByte in UInt8.min...UInt8.max {
            for fill in [0, 1, 2, 3, 4, 5, 8, 16, 17, 0x26, 0x7F, 0x80, 0xFF] as [UInt8] {
                for count in 0...40 {
                    var reader = ByteReader([typeByte] + [UInt8](repeating: fill, count: count))
                    _ = try? TypeDecoder(version: .v7_4).parameter(&reader)
                }
            }
        }
    }

    @Test func whateverIsReadCanBeWrittenAgain() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            var reader = ByteReader(bytes)
            guard let (type, value) = try? TypeDecoder(version: .v7_4).parameter(&reader) else { continue }
            for version in TDSVersion.allCases {
                var writer = ByteWriter()
                TypeEncoder(version: version).writeType(TypeEncoder(version: version).served(type), to: &writer)
                _ = try? TypeEncoder(version: version).writeValue(value, as: type, to: &writer)
            }
        }
    }

    private func readEverything(_ bytes: [UInt8]) {
        _ = try? Prelogin(bytes)
        _ = try? Login7(bytes)
        for type in [PacketType.sqlBatch, .rpc, .transactionManager] {
            for version in [TDSVersion.v7_1, .v7_4] {
                _ = try? TDSRequest(Message(type: type, status: .endOfMessage, data: bytes), version: version)
                _ = try? TDSRequest(Message(type: type, status: .endOfMessage, data: RequestTests.headers + bytes), version: version)
            }
        }
        var assembler = PacketAssembler()
        assembler.append(bytes)
        while (try? assembler.next()) != nil {}
    }

    private func call() throws -> [UInt8] {
        var writer = ByteWriter()
        writer.append(RequestTests.headers)
        writer.append([0xFF, 0xFF, 13, 0, 0, 0])
        for (type, value) in ValueTests.values where value != .string(String(repeating: "x€", count: 60_000)) {
            writer.append([0, 0])
            TypeEncoder(version: .v7_4).writeType(type, to: &writer)
            try TypeEncoder(version: .v7_4).writeValue(value, as: type, to: &writer)
        }
        return Array(writer.bytes.prefix(4_000))
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
