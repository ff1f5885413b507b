import Foundation
package import Primitives

/// Where a page begins: the sort values of the last item before it. Opaque to clients, and tied to the sort that made it.
///
/// The values are bound as parameters, never pasted into SQL, so a forged cursor yields other items of the same list at most.
package struct Cursor: Sendable, Equatable {
    package static let textLengthMax = 1_024

    /// What the list was sorted by, such as "name:asc".
    package var sort: String
    /// The last item's sort values, the unique one (the id) last.
    package var values: [JSONValue]

    package init(sort: String, values: [JSONValue]) {
        self.sort = sort
        self.values = values
    }

    /// Nil when `text` is not a cursor.
    package init?(text: String) {
        guard text.utf8.count <= Self.textLengthMax, let bytes = Base64URL.bytes(text),
            let value = try? JSONValue.parse(bytes, depthMax: 4),  // only whether it is one is asked
            case .array(let parts) = value, let sort = parts.first?.string
        else { return nil }
        self.sort = sort
        values = Array(parts.dropFirst())
    }

    package var text: String { Base64URL.text(Array(JSONValue.array([.string(sort)] + values).text.utf8)) }
}

/// Base 64 for addresses and headers (RFC 4648, section 5), without padding.
package enum Base64URL {
    package static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// Nil when `text` is not base 64.
    package static func bytes(_ text: String) -> [UInt8]? {
        guard !text.contains(where: { $0 == "+" || $0 == "/" || $0 == "=" }) else { return nil }
        let plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)).map { Array($0) }
    }
}
