import Foundation
import Glibc
import NIOCore
import NIOPosix

/// A child process of the simulator: it runs a share of the instances and answers its parent on the pipe that was its standard output.
package enum SimulatorChild {
    /// Runs until standard input ends, which it does with the parent.
    ///
    /// The kernel's parent death signal would come too early: it is sent when the thread ends that started the child.
    package static func run() async throws {
        // A terminal's Ctrl-C reaches the parent too, which ends its children in order.
        _ = signal(SIGINT, SIG_IGN)
        _ = DescriptorLimit.raise()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group.any())
        } catch {
            try? await group.shutdownGracefully()  // the first error is the one to tell
            throw error
        }
        try await group.shutdownGracefully()
    }

    private static func serve(on eventLoop: any EventLoop) async throws {
        let output = dup(STDOUT_FILENO)
        // What anything else prints goes to standard error from here on.
        dup2(STDERR_FILENO, STDOUT_FILENO)
        let channel = try await NIOPipeBootstrap(group: eventLoop)
            .takingOwnershipOfDescriptors(input: dup(STDIN_FILENO), output: output) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(ChildFrameDecoder()))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var instances: LocalInstances?
            for try await frame in inbound {
                if let instances {
                    guard let (id, request) = ChildFrames.readRequest(frame) else { return }
                    let reply = try await instances.answer(request).get()
                    try await outbound.write(ChildFrames.reply(reply, id: id))
                } else {
                    let configuration = try JSONDecoder().decode(SimulatorProcess.self, from: Data(frame.readableBytesView))
                    do {
                        let started = try await LocalInstances.start(configuration, on: eventLoop)
                        instances = started
                        try await outbound.write(ChildFrames.frame(try JSONEncoder().encode(ChildGreeting(ports: started.ports))))
                    } catch let error as SimulatorError {
                        try await outbound.write(
                            ChildFrames.frame(try JSONEncoder().encode(ChildGreeting(ports: [], error: error.description))))
                        return
                    }
                }
            }
            await instances?.stop()
        }
    }
}
