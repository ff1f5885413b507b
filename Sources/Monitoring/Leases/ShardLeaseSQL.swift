package import Foundation
package import Platform
import Postgres
package import Primitives

/// What one heartbeat brought.
package struct LeaseOutcome: Sendable, Equatable {
    /// Shard to epoch: what this collector holds now.
    package var held: [Int: Int64]
    package var liveCollectorCount: Int
}

/// Shard leases in the system database (design.md, settled question 5). The database's clock decides: nodes need not agree on the time.
package enum ShardLeaseSQL {
    /// Begins: what an earlier process of the same name held passes to this one at once, under new epochs that fence the earlier one's
    /// late writes.
    package static func claim(_ collector: UUID, node: String, processIndex: Int, on session: SystemSession) throws {
        try session.execute(
            """
            INSERT INTO platform.collectors AS known (id, node, process_index)
            VALUES (\(collector), \(node), \(Int32(processIndex)))
            ON CONFLICT (id) DO UPDATE
            SET heartbeat_at = now(), started_at = now()
            """)
        try session.execute("UPDATE platform.shard_leases SET epoch = epoch + 1 WHERE holder = \(collector)")
    }

    /// Says "I am alive", renews what is held, gives back what is above the fair share and takes what is free. In one transaction.
    ///
    /// - Parameter known: what this collector believes to hold; leases whose epoch moved on since are lost. Nil right after `claim`.
    /// - Parameter statistics: what the collector says of its own work.
    /// - Returns: nil when the collector is not known any more (it was away for too long): claim again.
    package static func heartbeat(
        _ collector: UUID, known: [Int: Int64]?, leaseSeconds: Double, statistics: JSONValue = [:], on session: SystemSession
    ) throws -> LeaseOutcome? {
        if known != nil { try forgiveSilence(asLongAsThatOf: collector, leaseSeconds: leaseSeconds, on: session) }
        let count = try session.execute(
            "UPDATE platform.collectors SET heartbeat_at = now(), statistics = \(statistics) WHERE id = \(collector)")
        guard count == 1 else { return nil }
        try session.execute("DELETE FROM platform.collectors WHERE heartbeat_at < now() - \(leaseSeconds * 10) * interval '1 second'")
        let live: Int = try session.rows(
            "SELECT count(*) FROM platform.collectors WHERE heartbeat_at > now() - \(leaseSeconds) * interval '1 second'")[0].decode(0)
        let share = Shards.fairShare(collectorCount: live)

        var held: [Int: Int64] = [:]
        let renewed = try session.rows(
            """
            UPDATE platform.shard_leases
            SET expires_at = now() + \(leaseSeconds) * interval '1 second'
            WHERE holder = \(collector)
            RETURNING shard, epoch
            """)
        for row in renewed {
            let (shard, epoch): (Int, Int64) = (try row.decode(0), try row.decode(1))
            if let known, known[shard] != epoch { continue }  // another process of our name took over: it renews them itself
            held[shard] = epoch
        }
        if held.count > share {
            let surplus = held.keys.sorted().suffix(held.count - share).map(Int32.init)
            try session.execute(
                "UPDATE platform.shard_leases SET holder = NULL, expires_at = NULL WHERE shard = ANY (\(surplus)) AND holder = \(collector)"
            )
            for shard in surplus { held[Int(shard)] = nil }
        } else if held.count < share {
            let taken = try session.rows(
                """
                UPDATE platform.shard_leases
                SET holder = \(collector), epoch = epoch + 1, expires_at = now() + \(leaseSeconds) * interval '1 second'
                WHERE shard IN (
                    SELECT shard
                    FROM platform.shard_leases
                    WHERE holder IS NULL OR expires_at < now()
                    ORDER BY shard
                    LIMIT \(share - held.count)
                    FOR UPDATE SKIP LOCKED
                )
                RETURNING shard, epoch
                """)
            for row in taken { held[try row.decode(0)] = try row.decode(1, as: Int64.self) }
        }
        return LeaseOutcome(held: held, liveCollectorCount: live)
    }

    /// Where this collector could not say anything for half a lease and more, though it was alive, the database was away. Others that fell
    /// silent about then may be as alive: they get the time of a lease to speak. Otherwise the first one back would take all shards, all
    /// servers would be connected to anew, and runs that wait in the others' memory would be fenced.
    private static func forgiveSilence(asLongAsThatOf collector: UUID, leaseSeconds: Double, on session: SystemSession) throws {
        let own = try session.rows(
            "SELECT extract(epoch FROM now() - heartbeat_at)::float8 FROM platform.collectors WHERE id = \(collector)")
        guard let silentSeconds: Double = try own.first?.decode(0), silentSeconds > leaseSeconds / 2 else { return }
        // In one order: those that come back together do the same.
        try session.execute("SELECT FROM platform.collectors ORDER BY id FOR UPDATE")
        try session.execute(
            """
            WITH forgiven AS (
                UPDATE platform.collectors
                SET heartbeat_at = now()
                WHERE heartbeat_at BETWEEN now() - \(silentSeconds + leaseSeconds) * interval '1 second'
                    AND now() - \(leaseSeconds) * interval '1 second'
                RETURNING id
            )
            UPDATE platform.shard_leases l
            SET expires_at = now() + \(leaseSeconds) * interval '1 second'
            FROM forgiven
            WHERE l.holder = forgiven.id AND l.expires_at < now()
            """)
    }

    /// What each live collector said with its last heartbeat.
    package static func statistics(leaseSeconds: Double, on session: SystemSession) throws -> [JSONValue] {
        try session.rows(
            "SELECT statistics FROM platform.collectors WHERE heartbeat_at > now() - \(leaseSeconds) * interval '1 second'"
        ).map { try $0.decode(0) }
    }

    /// Gives everything back, so that others need not wait for the leases to run out.
    package static func release(_ collector: UUID, on session: SystemSession) throws {
        try session.execute("UPDATE platform.shard_leases SET holder = NULL, expires_at = NULL WHERE holder = \(collector)")
        try session.execute("DELETE FROM platform.collectors WHERE id = \(collector)")
    }
}
