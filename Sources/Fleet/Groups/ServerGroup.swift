package import Foundation
package import Primitives

/// A set of servers under a name. A server can be in many.
package struct ServerGroup: Sendable, Equatable {
    package typealias ID = Primitives.ID<ServerGroup>
    package static let nameLengths = 1...100
    package static let descriptionLengths = 0...500
    package static let colorPattern = "#rrggbb"
    /// Servers in one request that adds some.
    package static let addCountMax = 1_000
    /// Members that the detail of a group lists; `serverCount` says how many there are.
    package static let listedCountMax = 1_000

    package var id: ID
    /// Unique within a tenant, without regard to case.
    package var name: String
    package var description: String
    /// "#rrggbb" in lower case.
    package var color: String?
    package var revision: Int64
    /// Without deleted servers.
    package var serverCount: Int
    package var createdAt: Date
    package var updatedAt: Date

    package init(
        id: ID, name: String, description: String, color: String?, revision: Int64, serverCount: Int, createdAt: Date, updatedAt: Date
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.color = color
        self.revision = revision
        self.serverCount = serverCount
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// For the activity log.
    package var audit: [String: JSONValue] { ["name": .string(name), "description": .string(description), "color": JSONValue(color)] }
}

/// Colours as the API takes them.
package enum Color {
    /// `text` in lower case; nil when it is not "#" and six hexadecimal digits.
    package static func normalized(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[0] == UInt8(ascii: "#"), bytes.dropFirst().allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        return text.lowercased()
    }

    /// Twelve colours that differ in hue and read well on light and dark: labels that nobody gave one take theirs from here, by their name.
    private static let palette = [
        "#2b6cb0", "#2f855a", "#b7791f", "#c05621", "#9b2c2c", "#6b46c1", "#b83280", "#2c7a7b", "#4c51bf", "#5a67d8", "#718096", "#975a16",
    ]

    package static func automatic(for name: String) -> String {
        let hash = name.lowercased().utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return palette[Int(hash % UInt32(palette.count))]
    }
}
