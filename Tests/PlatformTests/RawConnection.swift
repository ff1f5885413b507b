import Foundation
import Hummingbird
import HummingbirdTesting

@testable import Platform

/// A plain TCP connection, for requests that no HTTP client would send. Its calls block, so they run on a thread of their own.
final class RawConnection: @unchecked Sendable {  // Safe because each test uses it from one task at a time.
    private let descriptor: Int32
    private(set) var received = ""

    init(port: Int, timeoutSeconds: Int = 20) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw Failure.connect(errno) }
    }

    deinit { close(descriptor) }

    enum Failure: Error {
        case connect(Int32)
        case timedOut(String)
    }

    func limitReceiveBuffer() {
        var size: Int32 = 4096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// False when the other side has closed.
    @discardableResult func send(_ text: String) async -> Bool { await send(Array(text.utf8)) }

    @discardableResult func send(_ bytes: [UInt8]) async -> Bool {
        await onThread { [descriptor] in
            var bytes = bytes[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return false }
                bytes = bytes.dropFirst(count)
            }
            return true
        }
    }

    /// Reads until `pattern` has come. Throws when it does not come in time or the connection ends before.
    func read(until pattern: String) async throws {
        while !received.contains(pattern) {
            guard await readSome() else { throw Failure.timedOut(received) }
        }
    }

    /// Reads until the other side closes. Throws when it does not in time.
    func readToEnd() async throws -> String {
        while true {
            let (count, text, error) = await piece()
            received += text
            if count == 0 || count < 0 && error == ECONNRESET { return received }
            if count < 0 { throw Failure.timedOut(received) }
        }
    }

    func forget() { received = "" }

    private func readSome() async -> Bool {
        let (count, text, _) = await piece()
        received += text
        return count > 0
    }

    private func piece() async -> (count: Int, text: String, error: Int32) {
        await onThread { [descriptor] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return (count, count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : "", errno)
        }
    }

    private func onThread<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in Thread.detachNewThread { continuation.resume(returning: work()) } }
    }
}

extension TestEdge {
    /// Runs `body` with the port of the running application.
    func live<T: Sendable>(_ config: HTTPServerConfig = HTTPServerConfig(), _ body: @Sendable @escaping (Int, Client) async throws -> T)
        async throws -> T
    {
        try await application(config).test(.live) { client in
            guard let port = client.port else { throw RawConnection.Failure.connect(0) }
            return try await body(port, Client(client: client))
        }
    }
}
