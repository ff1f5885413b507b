import NIOCore

/// All instances in this process.
struct LocalInstances: RunningInstances {
    let ports: [Int]
    private let eventLoop: any EventLoop
    private let set: NIOLoopBoundBox<InstanceSet>
    private let certificatePEM: String?

    static func start(_ configuration: SimulatorProcess, on eventLoop: any EventLoop) async throws -> LocalInstances {
        let set = try await eventLoop.submit { NIOLoopBoundBox(try InstanceSet(configuration, eventLoop: eventLoop), eventLoop: eventLoop) }
            .get()
        do {
            try await eventLoop.flatSubmit { set.value.start() }.get()
        } catch {
            try? await eventLoop.flatSubmit { set.value.close() }.get()  // what was bound is closed; the first error is the one to tell
            throw error
        }
        let ports = try await eventLoop.submit { set.value.ports }.get()
        return LocalInstances(ports: ports, eventLoop: eventLoop, set: set, certificatePEM: configuration.certificate?.certificatePEM)
    }

    func answer(_ request: ControlRequest) -> EventLoopFuture<ControlReply> { eventLoop.flatSubmit { set.value.answer(request) } }

    func certificate(_ isRead: Bool) -> ControlReply { .certificate(certificatePEM, isRead: isRead) }

    func waitUntilCancelledOrBroken() async throws {
        let never = AsyncStream<Never> { _ in }
        for await _ in never {}
    }

    func stop() async {
        try? await eventLoop.flatSubmit { set.value.close() }.get()  // closing sockets that are closed is no error worth telling
    }
}

extension ControlReply {
    /// The certificate in PEM, for clients that check it.
    static func certificate(_ pem: String?, isRead: Bool) -> ControlReply {
        guard isRead else { return .refusal(405, "The certificate can only be read.") }
        guard let pem else { return .refusal(404, "There is no certificate: TLS is off.") }
        return .ok(Array(pem.utf8))
    }
}
