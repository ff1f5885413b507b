import Foundation

/// A block of IP addresses in CIDR notation ("10.0.0.0/8", "::1/128"); a bare address is a block of one.
package struct AddressBlock: Sendable, Equatable {
    private let bytes: [UInt8]
    private let prefixLength: Int

    /// Nil when `text` is neither an address nor a block.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let bytes = Self.bytes(of: String(first)) else { return nil }
        let bitCount = bytes.count * 8
        guard let length = parts.count == 1 ? bitCount : Int(parts[1]), (0...bitCount).contains(length) else { return nil }
        self.bytes = bytes
        prefixLength = length
    }

    /// Whether the address is in this block. False for texts that are no address.
    package func contains(_ address: String) -> Bool {
        guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
        let whole = prefixLength / 8
        guard other[..<whole] == bytes[..<whole] else { return false }
        let rest = prefixLength % 8
        if rest == 0 { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return other[whole] & mask == bytes[whole] & mask
    }

    /// Whoever is counted by address: an IPv4 address, or the /64 of an IPv6 address, of which one client has all.
    static func network(of address: String) -> String {
        guard let bytes = bytes(of: address), bytes.count == 16 else { return address }
        return Base64URL.text(Array(bytes[..<8]))
    }

    /// Four or sixteen bytes; IPv4 written as IPv6 (`::ffff:a.b.c.d`) counts as IPv4.
    static func bytes(of address: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var sixteen = in6_addr()
        guard inet_pton(AF_INET6, address, &sixteen) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &sixteen) { Array($0) }
        let mapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return mapped ? Array(bytes[12...]) : bytes
    }
}

/// Who the client is when proxies stand between.
struct ProxyTrust: Sendable {
    /// Proxies looked through at most.
    static let hopCountMax = 16
    let blocks: [AddressBlock]

    func trusts(_ address: String) -> Bool { blocks.contains { $0.contains(address) } }

    /// The last address that no trusted proxy vouches away: `X-Forwarded-For` is read from its end and believed as far as trusted proxies
    /// wrote it.
    func client(peer: String, forwardedFor: String?) -> String {
        guard !blocks.isEmpty, trusts(peer), let forwardedFor else { return peer }
        var client = peer
        for hop in forwardedFor.split(separator: ",").suffix(Self.hopCountMax).reversed() {
            let address = hop.filter { $0 != " " && $0 != "\t" }
            guard AddressBlock.bytes(of: address) != nil else { break }
            client = address
            if !trusts(address) { break }
        }
        return client
    }
}
