import Fleet
import Foundation
import Platform
import Postgres
import Primitives

/// Reads what a `HealthBoard` shows: all of it once, then what has changed.
///
/// How a change is found without a column, an index or a trigger for it: every version of a row carries the transaction that wrote it
/// (`xmin`). A transaction that was not yet visible to an earlier read is not older than the oldest one that was running then, so the rows
/// with `age(xmin) <= age(oldest)` hold all that has changed since, and a few more. Looking for them among 10,000 servers takes
/// PostgreSQL 3.6 ms, where reading and writing all took 45 (`Benchmarks/run health`). Rows that are gone are seen by their count.
enum HealthBoardSQL {
    /// Parts that all is read in at once: PostgreSQL works on one while the other is written as JSON.
    static let partCount = 2
    /// Transactions after which `age` could be ambiguous: numbers of transactions have 32 bits.
    static let transactionCountMax: Int64 = 1 << 30

    /// A board that shows what the database holds now, and its JSON. Throws `PostgresError`.
    static func refreshed(
        _ kept: HealthBoard?, of tenant: Tenant, _ databases: TenantDatabases
    ) async throws -> (HealthBoard, [UInt8]) {
        if let kept, -kept.builtAt.timeIntervalSinceNow < HealthBoard.secondsMax,
            let refreshed = try await databases.read(tenant, { try changed(kept, on: $0) })
        {
            return refreshed
        }
        var board = try await databases.read(tenant) { session in
            let (mark, _) = try mark(on: session)
            var board = HealthBoard(mark: mark, builtAt: Date())
            _ = try readMemberships(into: &board, since: nil, isAnyServerChanged: true, on: session)
            return board
        }
        board.entries = try await all(of: tenant, databases)
        let answer = board.written(isChanged: true)
        return (board, answer)
    }

    /// Where a read begins, and the number that the next transaction will have.
    private static func mark(on session: TenantSession) throws -> (HealthBoard.Mark, next: Int64) {
        let row = try session.rows(
            """
            SELECT pg_snapshot_xmin(now_seen)::text::bigint, pg_snapshot_xmax(now_seen)::text::bigint, now()
            FROM pg_current_snapshot() AS now_seen
            """)[0]
        return (HealthBoard.Mark(oldestTransaction: try row.decode(0), readAt: try row.decode(2)), try row.decode(1))
    }

    /// All servers, by id; each is in one part, by the hash of its id.
    private static func all(of tenant: Tenant, _ databases: TenantDatabases) async throws -> [UUID: HealthEntry] {
        try await withThrowingTaskGroup(of: [HealthEntry].self) { group in
            for part in 0..<partCount {
                group.addTask {
                    try await databases.read(tenant) { session in
                        let isPart: SQL = "uuid_hash(s.id) & \(Int32(partCount - 1)) = \(Int32(part))"
                        return try session.rows("\(HealthSQL.statement) WHERE s.deleted_at IS NULL AND \(isPart)").map(HealthEntry.init)
                    }
                }
            }
            var entries: [UUID: HealthEntry] = [:]
            for try await part in group {
                entries.reserveCapacity(entries.count + part.count * partCount)
                for entry in part { entries[entry.id] = entry }
            }
            return entries
        }
    }

    /// The board with what has changed since; nil when that cannot be told, and all must be read.
    private static func changed(_ kept: HealthBoard, on session: TenantSession) throws -> (HealthBoard, [UInt8])? {
        var board = kept
        let (mark, next) = try mark(on: session)
        let oldest = kept.mark.oldestTransaction
        guard next >= oldest, next - oldest < transactionCountMax else { return nil }
        let since: SQL = "age(\(oldest)::text::xid8::xid)"
        let found = try session.rows(changes(since, kept.mark.readAt, mark.readAt))[0]
        let serverCount = try found.decode(0, as: Int.self)
        let ids = try found.decode(1, as: [UUID].self)
        let isAnyServerChanged = try found.decode(2, as: Bool.self)
        if !ids.isEmpty {
            for row in try session.rows("\(HealthSQL.statement) WHERE s.id = ANY (\(ids))") {
                if try row.decode(HealthEntry.Column.isDeleted.rawValue) {
                    board.entries[try row.decode(0)] = nil
                } else {
                    let entry = try HealthEntry(row)
                    board.entries[entry.id] = entry
                }
            }
        }
        guard board.entries.count == serverCount else { return nil }
        let isMoved = try readMemberships(into: &board, since: since, isAnyServerChanged: isAnyServerChanged, on: session)
        board.mark = mark
        let answer = board.written(isChanged: isMoved || !ids.isEmpty)
        return (board, answer)
    }

    /// How many servers there are, which ones have changed, and whether any did in what is configured. In one row.
    static func changes(_ since: SQL, _ last: Date, _ now: Date) -> SQL {
        """
        WITH configured AS MATERIALIZED (
            SELECT id
            FROM fleet.servers
            WHERE age(xmin) <= \(since)
        )
        SELECT (SELECT count(*) FROM fleet.servers WHERE deleted_at IS NULL), coalesce(array_agg(DISTINCT id), '{}'),
            EXISTS (SELECT FROM configured)
        FROM (
            SELECT id FROM configured
            UNION ALL
            SELECT t.server_id
            FROM monitoring.server_snapshots t
            WHERE age(t.xmin) <= \(since)
                OR \(HealthSQL.heardAt) + make_interval(secs => greatest(300, 2.5::float8 * t.interval_seconds)) BETWEEN \(last) AND \(now)
            UNION ALL
            SELECT server_id FROM monitoring.collection_config WHERE age(xmin) <= \(since)
        ) AS changed (id)
        """
    }

    /// Reads who is in which group, if that may have changed. Returns whether it was read.
    private static func readMemberships(
        into board: inout HealthBoard, since: SQL?, isAnyServerChanged: Bool, on session: TenantSession
    ) throws -> Bool {
        // A filter asks of a server what is configured of it, and its labels.
        let labelled: SQL =
            board.hasDynamicGroups
            ? """
            UNION ALL SELECT count(*), count(*) FILTER (WHERE age(xmin) <= \(since ?? "0")) FROM fleet.server_labels
            UNION ALL SELECT count(*), count(*) FILTER (WHERE age(xmin) <= \(since ?? "0")) FROM fleet.labels
            """ : ""
        let counted = try session.rows(
            """
            SELECT count(*), count(*) FILTER (WHERE age(xmin) <= \(since ?? "0")) FROM fleet.server_group_members
            UNION ALL SELECT count(*), count(*) FILTER (WHERE age(xmin) <= \(since ?? "0")) FROM fleet.server_groups
            \(labelled)
            """)
        let counts = try counted.map { try $0.decode(0, as: Int.self) }
        let isTouched = try counted.contains { try $0.decode(1, as: Int.self) > 0 }
        if since != nil, counts == board.membershipCounts, !isTouched, !(board.hasDynamicGroups && isAnyServerChanged) { return false }
        let dynamic = try DynamicGroup.all(on: session)
        board.memberships = try Memberships(
            session.rows("SELECT server_id, group_id FROM (\(DynamicGroup.memberships(dynamic, reach: .fleet))) m ORDER BY server_id"))
        board.hasDynamicGroups = !dynamic.isEmpty
        board.membershipCounts = counts
        return true
    }
}
