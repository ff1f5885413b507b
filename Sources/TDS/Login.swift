/// What a client states in LOGIN7. Texts are at most 128 characters but for the password and the file name.
package struct Login7: Hashable, Sendable {
    /// MS-TDS allows 128 UTF-16 units in each of the name fields.
    static let fieldCharacterCountMax = 128
    static let longFieldCharacterCountMax = 512
    static let featureCountMax = 64

    package var version: TDSVersion
    /// 0 leaves it to the server.
    package var packetSizeBytes: Int
    package var hostname = ""
    package var username = ""
    package var password = ""
    package var applicationName = ""
    package var serverName = ""
    package var libraryName = ""
    package var language = ""
    package var database = ""
    package var processID: UInt32 = 0
    /// Windows authentication, which needs a domain.
    package var usesIntegratedSecurity = false
    /// The client wants its password changed.
    package var changesPassword = false
    package var features: [LoginFeature] = []

    package var wantsUTF8: Bool { features.contains { $0.id == LoginFeature.utf8Support } }
    package var wantsFederatedAuthentication: Bool { features.contains { $0.id == LoginFeature.federatedAuthentication } }

    /// Throws `.unsupported` for TDS 4.2, 5.0 and 8.0, `.malformed` for lengths that do not fit.
    package init(_ data: [UInt8]) throws(TDSError) {
        var reader = ByteReader(data)
        let length = Int(try reader.integer(UInt32.self))
        guard length <= data.count else { throw TDSError(.malformed, "LOGIN7 states more bytes than it has.") }
        let requested = try reader.integer(UInt32.self)
        guard let version = TDSVersion.negotiated(requested) else {
            throw TDSError(.unsupported, "TDS version 0x\(String(requested, radix: 16)) is not served; use 7.1 to 7.4.")
        }
        self.version = version
        packetSizeBytes = Int(try reader.integer(UInt32.self))
        try reader.skip(4)
        processID = try reader.integer(UInt32.self)
        try reader.skip(4 + 1)
        let optionFlags2 = try reader.byte()
        try reader.skip(1)
        let optionFlags3 = try reader.byte()
        try reader.skip(8)
        usesIntegratedSecurity = optionFlags2 & 0x80 != 0
        hostname = try Self.text(&reader)
        username = try Self.text(&reader)
        password = try Self.password(&reader)
        applicationName = try Self.text(&reader)
        serverName = try Self.text(&reader)
        let extensionOffset = Int(try reader.integer(UInt16.self))
        try reader.skip(2)
        libraryName = try Self.text(&reader)
        language = try Self.text(&reader)
        database = try Self.text(&reader)
        if version >= .v7_2 { changesPassword = optionFlags3 & 0x01 != 0 }
        if version >= .v7_4, optionFlags3 & 0x10 != 0 {
            var pointer = reader
            try pointer.move(to: extensionOffset)
            try pointer.move(to: Int(try pointer.integer(UInt32.self)))
            features = try Self.features(&pointer)
        }
    }

    /// Turns a scrambled password round: each byte was XORed with 0xA5 after its nibbles were swapped.
    package static func unscrambled(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.map { byte in
            let value = byte ^ 0xA5
            return value << 4 | value >> 4
        }
    }

    private static func field(_ reader: inout ByteReader, countMax: Int) throws(TDSError) -> ArraySlice<UInt8> {
        let offset = Int(try reader.integer(UInt16.self))
        let count = Int(try reader.integer(UInt16.self))
        guard count > 0 else { return [] }
        guard count <= countMax else { throw TDSError(.tooLarge, "A LOGIN7 field has more than \(countMax) characters.") }
        var pointer = reader
        try pointer.move(to: offset)
        return try pointer.take(count * 2)
    }

    private static func text(_ reader: inout ByteReader) throws(TDSError) -> String {
        UTF16LittleEndian.text(try field(&reader, countMax: longFieldCharacterCountMax))
    }

    private static func password(_ reader: inout ByteReader) throws(TDSError) -> String {
        UTF16LittleEndian.text(unscrambled(try field(&reader, countMax: fieldCharacterCountMax))[...])
    }

    private static func features(_ reader: inout ByteReader) throws(TDSError) -> [LoginFeature] {
        var features: [LoginFeature] = []
        for _ in 0..<featureCountMax {
            let id = try reader.byte()
            if id == LoginFeature.terminator { return features }
            let count = Int(try reader.integer(UInt32.self))
            features.append(LoginFeature(id: id, data: try reader.array(count)))
        }
        throw TDSError(.tooLarge, "LOGIN7 asks for more than \(featureCountMax) features.")
    }
}

/// A feature extension that a client asks for. What is not acknowledged is not used by the client.
package struct LoginFeature: Hashable, Sendable {
    package static let federatedAuthentication: UInt8 = 0x02
    package static let utf8Support: UInt8 = 0x0A
    package static let terminator: UInt8 = 0xFF

    package let id: UInt8
    package let data: [UInt8]

    package init(id: UInt8, data: [UInt8]) {
        self.id = id
        self.data = data
    }
}
