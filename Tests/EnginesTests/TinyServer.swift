import Foundation
import Synchronization

/// A TCP server on 127.0.0.1 that is none of what DbTools looks for, or a bad one.
final class TinyServer: Sendable {
    enum Manner: Sendable {
        /// Accepts and says nothing.
        case silent
        /// Does not even accept: connections stay in the backlog.
        case backlog
        /// Closes at once.
        case closes
        /// Says this at once.
        case greets([UInt8])
        /// Says this to whatever is sent first.
        case answers([UInt8])
        /// Says the first to whatever is sent first, and so on.
        case converses([[UInt8]])
        /// Is a web server.
        case http
    }

    let port: Int
    private let listener: Int32
    private let accepted = Mutex<[Int32]>([])

    /// Connections made so far.
    var connectionCount: Int { accepted.withLock { $0.count } }

    init(_ manner: Manner) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size)
                getsockname(descriptor, generic, &size)
                return Int(UnsafeRawPointer(generic).loadUnaligned(as: sockaddr_in.self).sin_port.bigEndian)
            }
        }
        listen(descriptor, 50)
        listener = descriptor
        if case .backlog = manner { return }
        let thread = Thread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                guard let self else {
                    close(connection)
                    return
                }
                self.accepted.withLock { $0.append(connection) }
                Thread { Self.serve(connection, manner) }.start()
            }
        }
        thread.start()
    }

    /// Ends it; a test keeps its server by calling this last.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        accepted.withLock { for connection in $0 { shutdown(connection, Int32(SHUT_RDWR)) } }
    }

    // Descriptors stay open until here: a number that is used again must not be shut down by mistake.
    deinit {
        close(listener)
        accepted.withLock { for connection in $0 { close(connection) } }
    }

    private static func serve(_ connection: Int32, _ manner: Manner) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        switch manner {
        case .silent, .backlog:
            while recv(connection, &buffer, buffer.count, 0) > 0 {}
        case .closes:
            shutdown(connection, Int32(SHUT_RDWR))
        case .greets(let bytes):
            send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            while recv(connection, &buffer, buffer.count, 0) > 0 {}
        case .answers(let bytes):
            guard recv(connection, &buffer, buffer.count, 0) > 0 else { return }
            send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            while recv(connection, &buffer, buffer.count, 0) > 0 {}
        case .converses(let answers):
            for bytes in answers {
                guard recv(connection, &buffer, buffer.count, 0) > 0 else { return }
                send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }
            while recv(connection, &buffer, buffer.count, 0) > 0 {}
        case .http:
            guard recv(connection, &buffer, buffer.count, 0) > 0 else { return }
            let answer = Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
            send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
            shutdown(connection, Int32(SHUT_RDWR))
        }
    }
}
