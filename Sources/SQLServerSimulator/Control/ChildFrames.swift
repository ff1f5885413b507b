import NIOCore

/// What goes between a parent and its child over the child's standard input and output: frames of four bytes length and a body.
///
/// To the child: first `SimulatorProcess` as JSON, then requests. From it: first `ChildGreeting` as JSON, then replies.
enum ChildFrames {
    /// The largest change and the largest snapshot, with room.
    static let sizeBytesMax = 32 * 1_024 * 1_024

    static func frame(_ body: some Sequence<UInt8>) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt32(0))
        let count = buffer.writeBytes(body)
        buffer.setInteger(UInt32(clamping: count), at: 0)
        return buffer
    }

    static func request(_ request: ControlRequest, id: UInt32) -> ByteBuffer {
        var body = ByteBuffer()
        body.writeInteger(id)
        switch request.target {
        case .all: body.writeInteger(UInt32(0))
        case .instance(let number): body.writeInteger(UInt32(clamping: number))
        }
        body.writeInteger(UInt8(request.change == nil ? 0 : 1))
        body.writeBytes(request.change ?? [])
        return frame(body.readableBytesView)
    }

    static func readRequest(_ frame: ByteBuffer) -> (id: UInt32, request: ControlRequest)? {
        var frame = frame
        guard let id = frame.readInteger(as: UInt32.self), let number = frame.readInteger(as: UInt32.self),
            let hasChange = frame.readInteger(as: UInt8.self)
        else { return nil }
        let change = hasChange == 1 ? Array(frame.readableBytesView) : nil
        return (id, ControlRequest(target: number == 0 ? .all : .instance(Int(number)), change: change))
    }

    static func reply(_ reply: ControlReply, id: UInt32) -> ByteBuffer {
        var body = ByteBuffer()
        body.writeInteger(id)
        body.writeInteger(reply.status)
        body.writeBytes(reply.body)
        return frame(body.readableBytesView)
    }

    static func readReply(_ frame: ByteBuffer) -> (id: UInt32, reply: ControlReply)? {
        var frame = frame
        guard let id = frame.readInteger(as: UInt32.self), let status = frame.readInteger(as: UInt16.self) else { return nil }
        return (id, ControlReply(status: status, body: Array(frame.readableBytesView)))
    }
}

/// Cuts the bytes into frames' bodies.
struct ChildFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let size = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return .needMoreData }
        guard Int(size) <= ChildFrames.sizeBytesMax else { throw SimulatorError("A frame of \(size) bytes is over the limit.") }
        guard buffer.readableBytes >= Int(size) + 4 else { return .needMoreData }
        buffer.moveReaderIndex(forwardBy: 4)
        guard let body = buffer.readSlice(length: Int(size)) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(body))
        return .continue
    }
}

/// A child's first frame: its ports, or why it cannot run.
struct ChildGreeting: Codable, Sendable {
    var ports: [Int]
    var error: String?
}
