import Foundation
package import Primitives

/// A word on servers, by which they are found. Made when it is first used.
package struct Label: Sendable, Equatable {
    package typealias ID = Primitives.ID<Label>
    package static let nameLengths = 1...50

    package var id: ID
    /// Unique within a tenant, without regard to case; written as it was first.
    package var name: String
    /// "#rrggbb" in lower case.
    package var color: String
    /// Servers that carry it, without deleted ones.
    package var serverCount: Int

    /// `names` without doubles (without regard to case), in their order.
    package static func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0.lowercased()).inserted }
    }
}
