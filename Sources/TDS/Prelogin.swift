/// The encryption byte of PRELOGIN.
package enum PreloginEncryption: UInt8, Sendable {
    /// The login alone is encrypted.
    case off = 0
    case on = 1
    case notSupported = 2
    case required = 3
}

/// The first message of a connection: options with offset and length each.
package struct Prelogin: Hashable, Sendable {
    static let optionCountMax = 32

    package var encryption: PreloginEncryption
    /// The instance name that the client wants to check, without its closing zero byte.
    package var instanceName: [UInt8]
    package var wantsMultipleActiveResultSets: Bool
    package var statesFederatedAuthentication: Bool

    /// Reads a client's PRELOGIN. The encryption option's client certificate bit is not looked at.
    package init(_ data: [UInt8]) throws(TDSError) {
        var reader = ByteReader(data)
        var encryption: PreloginEncryption = .notSupported
        var instanceName: [UInt8] = []
        var wantsMultipleActiveResultSets = false
        var statesFederatedAuthentication = false
        var isTerminated = false
        for _ in 0..<Self.optionCountMax {
            let token = try reader.byte()
            if token == 0xFF {
                isTerminated = true
                break
            }
            let offset = Int(try reader.bigEndianUInt16())
            let length = Int(try reader.bigEndianUInt16())
            var option = reader
            try option.move(to: offset)
            let value = try option.take(length)
            switch token {
            case 0x01:
                guard let byte = value.first, let known = PreloginEncryption(rawValue: byte & 0x7F) else {
                    throw TDSError(.malformed, "PRELOGIN states an encryption that does not exist.")
                }
                encryption = known
            case 0x02: instanceName = Array(value.prefix { $0 != 0 })
            case 0x04: wantsMultipleActiveResultSets = value.first == 1
            case 0x06: statesFederatedAuthentication = true
            default: break
            }
        }
        guard isTerminated else { throw TDSError(.malformed, "PRELOGIN has more than \(Self.optionCountMax) options.") }
        self.encryption = encryption
        self.instanceName = instanceName
        self.wantsMultipleActiveResultSets = wantsMultipleActiveResultSets
        self.statesFederatedAuthentication = statesFederatedAuthentication
    }

    /// The server's answer: its version and encryption, no multiple result sets, no federated authentication.
    package func answer(version: ServerVersion, encryption: PreloginEncryption) -> [UInt8] {
        let build = version.build
        var options: [(token: UInt8, value: [UInt8])] = [
            (0x00, [version.major, version.minor, UInt8(truncatingIfNeeded: build >> 8), UInt8(truncatingIfNeeded: build), 0, 0]),
            (0x01, [encryption.rawValue]),
            (0x02, [0]),
            (0x03, []),
            (0x04, [0]),
        ]
        if statesFederatedAuthentication { options.append((0x06, [0])) }
        var offset = options.count * 5 + 1
        var writer = ByteWriter()
        for option in options {
            writer.byte(option.token)
            writer.integer(UInt16(truncatingIfNeeded: offset).byteSwapped)
            writer.integer(UInt16(truncatingIfNeeded: option.value.count).byteSwapped)
            offset += option.value.count
        }
        writer.byte(0xFF)
        for option in options { writer.append(option.value) }
        return writer.bytes
    }
}

/// A server's version as PRELOGIN and LOGINACK carry it: 15.0.2000.
package struct ServerVersion: Hashable, Sendable {
    package let major: UInt8
    package let minor: UInt8
    package let build: UInt16

    package init(major: UInt8, minor: UInt8, build: UInt16) {
        self.major = major
        self.minor = minor
        self.build = build
    }
}
