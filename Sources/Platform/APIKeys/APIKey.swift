import Foundation
package import Primitives

/// What a program proves itself with: `X-API-Key`. It is of one tenant, has a role there, and is nobody's sign-in.
package struct APIKey: Sendable {
    package typealias ID = Primitives.ID<APIKey>
    static let nameLength = 1...100
    /// Keys of one tenant: more are not told apart by people.
    static let countMax = 100
    /// So that a key that turns up in a file or a log is known for what it is, by people and by scanners for secrets.
    static let prefix = "dbt_"
    /// Characters after the prefix that lists show.
    static let hintLength = 6
    /// Seconds between two notes of its use.
    static let usedSeconds = 60

    let id: ID
    let name: String
    let role: Role
    /// How the key begins.
    let hint: String
    /// Whose e-mail address made it.
    let createdBy: String
    let createdAt: Date
    /// Nil: never.
    let expiresAt: Date?
    /// To the minute; nil before the first use.
    let lastUsedAt: Date?

    /// The secret of a header's text; nil when it cannot be a key of ours.
    static func secret(_ text: String) -> OpaqueToken? {
        guard text.hasPrefix(prefix) else { return nil }
        return OpaqueToken(text: String(text.dropFirst(prefix.count)))
    }
}

/// What the API shows of a key: never the key itself.
struct APIKeyReply: Encodable {
    let id: APIKey.ID
    let name: String
    let role: Role
    let hint: String
    let createdBy: String
    let createdAt: Date
    let expiresAt: Date?
    let lastUsedAt: Date?

    init(_ key: APIKey) {
        id = key.id
        name = key.name
        role = key.role
        hint = key.hint
        createdBy = key.createdBy
        createdAt = key.createdAt
        expiresAt = key.expiresAt
        lastUsedAt = key.lastUsedAt
    }
}

extension APIKeyReply {
    /// The reply with one member more: the key itself, which is shown this once.
    func bytes(with key: String) throws -> [UInt8] {
        var members = try JSONValue.parse(JSONEncoding.bytes(self)).object ?? [:]
        members["key"] = .string(key)
        return Array(JSONValue.object(members).text.utf8)
    }
}
