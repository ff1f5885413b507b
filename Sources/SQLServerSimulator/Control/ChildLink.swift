import CLinux
import Foundation
import Glibc
import NIOCore
import NIOPosix

/// A running child process and the pipe to it.
final class ChildLink: Sendable {
    /// How long a child may take to bind its ports.
    private static let startSecondsMax: Int64 = 60
    private static let stopPollCountMax = 250
    private static let stopPollMs = 20
    /// A batch makes thousands of small values and frees them again: a thread keeps 1,000 of each size for itself, in place of glibc's 7,
    /// and heaps lie in pages of 2 MB. In a fleet of 10,000, whose heap is scattered, finding them anew took 14 % of the time. Whoever set
    /// it otherwise is heard.
    private static let allocatorSettings = (name: "GLIBC_TUNABLES", value: "glibc.malloc.tcache_count=1000:glibc.malloc.hugetlb=1")

    let firstNumber: Int
    let ports: [Int]
    private let processID: pid_t
    private let channel: any Channel
    private let handler: NIOLoopBound<ChildLinkHandler>

    private init(firstNumber: Int, ports: [Int], processID: pid_t, channel: any Channel, handler: NIOLoopBound<ChildLinkHandler>) {
        self.firstNumber = firstNumber
        self.ports = ports
        self.processID = processID
        self.channel = channel
        self.handler = handler
    }

    var numbers: Range<Int> { firstNumber..<(firstNumber + ports.count) }

    /// Completes when the child is gone.
    var ended: EventLoopFuture<Void> { channel.closeFuture }

    static func start(_ share: SimulatorProcess, command: [String], on eventLoop: any EventLoop) async throws -> ChildLink {
        let (processID, input, output) = try spawn(command)
        let (channel, handler) = try await NIOPipeBootstrap(group: eventLoop)
            // The end of the child's output is the end of the child.
            .channelOption(.allowRemoteHalfClosure, value: false)
            .takingOwnershipOfDescriptors(input: output, output: input) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ChildLinkHandler(greeting: channel.eventLoop.makePromise(of: ChildGreeting.self))
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(ChildFrameDecoder()))
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }
            }
        do {
            let greeting = eventLoop.flatSubmit {
                let deadline = eventLoop.scheduleTask(in: .seconds(Self.startSecondsMax)) { channel.close(promise: nil) }
                let greeting = handler.value.greeting.futureResult
                greeting.whenComplete { _ in deadline.cancel() }
                return greeting
            }
            try await channel.writeAndFlush(ChildFrames.frame(try JSONEncoder().encode(share)))
            let answer = try await greeting.get()
            if let error = answer.error { throw SimulatorError(error) }
            return ChildLink(firstNumber: share.firstNumber, ports: answer.ports, processID: processID, channel: channel, handler: handler)
        } catch {
            channel.close(promise: nil)
            await reap(processID)
            throw error
        }
    }

    func answer(_ request: ControlRequest) -> EventLoopFuture<ControlReply> {
        channel.eventLoop.flatSubmit { self.handler.value.send(request, on: self.channel) }
    }

    /// Closes the pipe, which ends the child, and waits for it.
    func stop() async {
        channel.close(promise: nil)
        await Self.reap(processID)
    }

    private static func reap(_ processID: pid_t) async {
        var status: Int32 = 0
        for _ in 0..<stopPollCountMax {
            if waitpid(processID, &status, WNOHANG) != 0 { return }
            try? await Task.sleep(for: .milliseconds(stopPollMs))  // when cancelled the loop only turns faster
        }
        _ = kill(processID, SIGKILL)
        _ = waitpid(processID, &status, 0)
    }

    /// Starts the command; returns the descriptors of its standard input (to write) and output (to read).
    private static func spawn(_ command: [String]) throws(SimulatorError) -> (pid_t, input: Int32, output: Int32) {
        guard let executable = command.first else {
            throw SimulatorError("The instances need several processes, and no command to start one is known.")
        }
        var toChild: [Int32] = [-1, -1]
        var fromChild: [Int32] = [-1, -1]
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else {
            throw SimulatorError("No pipe to a child process can be made (errno \(errno)).")
        }
        for descriptor in toChild + fromChild { _ = dbtools_set_close_on_exec(descriptor) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
        // Safe because each text is copied by strdup, ends with a null pointer as the call wants it, and is freed after it.
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        setenv(allocatorSettings.name, allocatorSettings.value, 0)
        var processID: pid_t = 0
        let result = posix_spawn(&processID, executable, &actions, nil, &arguments, environ)
        for argument in arguments { free(argument) }
        posix_spawn_file_actions_destroy(&actions)
        Glibc.close(toChild[0])
        Glibc.close(fromChild[1])
        guard result == 0 else {
            Glibc.close(toChild[1])
            Glibc.close(fromChild[0])
            throw SimulatorError("\(executable) cannot be started (errno \(result)).")
        }
        return (processID, toChild[1], fromChild[0])
    }
}

/// The parent's end of the pipe. Confined to its event loop.
final class ChildLinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let greeting: EventLoopPromise<ChildGreeting>
    private var isGreeted = false
    private var waiting: [UInt32: EventLoopPromise<ControlReply>] = [:]
    private var lastID: UInt32 = 0

    init(greeting: EventLoopPromise<ChildGreeting>) { self.greeting = greeting }

    func send(_ request: ControlRequest, on channel: any Channel) -> EventLoopFuture<ControlReply> {
        lastID &+= 1
        let id = lastID
        let promise = channel.eventLoop.makePromise(of: ControlReply.self)
        waiting[id] = promise
        channel.writeAndFlush(ChildFrames.request(request, id: id)).whenFailure { _ in channel.close(promise: nil) }
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if isGreeted {
            guard let (id, reply) = ChildFrames.readReply(frame) else { return context.close(promise: nil) }
            waiting.removeValue(forKey: id)?.succeed(reply)
        } else {
            isGreeted = true
            greeting.completeWith(Result { try JSONDecoder().decode(ChildGreeting.self, from: Data(frame.readableBytesView)) })
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        let ended = SimulatorError("A process of the simulator ended.")
        if !isGreeted { greeting.fail(ended) }
        isGreeted = true
        for promise in waiting.values { promise.fail(ended) }
        waiting = [:]
        context.fireChannelInactive()
    }
}
