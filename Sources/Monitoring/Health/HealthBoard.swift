import Foundation
package import Platform
import Primitives
import Synchronization

/// The health of all servers of one tenant as it was last answered, so that the next answer reads from the database only what has changed
/// since: of 10,000 servers that is some hundreds, and nothing is decoded or written as JSON twice.
///
/// The database stays the only truth: each answer asks it what changed (`HealthBoardSQL`), whoever changed it.
struct HealthBoard: Sendable {
    /// Where a read began, in PostgreSQL's own order of changes.
    struct Mark: Sendable {
        /// The oldest transaction that was still running: what it and all later ones write is to be read again.
        var oldestTransaction: Int64
        /// The database's time, by which servers turn stale.
        var readAt: Date
    }

    /// Seconds after which all is read again, come what may (a restored database, whose order of changes began anew).
    static let secondsMax = 300.0

    var mark: Mark
    /// When all was read.
    let builtAt: Date
    var entries: [UUID: HealthEntry] = [:]
    var memberships = Memberships()
    /// How many rows the tables had that `memberships` was read from: by this a deletion is seen.
    var membershipCounts: [Int] = []
    var hasDynamicGroups = false
    private var answer: [UInt8] = []

    init(mark: Mark, builtAt: Date) {
        self.mark = mark
        self.builtAt = builtAt
    }

    /// The JSON array. Written anew after a change only.
    mutating func written(isChanged: Bool) -> [UInt8] {
        guard isChanged || answer.isEmpty else { return answer }
        var writer = JSONWriter(reserve: max(answer.count + 1024, entries.count * 420 + 2))
        writer.beginArray()
        for (id, entry) in entries { entry.write(to: &writer, groups: memberships[id]) }
        writer.endArray()
        answer = writer.bytes
        return answer
    }
}

/// The boards of the tenants that were asked for lately, and who waits for them.
package final class HealthBoards: Sendable {
    /// Servers on all boards together, at some 400 bytes of JSON each, twice (the entry and the answer); the tenants that were asked for
    /// longest ago are forgotten first.
    static let serverCountMax = 50_000

    private let databases: TenantDatabases
    private let reads = SharedReads<Tenant.ID, [UInt8]>()
    private let boards = Mutex<[Tenant.ID: HealthBoard]>([:])

    package init(databases: TenantDatabases) { self.databases = databases }

    /// A JSON array of all servers' health, in no particular order, as the database had it after this call began. Throws `PostgresError`.
    package func all(of tenant: Tenant) async throws -> [UInt8] {
        try await reads.read(tenant.id) { [self] in
            // Taken out while it is worked on; when the read fails it stays out, and the next one reads all.
            let kept = boards.withLock { $0.removeValue(forKey: tenant.id) }
            var (board, answer) = try await HealthBoardSQL.refreshed(kept, of: tenant, databases)
            board.mark.readAt = max(board.mark.readAt, kept?.mark.readAt ?? .distantPast)
            keep(board, of: tenant.id)
            return answer
        }
    }

    private func keep(_ board: HealthBoard, of tenant: Tenant.ID) {
        boards.withLock { boards in
            boards[tenant] = board
            var count = boards.values.reduce(0) { $0 + $1.entries.count }
            while count > Self.serverCountMax, let oldest = boards.min(by: { $0.value.mark.readAt < $1.value.mark.readAt }) {
                boards[oldest.key] = nil
                count -= oldest.value.entries.count
            }
        }
    }
}
