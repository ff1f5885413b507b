// Stands in until Platform/Tenancy and Platform/Activity arrive; whoever brings them deletes this file.
package import Foundation
package import Primitives

package struct Tenant: Sendable {
    package typealias ID = Primitives.ID<Tenant>
    package enum Status: String, Sendable, CaseIterable { case active, suspended, deleted }
    package var id: ID
    package var slug: String
    package var name: String
    package var status: Status
}

package struct Actor: Sendable {
    package var userID: UUID?
    package var name: String
    package var address: String?
    package var requestID: String?
}
