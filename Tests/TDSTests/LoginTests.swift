import Testing

@testable import TDS

struct LoginTests {
    /// PRELOGIN as go-mssqldb and FreeTDS write it: version, encryption, instance, thread, multiple result sets.
    private let prelogin: [UInt8] = [
        0x00, 0x00, 0x1A, 0x00, 0x06, 0x01, 0x00, 0x20, 0x00, 0x01, 0x02, 0x00, 0x21, 0x00, 0x01, 0x03, 0x00, 0x22, 0x00, 0x04, 0x04, 0x00,
        0x26, 0x00, 0x01, 0xFF,
        0x09, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0xB8, 0x0D, 0x00, 0x00, 0x01,
    ]

    @Test func theOptionsOfPreloginAreRead() throws {
        let read = try Prelogin(prelogin)

        #expect(read.encryption == .on)
        #expect(read.wantsMultipleActiveResultSets)
        #expect(!read.statesFederatedAuthentication)
    }

    @Test func theAnswerToPreloginIsByteForByteOneThatClientsKnow() throws {
        let answer = try Prelogin(prelogin).answer(version: ServerVersion(major: 15, minor: 0, build: 4375), encryption: .on)

        #expect(
            answer == [
                0x00, 0x00, 0x1A, 0x00, 0x06, 0x01, 0x00, 0x20, 0x00, 0x01, 0x02, 0x00, 0x21, 0x00, 0x01, 0x03, 0x00, 0x22, 0x00, 0x00,
                0x04, 0x00, 0x22, 0x00, 0x01, 0xFF,
                15, 0, 0x11, 0x17, 0, 0, 1, 0, 0,
            ])
    }

    @Test(
        arguments: [
            [], [0xFF - 1], [0x00, 0x00, 0x1A, 0x00, 0x06, 0xFF], [0x01, 0x00, 0x06, 0x00, 0x01, 0xFF, 0x09],
            [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [UInt8](repeating: 0, count: 400),
        ] as [[UInt8]]) func aPreloginThatContradictsItselfIsRefused(bytes: [UInt8])
    {
        #expect(throws: TDSError.self) { try Prelogin(bytes) }
    }

    /// The example of MS-TDS, "sa" with an empty password aside: `Login7` as a client of 7.2 sends it.
    @Test func thePasswordIsUnscrambled() {
        let scrambled = UTF16LittleEndian.bytes("Aé€").map { byte -> UInt8 in (byte << 4 | byte >> 4) ^ 0xA5 }

        #expect(UTF16LittleEndian.text(Login7.unscrambled(scrambled)[...]) == "Aé€")
    }

    @Test func everyFieldOfALoginIsRead() throws {
        let login = try Login7(LoginBytes(version: 0x7400_0004, features: [0x0A, 1, 0, 0, 0, 1, 0x01, 0, 0, 0, 0, 0xFF]).bytes)

        #expect(login.version == .v7_4)
        #expect(login.packetSizeBytes == 8_000)
        #expect(login.processID == 4_711)
        #expect([login.hostname, login.username, login.password] == ["host", "sa", "pässwörd"])
        #expect([login.applicationName, login.serverName, login.libraryName] == ["app", "server", "library"])
        #expect([login.language, login.database] == ["us_english", "master"])
        #expect(login.wantsUTF8)
        #expect(!login.wantsFederatedAuthentication)
        #expect(login.features.map(\.id) == [0x0A, 0x01])
    }

    @Test(
        arguments: [
            (0x7000_0000, TDSVersion.v7_0), (0x7100_0000, .v7_1), (0x7100_0001, .v7_1), (0x7209_0002, .v7_2), (0x730A_0003, .v7_3A),
            (0x730B_0003, .v7_3B), (0x7400_0004, .v7_4),
            (0x7500_0000, .v7_4),
        ] as [(UInt32, TDSVersion)]) func theVersionIsTheNewestThatBothKnow(requested: UInt32, negotiated: TDSVersion)
    {
        #expect(TDSVersion.negotiated(requested) == negotiated)
    }

    @Test(arguments: [0x0402_0000, 0x0500_0000, 0x0800_0000, 0xFFFF_FFFF] as [UInt32]) func versionsThatAreNotServedAreRefused(
        requested: UInt32
    ) {
        #expect(throws: TDSError.self) { try Login7(LoginBytes(version: requested, features: []).bytes) }
    }

    @Test func aLoginCutAnywhereIsRefusedOrRead() {
        let bytes = LoginBytes(version: 0x7400_0004, features: [0x0A, 1, 0, 0, 0, 1, 0xFF]).bytes
        for count in bytes.indices {
            #expect(throws: TDSError.self) { try Login7(Array(bytes.prefix(count))) }
        }
    }
}

/// LOGIN7 as a client writes it.
struct LoginBytes {
    let bytes: [UInt8]

    init(version: UInt32, features: [UInt8]) {
        let password = UTF16LittleEndian.bytes("pässwörd").map { byte -> UInt8 in (byte << 4 | byte >> 4) ^ 0xA5 }
        let names = ["host", "sa", nil, "app", "server", "", "library", "us_english", "master"]
        var fields = ByteWriter()
        var body = ByteWriter()
        let start = 94
        for (index, name) in names.enumerated() {
            if index == 5 {
                // The extension: four bytes that point at the features.
                fields.integer(UInt16(start + body.count))
                fields.integer(UInt16(features.isEmpty ? 0 : 4))
                body.integer(UInt32(0))
                continue
            }
            let text = name.map { UTF16LittleEndian.bytes($0) } ?? password
            fields.integer(UInt16(start + body.count))
            fields.integer(UInt16(text.count / 2))
            body.append(text)
        }
        let featureOffset = start + body.count
        var writer = ByteWriter()
        writer.integer(UInt32(featureOffset + features.count))
        for value in [version, 8_000, 7, 4_711, 0] { writer.integer(value) }
        writer.append([0xE0, 0x03, 0x00, features.isEmpty ? 0 : 0x10])
        writer.integer(UInt32(0))
        writer.integer(UInt32(0x0409))
        writer.append(fields.bytes)
        writer.append([UInt8](repeating: 0, count: 22))
        var filled = body.bytes
        let pointer = 2 * ("host".count + "sa".count + "pässwörd".count + "app".count + "server".count)
        for index in 0..<4 { filled[pointer + index] = UInt8(truncatingIfNeeded: featureOffset >> (8 * index)) }
        bytes = writer.bytes + filled + features
    }
}
