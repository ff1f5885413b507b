package import Foundation
package import Platform
package import Postgres

/// Day partitions of the samples. The functions are the owner's (m0003): the run-time role may call them and nothing else.
package enum PartitionSQL {
    /// Days made ahead, today included.
    package static let daysAhead = 3

    /// Makes the partitions of `days` days from the day of `date` on (UTC). Returns how many are new.
    @discardableResult package static func make(from date: Date, days: Int = daysAhead, on session: TenantSession) throws -> Int {
        try session.rows("SELECT monitoring.make_partitions((\(date) AT TIME ZONE 'UTC')::date, \(Int32(days)))")[0].decode(0)
    }

    /// Drops the partitions of days that lie wholly before `date`. Returns the rows that were in them, as the planner knew.
    package static func drop(before date: Date, on session: TenantSession) throws -> (partitions: Int, rowsEstimated: Int) {
        let rows = try session.rows("SELECT rows_estimated FROM monitoring.drop_partitions((\(date) AT TIME ZONE 'UTC')::date)")
        return (rows.count, try rows.reduce(0) { $0 + (try $1.decode(0, as: Int.self)) })
    }
}

extension PostgresError {
    /// A row has no partition to go to. (PostgreSQL reports it as a check violation without a constraint's name.)
    package var isMissingPartition: Bool { isCheckViolation && constraint == nil }
}
