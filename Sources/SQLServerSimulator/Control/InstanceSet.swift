import NIOCore
import NIOPosix
import NIOSSL
import Primitives

/// The instances of this process, on one event loop.
final class InstanceSet {
    private let eventLoop: any EventLoop
    private let firstNumber: Int
    private let listeners: [InstanceListener]

    init(_ configuration: SimulatorProcess, eventLoop: any EventLoop) throws {
        self.eventLoop = eventLoop
        firstNumber = configuration.firstNumber
        let tlsContext = try configuration.certificate?.context()
        let logins = configuration.logins.map { Login(name: $0.name, password: $0.password, permissions: Set($0.permissions)) }
        listeners = (0..<configuration.instanceCount).map { index in
            let number = configuration.firstNumber + index
            let port = configuration.firstPort == 0 ? 0 : configuration.firstPort + index
            let config = InstanceConfig(number: number, logins: logins, port: port)
            return InstanceListener(
                instance: SimulatedInstance(config: config), host: configuration.host, port: port, encryption: configuration.encryption,
                tlsContext: tlsContext, eventLoop: eventLoop)
        }
    }

    /// The ports in the order of the instances.
    var ports: [Int] { listeners.map(\.port) }

    /// Binds every port, one after another: the first that cannot be had is the error.
    func start() -> EventLoopFuture<Void> {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return listeners.indices.reduce(eventLoop.makeSucceededVoidFuture()) { previous, index in
            previous.flatMap {
                let listener = bound.value.listeners[index]
                let port = listener.port
                return listener.followBehaviour().flatMapErrorThrowing { error in
                    throw SimulatorError(listening: "Port \(port)", error)
                }
            }
        }
    }

    func close() -> EventLoopFuture<Void> {
        EventLoopFuture.andAllComplete(listeners.map { $0.close() }, on: eventLoop)
    }

    func answer(_ request: ControlRequest) -> EventLoopFuture<ControlReply> {
        switch (request.target, request.change) {
        case (.all, nil): return eventLoop.makeSucceededFuture(summary())
        case (.all, let json?): return change(listeners, json)
        case (.instance(let number), let json):
            let index = number - firstNumber
            guard listeners.indices.contains(index) else {
                return eventLoop.makeSucceededFuture(.refusal(404, "There is no instance \(number)."))
            }
            if let json { return change([listeners[index]], json) }
            return eventLoop.makeSucceededFuture(.ok(listeners[index].instance.snapshotJSON()))
        }
    }

    private func summary() -> ControlReply {
        var summary = ControlSummary()
        summary.instances = listeners.count
        for listener in listeners {
            summary.openSessions += listener.sessionCount
            summary.states[listener.instance.behaviour.state.rawValue, default: 0] += 1
        }
        // counts always encode.
        guard let body = try? JSONEncoding.bytes(summary) else { return .refusal(500, "The summary cannot be written.") }
        return .ok(body)
    }

    /// Changes all of them or, when the change is not valid, none.
    private func change(_ changed: [InstanceListener], _ json: [UInt8]) -> EventLoopFuture<ControlReply> {
        do {
            let change = try InstanceChange(json: json)
            for listener in changed { try listener.instance.apply(change) }
            if change.restart { for listener in changed { listener.closeSessions() } }
        } catch {
            return eventLoop.makeSucceededFuture(.refusal(400, error.description))
        }
        let snapshot = changed.count == 1 ? changed[0].instance.snapshotJSON() : Array(#"{"changed":\#(changed.count)}"#.utf8)
        return EventLoopFuture.andAllSucceed(changed.map { $0.followBehaviour() }, on: eventLoop)
            .map { ControlReply.ok(snapshot) }
            .recover { error in .refusal(500, "The sockets could not follow: \(error).") }
    }
}
