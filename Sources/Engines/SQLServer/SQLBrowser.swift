import Glibc

/// Asks SQL Browser (UDP 1434) for the TCP port of a named instance, as [MC-SQLR] 2.2.3 describes.
enum SQLBrowser {
    /// A lost datagram is asked again after this long.
    private static let attemptSeconds = 1.0
    private static let attemptCountMax = 3

    /// Throws `.unreachable` when the instance is unknown or SQL Browser does not answer.
    static func port(of instance: String, at address: NetworkAddress, target: Target, deadline: CallDeadline) throws(EngineError) -> Int {
        let descriptor = socket(address.isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw silent(instance, target) }
        defer { close(descriptor) }
        // Connected, so that only this address's answer is taken.
        guard withSocketAddress(address, 1_434, { connect(descriptor, $0, $1) }) == 0 else { throw silent(instance, target) }
        let request: [UInt8] = [0x04] + Array(instance.utf8) + [0]
        var answer = [UInt8](repeating: 0, count: 4_096)
        for _ in 0..<attemptCountMax where deadline.remainingSeconds > 0 {
            guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { break }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, deadline.within(attemptSeconds).pollMilliseconds) > 0 else { continue }
            let count = recv(descriptor, &answer, answer.count, 0)
            guard count > 0 else { break }
            guard let port = port(in: Array(answer.prefix(count))) else {
                throw EngineError(
                    .unreachable,
                    "SQL Browser on \(target.hostname) knows no TCP port of the instance \(instance): check its name, and that TCP/IP is enabled."
                )
            }
            return port
        }
        throw silent(instance, target)
    }

    /// The port in an answer such as `ServerName;A;InstanceName;B;IsClustered;No;Version;15.0;tcp;50123;;`.
    static func port(in answer: [UInt8]) -> Int? {
        guard answer.count > 3, answer[0] == 0x05 else { return nil }
        let words = String(decoding: answer[3...], as: UTF8.self).split(separator: ";", omittingEmptySubsequences: false)
        guard let index = words.firstIndex(of: "tcp"), words.indices.contains(index + 1), let port = Int(words[index + 1]),
            (1...65_535).contains(port)
        else { return nil }
        return port
    }

    private static func silent(_ instance: String, _ target: Target) -> EngineError {
        EngineError(
            .unreachable,
            "SQL Browser on \(target.hostname) (UDP 1434) did not say where the instance \(instance) listens: start it, or enter the instance's port."
        )
    }
}
