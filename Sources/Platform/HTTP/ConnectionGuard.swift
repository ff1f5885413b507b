import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Primitives

/// Watches one HTTP/1 connection and answers what never reaches a route: bytes that are not HTTP, bodies that do not end, requests that
/// take too long. Cuts off a client that does not read its answer.
///
/// It ends a connection in such a way that the other side sees the answer: it stops writing, drops what still comes for a while, then
/// closes.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    struct Settings: Sendable {
        let requestSecondsMax: Double
        let bodyBytesMax: Int
        let lingerSecondsMax: Double
        let stallSecondsMax: Double
        let metrics: RequestMetrics
        let logger: Logger
    }

    private let settings: Settings
    private var pendingAnswers = 0
    private var bodyBytes = 0
    private var isUpload = false
    private var isHeadWritten = false
    private var closesAfterAnswer = false
    /// Nothing more is read from or written to this connection but its end.
    private var isEnding = false
    private var deadline: Scheduled<Void>?
    private var linger: Scheduled<Void>?

    init(_ settings: Settings) { self.settings = settings }

    /// A slow reader is waited for, one that takes nothing is not: its connection and its answer's task would be held for ever. The kernel
    /// counts, since only it knows what has arrived (tcp(7), TCP_USER_TIMEOUT).
    func handlerAdded(context: ChannelHandlerContext) {
        let milliseconds = Int(settings.stallSecondsMax * 1000)
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT))
        try? context.channel.syncOptions?.setOption(option, value: milliseconds)  // a channel without a socket, in tests, stalls nowhere
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isEnding { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            bodyBytes = 0
            isUpload = HTTPLimits.isUpload(method: head.method.rawValue, path: head.path ?? "")
            pendingAnswers += 1
            if pendingAnswers == 1 { startDeadline(context) }
            if head.headerFields[.expect]?.lowercased() == "100-continue", Self.mayContinue(head, bodyBytesMax) {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body(let buffer):
            bodyBytes += buffer.readableBytes
            if bodyBytes > bodyBytesMax { return refuse(context, isUpload ? .uploadTooLarge : .bodyTooLarge) }
        case .end: break
        }
        context.fireChannelRead(data)
    }

    private var bodyBytesMax: Int { isUpload ? HTTPLimits.uploadBytesMax : settings.bodyBytesMax }

    private static func mayContinue(_ head: HTTPRequest, _ bodyBytesMax: Int) -> Bool {
        (head.headerFields[.contentLength].flatMap(Int.init) ?? 0) <= bodyBytesMax
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Nobody behind asks for more while the connection ends, so this does.
        if isEnding { context.read() } else { context.fireChannelReadComplete() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        linger?.cancel()
        if isHeadWritten { settings.logger.debug("A connection ended before its answer did") }
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isEnding, event is ChannelShouldQuiesceEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isEnding { return }
        switch error {
        case HTTPParserError.headerOverflow:
            refuse(context, AppError(.validationError, "The headers are too large"), status: .requestHeaderFieldsTooLarge)
        case HTTPParserError.invalidEOFState, is IOError, is ChannelError: context.fireErrorCaught(error)
        case is HTTPParserError: refuse(context, AppError(.validationError, "This is not HTTP/1.1"))
        default:
            // The conversion of a head can fail too: for names or values that HTTP does not allow.
            guard String(reflecting: type(of: error)).contains("HTTP") else { return context.fireErrorCaught(error) }
            refuse(context, AppError(.validationError, "The request's head is not valid HTTP"))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isEnding { return promise?.fail(ChannelError.ioOnClosedChannel) ?? () }
        let part = unwrapOutboundIn(data)
        switch part {
        case .head(let head):
            isHeadWritten = true
            closesAfterAnswer = closesAfterAnswer || head.headerFields[.connection] == "close"
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            answered(context)
            guard closesAfterAnswer else { return context.write(data, promise: promise) }
            context.writeAndFlush(data, promise: promise)
            end(context)
        }
    }

    private func answered(_ context: ChannelHandlerContext) {
        isHeadWritten = false
        pendingAnswers = max(0, pendingAnswers - 1)
        deadline?.cancel()
        deadline = nil
        if pendingAnswers > 0 { startDeadline(context) }
    }

    private func startDeadline(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let seconds = isUpload ? Double(HTTPLimits.uploadSecondsMax) : settings.requestSecondsMax
        deadline = context.eventLoop.scheduleTask(in: .milliseconds(Int64(seconds * 1000))) {
            let (guardian, context) = bound.value
            guardian.deadline = nil
            guard !guardian.isEnding, !guardian.isHeadWritten else { return }
            guardian.refuse(
                context,
                AppError(.unavailable, "The request took longer than \(Int(seconds)) s", retryAfterSeconds: 5))
        }
    }

    /// Answers in place of the route, unless that has begun to, and ends the connection.
    private func refuse(_ context: ChannelHandlerContext, _ error: AppError, status: HTTPResponse.Status? = nil) {
        let status = status ?? error.code.status
        let requestID = RequestID.make()
        settings.metrics.record(method: .get, route: "refused", status: status.code, seconds: 0)
        settings.logger.info(
            "Request refused",
            metadata: [
                "request.id": .string(requestID), "status": .stringConvertible(status.code), "reason": .string(error.message),
                "client": .string(context.channel.remoteAddress?.ipAddress ?? "-"),
            ])
        if !isHeadWritten {
            var answer = ErrorReply.response(error, requestID: requestID, status: status)
            SecurityHeaders.add(to: &answer, isSecure: false)
            answer.headers[.requestID] = requestID
            answer.headers[.connection] = "close"
            let body = ErrorReply.bytes(error, requestID: requestID, now: Date())
            answer.headers[.contentLength] = String(body.count)
            context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
            context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        end(context)
    }

    private func end(_ context: ChannelHandlerContext) {
        isEnding = true
        deadline?.cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.close(mode: .output).whenFailure { _ in bound.value.close(promise: nil) }
        linger = context.eventLoop.scheduleTask(in: .milliseconds(Int64(settings.lingerSecondsMax * 1000))) {
            bound.value.close(promise: nil)
        }
        context.read()
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
