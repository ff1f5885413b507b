import Glibc

/// Who may be reached from this installation (design.md, settled question 11): a connection test is a port scanner, so what it may scan
/// is a choice.
///
/// With an empty allow-list everything is allowed but what is always refused: link-local addresses, the clouds' metadata services,
/// multicast,
/// and "this network". A range that lies inside a refused one can be allowed by naming it. Names allow what they resolve to, unless it is
/// refused.
package struct OutboundPolicy: Sendable, Hashable, Codable {
    /// One entry of the allow-list.
    package enum Rule: Sendable, Hashable, CustomStringConvertible {
        case range(AddressRange)
        /// A DNS name in lower case; `*.example.com` means every name below example.com.
        case name(String)
        /// A directory of this machine whose sockets may be connected to, such as `/run/postgresql`: never allowed unless named.
        case directory(String)

        /// Reads `10.0.0.0/8`, `10.1.2.3`, `db.example.com`, `*.example.com` or `/directory`; nil for anything else.
        package init?(_ text: String) {
            let exact = text.trimmingSpaces()
            if exact.hasPrefix("/") {
                guard !exact.contains("/.."), !exact.contains("\n") else { return nil }
                self = .directory(exact)
                return
            }
            let trimmed = exact.lowercased()
            if let range = AddressRange(trimmed) {
                self = .range(range)
                return
            }
            let labels = trimmed.hasPrefix("*.") ? trimmed.dropFirst(2) : Substring(trimmed)
            let isName =
                !labels.isEmpty
                && labels.utf8.allSatisfy {
                    $0 == 0x2d || $0 == 0x2e || $0 == 0x5f || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0)
                }
            guard isName, labels.utf8.contains(where: { (0x61...0x7a).contains($0) }), labels.utf8.count <= 253 else { return nil }
            self = .name(trimmed)
        }

        package var description: String {
            switch self {
            case .range(let range): range.description
            case .name(let name): name
            case .directory(let path): path
            }
        }
    }

    /// Entries of the allow-list; empty: no list.
    package var allowed: [Rule]

    package init(allowed: [Rule] = []) {
        self.allowed = allowed
    }

    /// No allow-list: everything but what is always refused.
    package static let standard = OutboundPolicy()

    /// Always refused, unless the allow-list names a range within it.
    static let refused: [AddressRange] = [
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
        // Metadata services outside 169.254.0.0/16: Alibaba, Azure's host, Oracle.
        "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",
        "::/128", "fe80::/10", "fec0::/10", "ff00::/8",
        // Metadata services on IPv6: AWS, Google.
        "fd00:ec2::/32", "fd20:ce::254/128",
    ].compactMap(AddressRange.init)

    /// Addresses that one name may resolve to and that are considered.
    static let addressCountMax = 16

    /// Whether `hostname`, resolved to `address`, may be reached.
    package func allows(hostname: String, address: NetworkAddress) -> Bool {
        let named = allowed.contains { rule in
            if case .range(let range) = rule { range.contains(address) } else { false }
        }
        let isRefused = Self.refused.contains { $0.contains(address) }
        if isRefused {
            return allowed.contains { rule in
                guard case .range(let range) = rule, range.contains(address) else { return false }
                return Self.refused.contains { $0.contains(range.address) && range.prefixBits >= $0.prefixBits }
            }
        }
        let isListed = allowed.contains { if case .directory = $0 { false } else { true } }
        return !isListed || named || allowed.contains { $0.matches(name: hostname) }
    }

    /// Whether the socket, or the directory of sockets, at `path` may be connected to.
    package func allows(socket path: String) -> Bool {
        guard !path.contains("/..") else { return false }
        return allowed.contains { rule in
            if case .directory(let directory) = rule { path == directory || path.hasPrefix(directory + "/") } else { false }
        }
    }

    /// Resolves `hostname` once and returns the addresses that may be reached, in the system's order. Blocks for as long as the resolver
    /// does.
    /// Throws `.unreachable` for an unknown name, `.notAllowed` when no address is allowed.
    package func resolve(_ hostname: String) throws(EngineError) -> [NetworkAddress] {
        let found = try Self.addresses(of: hostname)
        let allowedAddresses = found.filter { allows(hostname: hostname, address: $0) }
        guard !allowedAddresses.isEmpty else {
            throw EngineError(
                .notAllowed,
                "The address of \(hostname) is outside what this installation may reach: ask its administrator to add it to the outbound allow-list."
            )
        }
        return allowedAddresses
    }

    private static func addresses(of hostname: String) throws(EngineError) -> [NetworkAddress] {
        if let literal = NetworkAddress(hostname) { return [literal] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(hostname, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard status == 0 else {
            if status == EAI_AGAIN {
                throw EngineError(
                    .unreachable,
                    "The name \(hostname) could not be resolved just now: the name server did not answer. Check DNS on the DbTools host.")
            }
            throw EngineError(.unreachable, "The name \(hostname) is unknown: check its spelling, or DNS on the DbTools host.")
        }
        var found: [NetworkAddress] = []
        var next = list
        while let entry = next, found.count < addressCountMax {
            if let address = entry.pointee.ai_addr.flatMap({ NetworkAddress($0) }), !found.contains(address) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return found
    }
}

extension OutboundPolicy.Rule {
    /// Whether this rule names `name`.
    fileprivate func matches(name: String) -> Bool {
        guard case .name(let pattern) = self else { return false }
        let lower = name.lowercased()
        let bare = lower.hasSuffix(".") ? String(lower.dropLast()) : lower
        if pattern.hasPrefix("*.") { return bare.hasSuffix(pattern.dropFirst(1)) }
        return bare == pattern
    }
}

extension OutboundPolicy.Rule: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let rule = Self(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(text) is neither an address range nor a name"))
        }
        self = rule
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension String {
    /// Without spaces and tabs at both ends.
    fileprivate func trimmingSpaces() -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
