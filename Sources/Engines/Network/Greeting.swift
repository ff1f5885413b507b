/// What answers on a port, found by our own first packet, after a driver failed without the server's words.
enum Greeting: Sendable, Equatable {
    /// A server of the kind that was asked; whether it offers and demands encryption.
    case expected(encryption: Encryption)
    /// Something else; its name when it is recognised, such as `an HTTP server`.
    case other(String?)
    /// Closed without a word.
    case closed
    /// Said nothing in time.
    case silent
    /// Could not be connected to.
    case unreachable

    enum Encryption: Sendable, Equatable { case unsupported, offered, required }

    /// How long the answer is waited for.
    static let secondsMax = 2.0

    /// Asks `address` as a server of `engine`.
    static func ask(_ engine: EngineKind, at address: NetworkAddress, port: Int, deadline: CallDeadline) -> Greeting {
        let deadline = deadline.within(secondsMax)
        // the driver's error says why
        guard let socket = try? PlainSocket(to: address, port: port, deadline: deadline) else { return .unreachable }
        switch engine {
        case .sqlserver: guard socket.send(preLogin, deadline: deadline) else { return .closed }
        case .postgresql: guard socket.send(encryptionRequest, deadline: deadline) else { return .closed }
        case .mysql: break  // the server speaks first
        }
        guard let bytes = socket.receive(deadline: deadline) else { return .silent }
        guard !bytes.isEmpty else { return .closed }
        return read(bytes, as: engine)
    }

    /// Judges the first bytes of an answer.
    static func read(_ bytes: [UInt8], as engine: EngineKind) -> Greeting {
        let text = String(decoding: bytes.prefix(8), as: UTF8.self)
        if text.hasPrefix("HTTP/") { return .other("an HTTP server") }
        if text.hasPrefix("SSH-") { return .other("an SSH server") }
        if text.hasPrefix("220 ") || text.hasPrefix("220-") { return .other("a mail or FTP server") }
        switch engine {
        case .sqlserver: if let encryption = preLoginEncryption(bytes) { return .expected(encryption: encryption) }
        case .postgresql: if bytes.count == 1, let encryption = encryptionAnswer(bytes[0]) { return .expected(encryption: encryption) }
        case .mysql: if let encryption = handshakeEncryption(bytes) { return .expected(encryption: encryption) }
        }
        if bytes.count >= 3, bytes[0] == 0x15, bytes[1] == 0x03 { return .other("a server that speaks TLS from the first byte") }
        if handshakeEncryption(bytes) != nil { return .other("a MySQL or MariaDB server") }
        return .other(nil)
    }

    // MARK: SQL Server: TDS PRELOGIN, [MS-TDS] 2.2.6.5

    /// Version 0, encryption off but able to.
    private static let preLogin: [UInt8] = [
        0x12, 0x01, 0x00, 0x1a, 0x00, 0x00, 0x00, 0x00,  // packet header: PRELOGIN, end of message, 26 bytes
        0x00, 0x00, 0x0b, 0x00, 0x06,  // VERSION at 11, 6 bytes
        0x01, 0x00, 0x11, 0x00, 0x01,  // ENCRYPTION at 17, 1 byte
        0xff,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00,
    ]

    private static func preLoginEncryption(_ bytes: [UInt8]) -> Encryption? {
        guard bytes.count > 8, bytes[0] == 0x04, bytes[1] <= 1 else { return nil }
        let body = Array(bytes[8...])
        var position = 0
        while position + 4 < body.count, body[position] != 0xff {
            let offset = Int(body[position + 1]) << 8 | Int(body[position + 2])
            if body[position] == 0x01, offset < body.count {
                switch body[offset] {
                case 0x02: return .unsupported
                case 0x01, 0x03: return .required
                default: return .offered
                }
            }
            position += 5
        }
        return .offered
    }

    // MARK: PostgreSQL: SSLRequest

    private static let encryptionRequest: [UInt8] = [0x00, 0x00, 0x00, 0x08, 0x04, 0xd2, 0x16, 0x2f]

    private static func encryptionAnswer(_ byte: UInt8) -> Encryption? {
        switch byte {
        case UInt8(ascii: "S"): .offered
        case UInt8(ascii: "N"): .unsupported
        default: nil
        }
    }

    // MARK: MySQL: initial handshake packet, protocol 10, or an error packet

    private static func handshakeEncryption(_ bytes: [UInt8]) -> Encryption? {
        guard bytes.count > 5, bytes[3] == 0 else { return nil }
        if bytes[4] == 0xff { return .offered }
        guard bytes[4] == 10, let end = bytes[5...].firstIndex(of: 0) else { return nil }
        // After the version: thread id (4), scramble (8), filler (1), then the low capability bits; bit 11 is CLIENT_SSL.
        let flags = end + 1 + 4 + 8 + 1
        guard flags + 1 < bytes.count else { return nil }
        return (Int(bytes[flags]) | Int(bytes[flags + 1]) << 8) & 0x0800 != 0 ? .offered : .unsupported
    }
}

extension Greeting {
    /// The failure that this answer stands for, when the driver could not say; nil when the right kind of server answered.
    func explained(_ target: Target, port: Int) -> EngineError? {
        let place = "\(target.hostname), port \(port)"
        switch self {
        case .expected: return nil
        case .other(let name):
            return EngineError(
                .protocolError,
                "\(name?.capitalizedFirst ?? "Something") on \(place) answered, but it is not \(target.engine.displayName): check the port."
            )
        case .closed:
            return EngineError(
                .protocolError,
                "\(place) closed the connection without answering as \(target.engine.displayName): check the port, and whether the server limits who may connect."
            )
        case .silent:
            return EngineError(
                .timeout,
                "\(place) accepts connections but says nothing: check that \(target.engine.displayName) listens there and is not overloaded."
            )
        case .unreachable: return PlainSocket.Failure.refused.explained(target, port: port)
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
