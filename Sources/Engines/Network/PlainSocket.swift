import CLinux
import Glibc

/// A TCP connection of our own, to look at what is behind a port before or after a driver tries; non-blocking, closed when it goes away.
final class PlainSocket {
    /// Why connecting failed.
    enum Failure: Error {
        /// The other side refused.
        case refused
        /// No answer in time.
        case timeout
        /// No route, or another error of the system, in its words.
        case unreachable(String)
    }

    private let descriptor: Int32

    /// Connects. Throws `Failure` at the deadline at the latest.
    init(to address: NetworkAddress, port: Int, deadline: CallDeadline) throws(Failure) {
        let family = address.isIPv4 ? AF_INET : AF_INET6
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .unreachable(Self.reason(errno)) }
        do { try Self.connect(descriptor, address, port, deadline) } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Sends all of `bytes`; returns whether that worked before the deadline.
    func send(_ bytes: [UInt8], deadline: CallDeadline) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                guard Self.wait(descriptor, POLLOUT, deadline) else { return false }
            } else {
                return false
            }
        }
        return true
    }

    /// The first bytes that come, at most `countMax`; empty when the other side closed, nil when nothing came before the deadline.
    func receive(countMax: Int = 512, deadline: CallDeadline) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: countMax)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count >= 0 { return Array(bytes.prefix(count)) }
            guard errno == EAGAIN || errno == EINTR else { return [] }
            guard Self.wait(descriptor, POLLIN, deadline) else { return nil }
        }
    }

    private static func connect(_ descriptor: Int32, _ address: NetworkAddress, _ port: Int, _ deadline: CallDeadline) throws(Failure) {
        let status = withSocketAddress(address, port) { Glibc.connect(descriptor, $0, $1) }
        guard status != 0 else { return }
        guard errno == EINPROGRESS else { throw failure(errno) }
        guard wait(descriptor, POLLOUT, deadline) else { throw .timeout }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        guard error == 0 else { throw failure(error) }
    }

    private static func failure(_ error: Int32) -> Failure {
        switch error {
        case ECONNREFUSED: .refused
        case ETIMEDOUT: .timeout
        default: .unreachable(reason(error))
        }
    }

    private static func reason(_ error: Int32) -> String { String(cString: strerror(error)) }

    private static func wait(_ descriptor: Int32, _ events: Int32, _ deadline: CallDeadline) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let count = poll(&entry, 1, deadline.pollMilliseconds)
            if count > 0 { return true }
            if count == 0 || errno != EINTR || deadline.remainingSeconds == 0 { return false }
        }
    }
}

/// Calls `body` with the system's form of an address and port.
func withSocketAddress<T>(_ address: NetworkAddress, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
    let networkPort = UInt16(clamping: port).bigEndian
    if address.isIPv4 {
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = networkPort
        withUnsafeMutableBytes(of: &four.sin_addr) { $0.copyBytes(from: address.bytes) }
        return withUnsafePointer(to: &four) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = networkPort
    withUnsafeMutableBytes(of: &six.sin6_addr) { $0.copyBytes(from: address.bytes) }
    return withUnsafePointer(to: &six) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
    }
}
