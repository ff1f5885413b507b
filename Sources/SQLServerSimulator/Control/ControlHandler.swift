import NIOCore
import NIOHTTP1

/// The control address: `GET /instances`, `GET /instances/{n}`, `POST /instances/{n|all}`, `GET /certificate`.
/// One request at a time on a connection.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Recorded rows of a view (`views`) are the largest body.
    private static let bodySizeBytesMax = 16 * 1_024 * 1_024

    private let owner: any InstanceOwner
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false

    init(owner: any InstanceOwner) { self.owner = owner }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isTooLarge = false
        case .body(let buffer):
            if body.count + buffer.readableBytes > Self.bodySizeBytesMax {
                isTooLarge = true
                body = []
            } else if !isTooLarge {
                body.append(contentsOf: buffer.readableBytesView)
            }
        case .end:
            guard let head else { return }
            self.head = nil
            let keepsAlive = head.isKeepAlive
            let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            reply(to: head, body: body, on: context.eventLoop).hop(to: context.eventLoop).whenComplete { result in
                let reply =
                    switch result {
                    case .success(let reply): reply
                    case .failure(let error): ControlReply.refusal(500, "The instance did not answer: \(error).")
                    }
                bound.value.handler.send(reply, keepsAlive: keepsAlive, context: bound.value.context)
            }
            body = []
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func reply(to head: HTTPRequestHead, body: [UInt8], on eventLoop: any EventLoop) -> EventLoopFuture<ControlReply> {
        func refuse(_ status: UInt16, _ sentence: String) -> EventLoopFuture<ControlReply> {
            eventLoop.makeSucceededFuture(.refusal(status, sentence))
        }
        if isTooLarge { return refuse(413, "The body is over \(Self.bodySizeBytesMax) bytes.") }
        let path = head.uri.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: true)
        if path == ["certificate"] { return eventLoop.makeSucceededFuture(owner.certificate(head.method == .GET)) }
        guard path.first == "instances", path.count <= 2 else {
            return refuse(404, "There is only /instances, /instances/{number}, /instances/all and /certificate.")
        }
        let name = path.count == 2 ? path[1] : "all"
        let target: ControlRequest.Target
        if name == "all" {
            target = .all
        } else if let number = Int(name), number >= 1 {
            target = .instance(number)
        } else {
            return refuse(404, "An instance is named by its number, from 1, or all.")
        }
        switch head.method {
        case .GET: return owner.answer(ControlRequest(target: target, change: nil))
        case .POST where path.count == 2: return owner.answer(ControlRequest(target: target, change: body))
        default: return refuse(405, "Use GET to read and POST /instances/{number|all} to change.")
        }
    }

    private func send(_ reply: ControlReply, keepsAlive: Bool, context: ChannelHandlerContext) {
        let isText = reply.body.starts(with: Array("-----".utf8))
        let headers: HTTPHeaders = [
            "Content-Type": isText ? "application/x-pem-file" : "application/json",
            "Content-Length": String(reply.body.count),
            "Connection": keepsAlive ? "keep-alive" : "close",
        ]
        let status = HTTPResponseStatus(statusCode: Int(reply.status))
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if !keepsAlive { context.close(promise: nil) }
    }
}

/// Who answers for all instances: this process for its own, or a parent for its children's.
protocol InstanceOwner: Sendable {
    func answer(_ request: ControlRequest) -> EventLoopFuture<ControlReply>
    func certificate(_ isRead: Bool) -> ControlReply
}
