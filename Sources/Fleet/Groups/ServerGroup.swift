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
    /// As the API takes it; nil: people put servers into it. See `GroupFilter`.
    package var filter: String?
    package var revision: Int64
    /// Without deleted servers.
    package var serverCount: Int
    /// Of its servers, how many are in which health.
    package var byHealth: [ServerHealth: Int] = [:]
    package var createdAt: Date
    package var updatedAt: Date

    package init(
        id: ID, name: String, description: String, color: String?, filter: String? = nil, revision: Int64, serverCount: Int,
        createdAt: Date, updatedAt: Date
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.color = color
        self.filter = filter
        self.revision = revision
        self.serverCount = serverCount
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// For the activity log.
    package var audit: [String: JSONValue] {
        ["name": .string(name), "description": .string(description), "color": JSONValue(color), "filter": JSONValue(filter)]
    }

    /// What is said when a hand wants to decide what the filter decides.
    static func refusesHands(_ name: String) -> AppError {
        AppError(.conflict, "“\(name)” is a dynamic group: its filter alone decides which servers are in it; change the filter instead")
    }
}
