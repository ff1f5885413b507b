import NIOCore
import NIOPosix
import NIOSSL

/// The port of one instance and the sessions on it: its sockets follow the instance's state. Confined to its event loop.
final class InstanceListener {
    /// Connections that the kernel keeps before we take them: what a black hole swallows before it drops.
    private static let backlogCount: Int32 = 128
    /// Logins and statements fit in one read; a larger buffer per connection would cost memory that idle sessions do not need.
    private static let readBufferSizeBytes = 4_096

    let instance: SimulatedInstance
    let encryption: SimulatorEncryption
    let tlsContext: NIOSSLContext?
    let eventLoop: any EventLoop
    private let host: String
    /// The port: as asked for or, for 0, as the kernel gave it.
    private(set) var port: Int
    private var channel: (any Channel)?
    private var sessions: [ObjectIdentifier: SessionHandler] = [:]

    init(
        instance: SimulatedInstance, host: String, port: Int, encryption: SimulatorEncryption, tlsContext: NIOSSLContext?,
        eventLoop: any EventLoop
    ) {
        self.instance = instance
        self.host = host
        self.port = port
        self.encryption = encryption
        self.tlsContext = tlsContext
        self.eventLoop = eventLoop
    }

    var sessionCount: Int { sessions.count }

    func add(_ session: SessionHandler) { sessions[ObjectIdentifier(session)] = session }
    func remove(_ session: SessionHandler) { sessions[ObjectIdentifier(session)] = nil }

    /// Ends all sessions, as a restart does.
    func closeSessions() {
        for session in Array(sessions.values) { session.close() }
    }

    /// Makes the sockets as the instance's state wants them. Fails when the port cannot be had.
    func followBehaviour() -> EventLoopFuture<Void> {
        eventLoop.assertInEventLoop()
        let behaviour = instance.behaviour
        guard behaviour.state != .offline else {
            closeSessions()
            guard let channel else { return eventLoop.makeSucceededVoidFuture() }
            self.channel = nil
            return channel.close()
        }
        for session in Array(sessions.values) { session.behaviourChanged(behaviour) }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let isReading = behaviour.state != .blackhole
        return listen().flatMap { channel in
            bound.value.channel = channel
            return channel.setOption(.autoRead, value: isReading)
        }
    }

    func close() -> EventLoopFuture<Void> {
        closeSessions()
        guard let channel else { return eventLoop.makeSucceededVoidFuture() }
        self.channel = nil
        return channel.close()
    }

    private func listen() -> EventLoopFuture<any Channel> {
        if let channel { return eventLoop.makeSucceededFuture(channel) }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return ServerBootstrap(group: eventLoop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: Self.backlogCount)
            // Reading starts when the state is known, so that a black hole takes not even one connection.
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readBufferSizeBytes))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = PreloginTLS()
                    try channel.pipeline.syncOperations.addHandler(tls)
                    try channel.pipeline.syncOperations.addHandler(SessionHandler(listener: bound.value, tls: tls))
                }
            }
            .bind(host: host, port: port)
            .map { channel in
                bound.value.port = channel.localAddress?.port ?? bound.value.port
                return channel
            }
    }
}
