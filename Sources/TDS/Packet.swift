/// What a message is, in its packets' first byte.
package enum PacketType: UInt8, Sendable {
    case sqlBatch = 0x01
    case legacyLogin = 0x02
    case rpc = 0x03
    case tabularResult = 0x04
    case attention = 0x06
    case bulkLoad = 0x07
    case federatedAuthenticationToken = 0x08
    case transactionManager = 0x0E
    case login = 0x10
    case sspi = 0x11
    case prelogin = 0x12
}

/// The bits of a packet's second byte.
package struct PacketStatus: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let endOfMessage = PacketStatus(rawValue: 0x01)
    /// The client gave up while sending: the message is not to be looked at.
    package static let ignore = PacketStatus(rawValue: 0x02)
    /// The session is to be as after login before this request runs (connection pools).
    package static let resetConnection = PacketStatus(rawValue: 0x08)
    package static let resetConnectionSkipTransaction = PacketStatus(rawValue: 0x10)
}

/// The eight bytes before each packet's data.
package struct PacketHeader: Hashable, Sendable {
    package static let sizeBytes = 8

    package let type: UInt8
    package let status: PacketStatus
    /// With the header.
    package let sizeBytes: Int

    /// Reads a header from the first eight bytes; nil when there are fewer.
    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count >= Self.sizeBytes else { return nil }
        var header: [UInt8] = []
        header.append(contentsOf: bytes.prefix(Self.sizeBytes))
        type = header[0]
        status = PacketStatus(rawValue: header[1])
        sizeBytes = Int(header[2]) << 8 | Int(header[3])
    }
}

/// A whole request: the data of its packets, one after another.
package struct Message: Hashable, Sendable {
    package let type: PacketType
    /// The status bits of the first packet.
    package let status: PacketStatus
    package let data: [UInt8]
}

/// Puts packets together again into messages. Feed it with `append`, then call `next` until it gives nil.
package struct PacketAssembler: Sendable {
    /// The largest packet that any client may negotiate.
    package static let packetSizeBytesMax = 32_767
    /// What a login with every field at its longest needs is far below this.
    package static let loginSizeBytesMax = 128 * 1_024
    /// The largest request: a statement or a parameter.
    package static let messageSizeBytesMax = 16 * 1_024 * 1_024

    /// Raise it after the login.
    package var messageSizeBytesMax = PacketAssembler.loginSizeBytesMax
    private var pending: [UInt8] = []
    private var type: PacketType?
    private var status: PacketStatus = []
    private var data: [UInt8] = []

    package init() {}

    /// True between messages, when nothing is kept.
    package var isEmpty: Bool { pending.isEmpty && type == nil }

    package mutating func append(_ bytes: some Sequence<UInt8>) { pending.append(contentsOf: bytes) }

    /// The next whole message. Throws when the bytes cannot be TDS or grow over the limit: the connection is then of no more use.
    package mutating func next() throws(TDSError) -> Message? {
        var consumed = 0
        defer { consume(consumed) }
        while let header = PacketHeader(pending[consumed...]) {
            guard let packetType = PacketType(rawValue: header.type) else {
                throw TDSError(.malformed, "Packet type 0x\(String(header.type, radix: 16)) is not one of TDS.")
            }
            guard header.sizeBytes >= PacketHeader.sizeBytes, header.sizeBytes <= Self.packetSizeBytesMax else {
                throw TDSError(.malformed, "A packet of \(header.sizeBytes) bytes is not possible.")
            }
            guard pending.count - consumed >= header.sizeBytes else { return nil }
            if let type, type != packetType { throw TDSError(.malformed, "A packet of another message came before the end of this one.") }
            if type == nil {
                type = packetType
                status = header.status
            }
            guard data.count + header.sizeBytes <= messageSizeBytesMax else {
                throw TDSError(.tooLarge, "A request is over \(messageSizeBytesMax) bytes.")
            }
            data.append(contentsOf: pending[(consumed + PacketHeader.sizeBytes)..<(consumed + header.sizeBytes)])
            consumed += header.sizeBytes
            guard header.status.contains(.endOfMessage) else { continue }
            let message = Message(type: packetType, status: status, data: data)
            type = nil
            data = []
            if header.status.contains(.ignore) { continue }
            return message
        }
        return nil
    }

    private mutating func consume(_ count: Int) {
        if count == pending.count { pending = [] } else if count > 0 { pending.removeFirst(count) }
    }
}

/// Cuts a message into packets.
package enum PacketSplitter {
    /// Calls `emit` with each packet's header and data range; an empty message is one packet.
    package static func packets(
        type: PacketType, data: [UInt8], packetSizeBytes: Int, spid: UInt16 = 0,
        emit: (_ header: [UInt8], _ data: ArraySlice<UInt8>) -> Void
    ) {
        let room = Swift.max(512, Swift.min(packetSizeBytes, PacketAssembler.packetSizeBytesMax)) - PacketHeader.sizeBytes
        var start = 0
        var number: UInt8 = 1
        repeat {
            let end = Swift.min(start + room, data.count)
            let size = end - start + PacketHeader.sizeBytes
            let status: UInt8 = end == data.count ? 1 : 0
            emit(
                [
                    type.rawValue, status, UInt8(truncatingIfNeeded: size >> 8), UInt8(truncatingIfNeeded: size),
                    UInt8(truncatingIfNeeded: spid >> 8), UInt8(truncatingIfNeeded: spid), number, 0,
                ], data[start..<end])
            start = end
            number &+= 1
        } while start < data.count
    }

    /// All packets in one array.
    package static func bytes(type: PacketType, data: [UInt8], packetSizeBytes: Int, spid: UInt16 = 0) -> [UInt8] {
        var all: [UInt8] = []
        all.reserveCapacity(data.count + (data.count / Swift.max(1, packetSizeBytes - PacketHeader.sizeBytes) + 1) * PacketHeader.sizeBytes)
        packets(type: type, data: data, packetSizeBytes: packetSizeBytes, spid: spid) { header, part in
            all.append(contentsOf: header)
            all.append(contentsOf: part)
        }
        return all
    }
}
