import Foundation
import NIOCore
import Primitives

/// All instances, spread over child processes; the parent holds only the control address.
struct ChildProcesses: RunningInstances {
    private let children: [ChildLink]
    private let eventLoop: any EventLoop
    private let certificatePEM: String?

    static func start(_ shares: [SimulatorProcess], command: [String], on eventLoop: any EventLoop) async throws -> ChildProcesses {
        var children: [ChildLink] = []
        do {
            for share in shares { children.append(try await ChildLink.start(share, command: command, on: eventLoop)) }
        } catch {
            for child in children { await child.stop() }
            throw error
        }
        return ChildProcesses(children: children, eventLoop: eventLoop, certificatePEM: shares.first?.certificate?.certificatePEM)
    }

    var ports: [Int] { children.flatMap(\.ports) }

    func answer(_ request: ControlRequest) -> EventLoopFuture<ControlReply> {
        switch request.target {
        case .instance(let number):
            guard let child = children.first(where: { $0.numbers.contains(number) }) else {
                return eventLoop.makeSucceededFuture(.refusal(404, "There is no instance \(number)."))
            }
            return child.answer(request).hop(to: eventLoop)
        case .all:
            let isRead = request.change == nil
            let answers = children.map { $0.answer(request).hop(to: eventLoop) }
            return EventLoopFuture.whenAllSucceed(answers, on: eventLoop).map {
                isRead ? Self.summed($0) : Self.changed($0, count: ports.count)
            }
        }
    }

    func certificate(_ isRead: Bool) -> ControlReply { .certificate(certificatePEM, isRead: isRead) }

    func waitUntilCancelledOrBroken() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for child in children {
                group.addTask {
                    // A future cannot be cancelled; a stream ends with its task.
                    let (stream, continuation) = AsyncStream<Void>.makeStream()
                    child.ended.whenComplete { _ in
                        continuation.yield()
                        continuation.finish()
                    }
                    for await _ in stream {
                        throw SimulatorError(
                            "The process of the instances \(child.numbers.lowerBound) to \(child.numbers.upperBound - 1) ended.")
                    }
                }
            }
            // The first that throws ends the group; waitForAll would wait for the others too.
            while try await group.next() != nil {}
        }
    }

    func stop() async {
        for child in children { await child.stop() }
    }

    private static func summed(_ replies: [ControlReply]) -> ControlReply {
        var sum = ControlSummary()
        for reply in replies {
            // a child's refusal.
            guard let part = try? JSONDecoder().decode(ControlSummary.self, from: Data(reply.body)) else { return reply }
            sum.add(part)
        }
        // counts always encode.
        guard let body = try? JSONEncoding.bytes(sum) else { return .refusal(500, "The summary cannot be written.") }
        return .ok(body)
    }

    /// The children judge the same change by the same rules: the first refusal speaks for all.
    private static func changed(_ replies: [ControlReply], count: Int) -> ControlReply {
        replies.first { $0.status != 200 } ?? .ok(Array(#"{"changed":\#(count)}"#.utf8))
    }
}
