package import Foundation
package import Primitives

/// A saved filter, order and choice of columns of the server list: somebody's own, or shared with the whole tenant.
package struct ServerView: Sendable, Equatable {
    package typealias ID = Primitives.ID<ServerView>
    package static let nameLengths = 1...100
    /// Of one owner, and shared ones in one answer.
    package static let countMax = 200
    package static let columnCountMax = 50

    package var id: ID
    package var ownerID: UUID
    /// The owner's e-mail address, as it was when the view was saved.
    package var ownerName: String
    /// Unique for its owner, without regard to case.
    package var name: String
    /// As `ServerFilter.shown` had it when it was saved.
    package var filter: JSONValue
    package var sort: ServerSort
    /// asc or desc.
    package var order: String
    /// Empty: the usual ones.
    package var columns: [String]
    package var isShared: Bool
    package var createdAt: Date
    package var updatedAt: Date

    var audit: JSONValue {
        [
            "name": .string(name), "filter": filter, "sort": .string(sort.rawValue), "order": .string(order),
            "columns": .array(columns.map { .string($0) }), "shared": .bool(isShared),
        ]
    }

    /// A filter that leaves nothing out.
    static let noFilter = ServerFilter().shown

    /// A stored filter with every member: one that was saved before a member existed does not filter by it.
    static func whole(_ filter: JSONValue) -> JSONValue {
        .object((noFilter.object ?? [:]).merging(filter.object ?? [:]) { $1 })
    }

    /// Whether `text` can name a column: the screen knows which there are.
    static func isColumn(_ text: String) -> Bool { text.wholeMatch(of: #/[A-Za-z][A-Za-z0-9]{0,39}/#) != nil }
}
