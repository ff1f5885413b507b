import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// A connection that is handled whatever becomes of it.
///
/// The server sets an accepted connection up on its event loop, then hands it to whoever handles connections. When the server stops in
/// between, nobody takes it, and swift-nio 2.101 ends the whole process: "Deinited NIOAsyncWriter without calling finish()". So what is let
/// go untaken is closed and handled here, which then has nothing to do but end.
struct HandledOnce<Base: ServerChildChannel>: ServerChildChannel {
    /// What stands for the connection until it is taken.
    final class Value: ServerChildChannelValue {
        let inner: Base.Value
        private let isTaken = Atomic(false)
        private let letGo: @Sendable (Base.Value) -> Void

        init(_ inner: Base.Value, letGo: @escaping @Sendable (Base.Value) -> Void) {
            self.inner = inner
            self.letGo = letGo
        }

        deinit { if !isTaken.load(ordering: .acquiring) { letGo(inner) } }

        var channel: any Channel { inner.channel }

        func take() -> Base.Value {
            isTaken.store(true, ordering: .releasing)
            return inner
        }
    }

    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger).map { [base] inner in
            Value(inner) { inner in
                inner.channel.close(promise: nil)
                Task { await base.handle(value: inner, logger: logger) }
            }
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value.take(), logger: logger) }
}
