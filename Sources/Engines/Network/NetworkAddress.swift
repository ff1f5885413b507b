import Glibc

/// An IPv4 or IPv6 address. An IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4) also answers as that one.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes, in network order.
    let bytes: [UInt8]

    var isIPv4: Bool { bytes.count == 4 }

    init(bytes: [UInt8]) {
        precondition(bytes.count == 4 || bytes.count == 16, "an address has 4 or 16 bytes")
        self.bytes = bytes
    }

    /// Reads `10.0.0.1`, `::1` or `[::1]`; nil for anything else, names included.
    package init?(_ text: String) {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        var four = in_addr()
        if inet_pton(AF_INET, bare, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, bare, &six) == 1 else { return nil }
        bytes = withUnsafeBytes(of: &six) { Array($0) }
    }

    /// The address in a socket address of the system; nil for other families.
    init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            var four = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_addr
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        case AF_INET6:
            var six = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self).sin6_addr
            bytes = withUnsafeBytes(of: &six) { Array($0) }
        default: return nil
        }
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = isIPv4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The IPv4 address inside this IPv6 address, when a router or the kernel would send packets there; nil otherwise.
    var embeddedIPv4: NetworkAddress? {
        guard bytes.count == 16 else { return nil }
        let leadingZeros = bytes.prefix { $0 == 0 }.count
        if leadingZeros >= 10, bytes[10] == 0xff, bytes[11] == 0xff { return NetworkAddress(bytes: Array(bytes[12...])) }
        if leadingZeros >= 12, leadingZeros < 15 { return NetworkAddress(bytes: Array(bytes[12...])) }
        if bytes[0] == 0x00, bytes[1] == 0x64, bytes[2] == 0xff, bytes[3] == 0x9b { return NetworkAddress(bytes: Array(bytes[12...])) }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return NetworkAddress(bytes: Array(bytes[2..<6])) }
        return nil
    }
}

/// A range of addresses, such as `10.0.0.0/8`. A single address is a range of one.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    let address: NetworkAddress
    let prefixBits: Int

    init(address: NetworkAddress, prefixBits: Int) {
        self.address = address
        self.prefixBits = prefixBits
    }

    /// Reads `address/bits` or a bare address; nil when it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = NetworkAddress(String(first)) else { return nil }
        let bitsMax = address.bytes.count * 8
        guard parts.count == 2 else {
            self.init(address: address, prefixBits: bitsMax)
            return
        }
        guard let bits = Int(parts[1]), (0...bitsMax).contains(bits) else { return nil }
        self.init(address: address, prefixBits: bits)
    }

    package var description: String { "\(address)/\(prefixBits)" }

    /// Whether `other`, or the IPv4 address inside it, lies in this range.
    package func contains(_ other: NetworkAddress) -> Bool {
        if let inner = other.embeddedIPv4, contains(inner) { return true }
        guard other.bytes.count == address.bytes.count else { return false }
        let wholeBytes = prefixBits / 8
        guard address.bytes.prefix(wholeBytes) == other.bytes.prefix(wholeBytes) else { return false }
        let restBits = prefixBits % 8
        guard restBits > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xff << (8 - restBits))
        return address.bytes[wholeBytes] & mask == other.bytes[wholeBytes] & mask
    }
}
