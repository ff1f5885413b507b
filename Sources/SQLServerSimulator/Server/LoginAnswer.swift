import TDS

/// The answer to LOGIN7: what the client was let in to, or why not.
struct LoginAnswer {
    /// What SQL Server gives a client that leaves the packet size to it.
    static let packetSizeBytesDefault = 4_096
    static let packetSizeBytesMin = 512

    let tokens: [UInt8]
    let packetSizeBytes: Int
    let isAccepted: Bool

    init(_ login: Login7, outcome: LoginOutcome, instance: SimulatedInstance) {
        let config = instance.config
        var answer = AnswerWriter(version: login.version, serverName: config.name)
        switch outcome {
        case .failed(let messages):
            answer.write(messages.map { .message($0) } + [.done(rowCount: nil)], as: .batch)
            tokens = answer.tokens.bytes
            packetSizeBytes = Self.packetSizeBytesDefault
            isAccepted = false
        case .accepted(let database, let language, let messages):
            let packetSize =
                login.packetSizeBytes == 0
                ? Self.packetSizeBytesDefault
                : Swift.max(Self.packetSizeBytesMin, Swift.min(login.packetSizeBytes, PacketAssembler.packetSizeBytesMax))
            let version = ServerVersion(instance.config.version)
            var tokens = TokenWriter(version: login.version)
            tokens.environmentChange(.database(from: "master", to: database))
            if login.version >= .v7_1 { tokens.environmentChange(.collation) }
            tokens.environmentChange(.language(from: "", to: language))
            for message in messages { tokens.message(TDSMessage(message, serverName: config.name)) }
            tokens.loginAcknowledgement(server: version)
            tokens.environmentChange(.packetSize(from: Self.packetSizeBytesDefault, to: packetSize))
            // UTF-8 support came with SQL Server 2019.
            if login.version >= .v7_4, !login.features.isEmpty {
                let isServed = login.wantsUTF8 && version.major >= 15
                tokens.featureAcknowledgement(isServed ? [LoginFeature(id: LoginFeature.utf8Support, data: [1])] : [])
            }
            tokens.done(.statement, [])
            self.tokens = tokens.bytes
            packetSizeBytes = packetSize
            isAccepted = true
        }
    }
}

extension TDSMessage {
    init(_ message: SQLServerMessage, serverName: String) {
        self.init(
            number: Int32(clamping: message.number), state: UInt8(clamping: message.state), severity: UInt8(clamping: message.severity),
            text: message.text, server: serverName, procedure: message.procedure, line: Int32(clamping: message.line),
            isError: message.isError)
    }
}

extension ServerVersion {
    init(_ version: SQLServerVersion) {
        self.init(major: UInt8(clamping: version.major), minor: 0, build: UInt16(clamping: version.build))
    }
}
