import CLinux
import Foundation
import Glibc
import NIOCore
import NIOPosix

/// A child process of the simulator: it runs a share of the instances and answers its parent on standard output.
package enum SimulatorChild {
    /// Runs until standard input ends, which it does with the parent. Standard output belongs to the parent: nothing else may write there.
    package static func run() async throws {
        // Safe without the result: without it a child ends when its standard input does.
        _ = dbtools_set_parent_death_signal(SIGKILL)
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
        let channel = try await NIOPipeBootstrap(group: eventLoop)
            .takingOwnershipOfDescriptors(input: dup(STDIN_FILENO), output: dup(STDOUT_FILENO)) { channel in
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
                        try await outbound.write(ChildFrames.frame(try JSONEncoder().encode(ChildGreeting(ports: [], error: error.description))))
                        return
                    }
                }
            }
            await instances?.stop()
        }
    }
}
