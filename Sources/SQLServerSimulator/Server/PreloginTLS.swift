import NIOCore
import NIOSSL
import TDS

/// Carries TLS as TDS 7 does: the handshake inside PRELOGIN packets, everything after it as plain TLS records.
///
/// It stands before the session's handler, and before NIOSSL's when there is TLS. With login-only encryption (ENCRYPT_OFF) the client
/// goes back to plain packets after its login, or after the login's first packet: records and packets are told apart by their first
/// byte (0x14...0x17 is TLS).
final class PreloginTLS: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A TLS record's most bytes, header included.
    private static let recordSizeBytesMax = 5 + 16_384 + 2_048
    private static let recordHeaderSizeBytes = 5
    private static let wrappedSizeBytesMax = 4_096
    private static let recordTypes: ClosedRange<UInt8> = 0x14...0x17
    private static let applicationData: UInt8 = 0x17
    /// The TLS alert no_application_protocol, fatal, as the answer to a client that starts with TLS at once (TDS 8.0, "strict").
    private static let strictRefusal: [UInt8] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x78]

    private enum Phase {
        /// Nothing came yet.
        case start
        case plain
        /// Handshake, or login-only encryption: record by record.
        case mixed
        /// All is TLS.
        case encrypted
    }

    private var phase = Phase.start
    private var isLoginOnly = false
    private var sawPlainRecord = false
    private var pending = ByteBuffer()
    private var tlsHandler: NIOSSLServerHandler?

    /// Starts TLS; the next bytes from the client are its handshake.
    func start(_ context: NIOSSLContext, loginOnly: Bool, on channel: any Channel) throws {
        let handler = NIOSSLServerHandler(context: context)
        tlsHandler = handler
        isLoginOnly = loginOnly
        phase = .mixed
        try channel.pipeline.syncOperations.addHandler(handler, position: .after(self))
    }

    /// Ends login-only encryption. Not to be called from inside a read of the TLS handler.
    func end(on channel: any Channel) {
        guard let tlsHandler else { return }
        self.tlsHandler = nil
        phase = .plain
        channel.pipeline.syncOperations.removeHandler(tlsHandler, promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        switch phase {
        case .start:
            guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else { return }
            if Self.recordTypes.contains(first) {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Self.strictRefusal)), promise: nil)
                context.close(promise: nil)
                return
            }
            phase = .plain
            context.fireChannelRead(data)
        case .plain, .encrypted: context.fireChannelRead(data)
        case .mixed:
            pending.writeBuffer(&buffer)
            unwrapPending(context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard tlsHandler != nil, !sawPlainRecord else { return context.write(data, promise: promise) }
        var buffer = unwrapOutboundIn(data)
        if buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) == Self.applicationData {
            return context.write(data, promise: promise)
        }
        var wrapped = context.channel.allocator.buffer(capacity: buffer.readableBytes + PacketHeader.sizeBytes)
        let bytes = buffer.readBytes(length: buffer.readableBytes) ?? []
        PacketSplitter.packets(type: .prelogin, data: bytes, packetSizeBytes: Self.wrappedSizeBytesMax) { header, part in
            wrapped.writeBytes(header)
            wrapped.writeBytes(part)
        }
        context.write(wrapOutboundOut(wrapped), promise: promise)
    }

    private func unwrapPending(_ context: ChannelHandlerContext) {
        while phase == .mixed, let first = pending.getInteger(at: pending.readerIndex, as: UInt8.self) {
            if Self.recordTypes.contains(first) {
                sawPlainRecord = true
                if !isLoginOnly {
                    phase = .encrypted
                    break
                }
                guard let length = pending.getInteger(at: pending.readerIndex + 3, as: UInt16.self) else { return }
                let size = Self.recordHeaderSizeBytes + Int(length)
                guard size <= Self.recordSizeBytesMax else { return context.close(promise: nil) }
                guard let record = pending.readSlice(length: size) else { return }
                context.fireChannelRead(wrapInboundOut(record))
            } else if first == PacketType.prelogin.rawValue, !sawPlainRecord {
                guard let length = pending.getInteger(at: pending.readerIndex + 2, as: UInt16.self) else { return }
                guard Int(length) >= PacketHeader.sizeBytes, Int(length) <= PacketAssembler.packetSizeBytesMax else {
                    return context.close(promise: nil)
                }
                guard var packet = pending.readSlice(length: Int(length)) else { return }
                packet.moveReaderIndex(forwardBy: PacketHeader.sizeBytes)
                context.fireChannelRead(wrapInboundOut(packet))
            } else {
                guard isLoginOnly, sawPlainRecord else { return context.close(promise: nil) }
                // What is decrypted so far has to reach the session before the plain packets do.
                context.fireChannelReadComplete()
                end(on: context.channel)
            }
        }
        guard phase != .mixed, pending.readableBytes > 0 else {
            pending.discardReadBytes()
            return
        }
        let rest = pending
        pending = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(rest))
    }
}
