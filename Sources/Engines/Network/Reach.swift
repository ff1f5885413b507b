import Glibc

/// A target whose name has been checked and resolved: drivers are pinned to `address`.
struct ReachableTarget {
    let target: Target
    /// nil for a socket in the file system.
    let address: NetworkAddress?
    let port: Int

    /// Runs `body`, a driver's connect, with the target's name pinned to its checked address.
    func pinned<T, Failure: Error>(_ body: () throws(Failure) -> T) throws(Failure) -> T {
        guard let address else { return try body() }
        return try PinnedResolver.pinning(target.hostname, to: address, body)
    }
}

extension EngineConfig {
    /// A TCP connect takes this long at most, per address.
    static let connectSecondsMax = 4.0

    /// Checks and resolves the target's name, and (with `checkPort`) connects once, so that a closed or filtered port costs no driver any
    /// time.
    /// Throws `.unreachable`, `.notAllowed`, `.timeout`.
    func reach(_ target: Target, port: Int? = nil, checkPort: Bool, deadline: CallDeadline) throws(EngineError) -> ReachableTarget {
        let port = port ?? target.port
        if target.hostname.hasPrefix("/") {
            guard target.engine != .sqlserver, outbound.allows(socket: target.hostname) else {
                throw EngineError(.notAllowed, "A socket in the file system may be reached only when the outbound allow-list names it.")
            }
            return ReachableTarget(target: target, address: nil, port: port)
        }
        guard Self.isHostname(target.hostname) else {
            throw EngineError(.unreachable, "The host is not a DNS name or IP address: enter it without port, instance or spaces.")
        }
        guard (1...65_535).contains(port) else { throw EngineError(.unreachable, "The port \(port) is not between 1 and 65535.") }
        let addresses = try outbound.resolve(target.hostname)
        guard checkPort else { return ReachableTarget(target: target, address: addresses.first, port: port) }
        var failure = EngineError(.unreachable, "The name \(target.hostname) has no address.")
        for address in addresses {
            guard deadline.remainingSeconds > 0 else { break }
            do {
                _ = try PlainSocket(to: address, port: port, deadline: deadline.within(Self.connectSecondsMax))
                return ReachableTarget(target: target, address: address, port: port)
            } catch { failure = error.explained(target, port: port) }
        }
        throw failure
    }

    /// Letters, digits, `-`, `_`, `.`, `:` only: the name goes into ini files and connection strings.
    static func isHostname(_ text: String) -> Bool {
        let isAllowed: (UInt8) -> Bool = { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || [0x2d, 0x2e, 0x3a, 0x5f].contains(byte)
        }
        return !text.isEmpty && text.utf8.count <= 253 && text.utf8.allSatisfy(isAllowed) && !text.hasPrefix("-")
    }
}

extension PlainSocket.Failure {
    /// As a connection test says it.
    func explained(_ target: Target, port: Int) -> EngineError {
        let place = "\(target.hostname), port \(port)"
        switch self {
        case .refused:
            return EngineError(
                .unreachable,
                "Nothing listens on \(place): check the port, that \(target.engine.displayName) runs and that it accepts TCP/IP connections."
            )
        case .timeout:
            return EngineError(
                .timeout, "No answer from \(place) in time: check the address, and firewalls between DbTools and the server.")
        case .unreachable(let reason):
            return EngineError(
                .unreachable, "\(place) cannot be reached (\(reason)): check the address, and the route from the DbTools host.")
        }
    }
}
