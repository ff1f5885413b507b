import NIOCore
import NIOSSL
import TDS

/// One connection: PRELOGIN, login, then a request at a time until it ends. Confined to its event loop.
final class SessionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A client that has not signed in by then is disconnected.
    private static let loginSecondsMax: Int64 = 60
    /// Requests that wait behind one that is not answered yet; clients send one at a time.
    private static let waitingRequestCountMax = 8

    private enum Phase {
        case prelogin
        /// PRELOGIN is answered.
        case login
        /// The login is decoded and waits for its answer.
        case signingIn
        case ready
        case closed
    }

    private enum Encryption {
        case none, loginOnly, full
    }

    private let listener: InstanceListener
    private let tls: PreloginTLS
    private var assembler = PacketAssembler()
    private var phase = Phase.prelogin
    private var encryption = Encryption.none
    private var version = TDSVersion.v7_4
    private var packetSizeBytes = LoginAnswer.packetSizeBytesDefault
    private var session: SimulatedSession?
    private var context: ChannelHandlerContext?
    private var loginDeadline: Scheduled<Void>?
    /// The answer that waits for its time (latency, WAITFOR).
    private var scheduledAnswer: Scheduled<Void>?
    /// The first is being answered, or is held because the instance hangs.
    private var requests: [Message] = []
    /// What was ready when the instance had stopped answering; it goes out when the instance answers again.
    private var held: Held?

    private enum Held {
        case login(Login7)
        case answer(RequestAnswer)
    }

    init(listener: InstanceListener, tls: PreloginTLS) {
        self.listener = listener
        self.tls = tls
    }

    private var instance: SimulatedInstance { listener.instance }

    // MARK: What the channel tells

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        listener.add(self)
        loginDeadline = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Self.loginSecondsMax)) { self.close() }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A broken handshake or a reset connection: this session is over, the server goes on.
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .closed else { return }
        assembler.append(unwrapInboundIn(data).readableBytesView)
        do {
            while phase != .closed, let message = try assembler.next() { try handle(message) }
        } catch let error as TDSError {
            refuseAndClose(error)
        } catch {
            close()
        }
    }

    // MARK: What the listener tells

    /// The instance's state changed: what was held may go on, or reading stops.
    func behaviourChanged(_ behaviour: InstanceBehaviour) {
        context?.channel.setOption(.autoRead, value: behaviour.state != .blackhole).whenFailure { _ in }
        let held = held
        self.held = nil
        switch held {
        case .login(let login): answerLogin(login)
        case .answer(let answer): finishRequest(answer)
        case nil: answerNext()
        }
    }

    func close() {
        phase = .closed
        context?.close(promise: nil)
    }

    private func finish() {
        phase = .closed
        loginDeadline?.cancel()
        scheduledAnswer?.cancel()
        loginDeadline = nil
        scheduledAnswer = nil
        requests = []
        held = nil
        session?.close()
        session = nil
        listener.remove(self)
    }

    // MARK: Requests

    private func handle(_ message: Message) throws {
        switch (phase, message.type) {
        case (.prelogin, .prelogin), (.login, .prelogin): try answerPrelogin(try Prelogin(message.data))
        case (.prelogin, .login), (.login, .login): try signIn(try Login7(message.data))
        case (.prelogin, _), (.login, _), (.signingIn, _): throw TDSError(.malformed, "A request came before the login.")
        case (.ready, .attention): cancelRequest()
        case (.ready, .prelogin), (.ready, .login): throw TDSError(.malformed, "A login came after the login.")
        case (.ready, _):
            guard requests.count < Self.waitingRequestCountMax else {
                throw TDSError(.tooLarge, "Too many requests wait for their answers.")
            }
            requests.append(message)
            if requests.count == 1 { answerNext() }
        case (.closed, _): break
        }
    }

    private func answerPrelogin(_ prelogin: Prelogin) throws {
        guard encryption == .none, let context else { throw TDSError(.malformed, "PRELOGIN came twice.") }
        let answer = listener.encryption.answer(to: prelogin.encryption)
        send(prelogin.answer(version: ServerVersion(instance.config.version), encryption: answer.byte))
        phase = .login
        guard answer.isPossible else { return close() }
        switch answer.byte {
        case .notSupported: break
        case .off: encryption = .loginOnly
        case .on, .required: encryption = .full
        }
        guard encryption != .none, let tlsContext = listener.tlsContext else { return }
        try tls.start(tlsContext, loginOnly: encryption == .loginOnly, on: context.channel)
    }

    private func signIn(_ login: Login7) throws {
        guard let context else { return }
        guard encryption != .none || listener.encryption != .required else {
            throw TDSError(.unsupported, "The login came without the encryption that this server requires.")
        }
        version = login.version
        phase = .signingIn
        loginDeadline?.cancel()
        loginDeadline = nil
        let behaviour = instance.behaviour
        // Not at once: the TLS handler cannot be taken away while it hands over what it decrypted.
        let delay = TimeAmount.milliseconds(Int64(Swift.max(0, behaviour.latencyMs)))
        scheduledAnswer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.scheduledAnswer = nil
            self.answerLogin(login)
        }
    }

    private func answerLogin(_ login: Login7) {
        guard phase == .signingIn, let context else { return }
        if instance.behaviour.state == .blackhole {
            held = .login(login)
            return
        }
        let isEncrypted = encryption == .full
        if encryption == .loginOnly { tls.end(on: context.channel) }
        let request = LoginRequest(
            user: login.username, password: login.password, database: login.database, hostName: login.hostname,
            programName: login.applicationName,
            libraryName: login.libraryName, clientAddress: context.remoteAddress?.ipAddress ?? "", isEncrypted: isEncrypted)
        let answer = LoginAnswer(login, outcome: outcome(login, request), instance: instance)
        if answer.isAccepted {
            let session = instance.makeSession(request)
            self.session = session
            phase = .ready
            assembler.messageSizeBytesMax = PacketAssembler.messageSizeBytesMax
        }
        send(answer.tokens)
        packetSizeBytes = answer.packetSizeBytes
        if !answer.isAccepted { close() }
    }

    private func outcome(_ login: Login7, _ request: LoginRequest) -> LoginOutcome {
        if login.usesIntegratedSecurity {
            let text = "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication."
            return .failed([SQLServerMessage(18452, state: 1, severity: 14, text)])
        }
        if login.wantsFederatedAuthentication {
            let text =
                "Login failed for user '<token-identified principal>'. "
                + "This server takes no Azure Active Directory tokens; use SQL authentication."
            return .failed([SQLServerMessage(18456, state: 132, severity: 14, text)])
        }
        if login.changesPassword {
            return .failed([
                SQLServerMessage(
                    18456, state: 1, severity: 14, "Login failed for user '\(login.username)'. Passwords cannot be changed here.")
            ])
        }
        return instance.authenticate(request)
    }

    /// Answers the first request that waits, unless the instance hangs.
    private func answerNext() {
        guard phase == .ready, scheduledAnswer == nil, held == nil, let message = requests.first, let session, let context else { return }
        let behaviour = instance.behaviour
        guard behaviour.answersRequests else { return }
        let answer = RequestAnswer(message, session: session, version: version)
        let delayMs = Double(Swift.max(0, behaviour.latencyMs)) + answer.pauseSeconds * 1_000
        guard delayMs >= 1 else { return finishRequest(answer) }
        scheduledAnswer = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(Swift.min(delayMs, 86_400_000)))) {
            self.scheduledAnswer = nil
            self.finishRequest(answer)
        }
    }

    private func finishRequest(_ answer: RequestAnswer) {
        guard phase == .ready, !requests.isEmpty else { return }
        guard instance.behaviour.answersRequests else {
            held = .answer(answer)
            return
        }
        requests.removeFirst()
        send(answer.tokens)
        if answer.endsConnection { return close() }
        if !requests.isEmpty, let context {
            // On the next turn, so that a client with many requests does not hold up the others.
            scheduledAnswer = context.eventLoop.assumeIsolated().scheduleTask(in: .zero) {
                self.scheduledAnswer = nil
                self.answerNext()
            }
        }
    }

    /// Attention: what runs is dropped and the cancel confirmed, also when there was nothing to cancel.
    private func cancelRequest() {
        scheduledAnswer?.cancel()
        scheduledAnswer = nil
        requests = []
        held = nil
        var tokens = TokenWriter(version: version)
        tokens.done(.statement, .attention)
        send(tokens.bytes)
    }

    /// Bytes that are not TDS: said if the client can hear it, then closed.
    private func refuseAndClose(_ error: TDSError) {
        if phase != .prelogin {
            var answer = AnswerWriter(version: version, serverName: instance.config.name)
            let number = error.code == .unsupported ? 17_836 : 4_002
            answer.refuse(SQLServerMessage(number, state: 1, severity: 20, error.message), isCall: false)
            send(answer.tokens.bytes)
        }
        close()
    }

    private func send(_ tokens: [UInt8]) {
        guard let context else { return }
        let bytes = PacketSplitter.bytes(
            type: .tabularResult, data: tokens, packetSizeBytes: packetSizeBytes, spid: UInt16(truncatingIfNeeded: session?.spid ?? 0))
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}

extension InstanceBehaviour {
    /// A hanging server lets in and then says nothing; a black hole says nothing at all.
    fileprivate var answersRequests: Bool { state != .hang && state != .blackhole }
}
