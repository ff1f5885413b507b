package import Foundation

/// A UUID that knows what it names, so that a `Server.ID` cannot be passed where a `Tenant.ID` is meant.
///
/// New ones are UUIDv7 (RFC 9562, section 5.7): the first 48 bits are the Unix time in milliseconds, so they sort by creation.
package struct ID<Entity>: Hashable, Sendable, CustomStringConvertible, Codable, Comparable {
    package var uuid: UUID

    package init() { uuid = .version7(at: Date()) }

    package init(uuid: UUID) { self.uuid = uuid }

    /// Nil when `text` is not a UUID of 36 characters.
    package init?(text: String) {
        guard text.utf8.count == 36, let uuid = UUID(uuidString: text) else { return nil }
        self.uuid = uuid
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = ID(text: text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a UUID"))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// The canonical text: 36 lower-case characters.
    package var description: String { uuid.uuidString.lowercased() }

    package static func < (left: ID, right: ID) -> Bool {
        withUnsafeBytes(of: left.uuid.uuid) { left in withUnsafeBytes(of: right.uuid.uuid) { left.lexicographicallyPrecedes($0) } }
    }
}

extension UUID {
    /// A UUIDv7 for `date`, with 74 random bits.
    package static func version7(at date: Date) -> UUID {
        var bytes = UUID().uuid
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970 * 1000))
        withUnsafeMutableBytes(of: &bytes) { raw in
            for index in 0..<6 { raw[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * index)) }
            raw[6] = raw[6] & 0x0F | 0x70
        }
        return UUID(uuid: bytes)
    }
}
