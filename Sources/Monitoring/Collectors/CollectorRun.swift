package import Engines
package import Fleet
package import Foundation

/// What the collectors of one cadence brought from a server, on its way to the tenant's database.
package struct CollectorRun: Sendable {
    package var server: Server.ID
    /// Of the collection that it belongs to.
    package var slotAt: Date
    package var attemptedAt: Date
    /// Of the shard's lease when the run began.
    package var epoch: Int64
    package let tables: [CollectedTable]
    /// Texts and plans of queries that the rows name, so far as they were not asked for before.
    package let details: [QueryDetail]
    /// The room that it takes in memory, about.
    package let sizeBytes: Int

    package init(server: Server.ID, slotAt: Date, attemptedAt: Date, epoch: Int64, tables: [CollectedTable], details: [QueryDetail] = []) {
        self.server = server
        self.slotAt = slotAt
        self.attemptedAt = attemptedAt
        self.epoch = epoch
        self.tables = tables
        self.details = details
        sizeBytes = tables.reduce(128) { $0 + $1.sizeBytes } + details.reduce(0) { $0 + $1.body.utf8.count + 256 }
    }
}
