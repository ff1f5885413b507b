package import Foundation
import Platform
package import Primitives

/// Two people edit one thing: the second, whose `If-Match` is old, is told what differs, and nothing is overwritten.
package struct StaleEdit {
    let id: UUID
    /// The stored one.
    let revision: Int64
    /// Every field as it is stored, by its name in the API.
    let stored: [String: JSONValue]
    /// Every field as the request would store it; nil for a deletion.
    var wanted: [String: JSONValue]?
    /// Secrets that the request would change.
    var wantedSecrets: [String] = []

    /// - Parameter wanted: nil for a deletion.
    package init(
        id: UUID, revision: Int64, stored: [String: JSONValue], wanted: [String: JSONValue]? = nil, wantedSecrets: [String] = []
    ) {
        self.id = id
        self.revision = revision
        self.stored = stored
        self.wanted = wanted
        self.wantedSecrets = wantedSecrets
    }

    /// What the second is told: each field that was changed since, or that the request would store otherwise, with the stored value. Pure.
    func refusal(_ changes: [ConfigurationChange]) -> AppError {
        var names = Set(changes.flatMap(\.fields))
        if let wanted { names.formUnion(wanted.keys.filter { wanted[$0] != stored[$0] }) }
        let details = names.sorted().map { name in
            AppError.Detail(field: name, reason: stored[name].map { "is now \(Self.shown($0))" } ?? "was changed")
        }
        let secrets = wantedSecrets.filter { !names.contains($0) }.map {
            AppError.Detail(field: $0, reason: "would be changed by this request")
        }
        let who = changes.last.map { " by \($0.actor) at \(RFC3339.string($0.at))" } ?? ""
        return AppError(
            .preconditionFailed, "It has been changed since it was read\(who); compare, and send it again with the new ETag",
            details: details + secrets)
    }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .null: "empty"
        case .string(let text): "“\(text)”"
        default: value.text
        }
    }
}

/// A change of a thing's configuration, as the activity log has it.
struct ConfigurationChange {
    /// Names of fields in the API; a secret's own name.
    let fields: [String]
    let actor: String
    let at: Date
}
