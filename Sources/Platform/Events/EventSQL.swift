import Foundation
import Postgres
import Primitives

/// A place in a tenant's outbox. Events are read in the order of their transactions: an id that was taken early may commit late.
struct EventPosition: Sendable, Comparable {
    var transaction: Int64
    var id: Int64
    static let start = EventPosition(transaction: 0, id: 0)
    static func < (left: EventPosition, right: EventPosition) -> Bool {
        left.transaction == right.transaction ? left.id < right.id : left.transaction < right.transaction
    }
}

/// An event as it goes over the wire.
struct StreamedEvent: Sendable {
    /// Hours that events are kept for those who come back.
    static let keptHours = 24

    let position: EventPosition
    let topic: String
    /// JSON.
    let payload: String

    /// As the HTML standard, "Server-sent events", writes one. Our topics and payloads hold no line breaks.
    var text: String { "id: \(position.id)\nevent: \(topic)\ndata: \(payload)\n\n" }
}

extension StreamedEvent {
    /// Events after `position`, at most `limit`, and whether there are some that cannot be told yet, since an older transaction is still
    /// open.
    static func after(_ position: EventPosition, limit: Int, on session: TenantSession) throws -> (events: [StreamedEvent], isWaiting: Bool)
    {
        let rows = try session.rows(
            """
            SELECT id, transaction::text::bigint AS transaction, topic, payload,
                transaction < pg_snapshot_xmin(pg_current_snapshot()) AS is_settled
            FROM platform.events
            WHERE (transaction, id) > (\(String(position.transaction))::text::xid8, \(position.id))
            ORDER BY platform.events.transaction, id
            LIMIT \(limit)
            """)
        var events: [StreamedEvent] = []
        for row in rows {
            guard try row.decode("is_settled", as: Bool.self) else { return (events, true) }
            events.append(
                StreamedEvent(
                    position: EventPosition(transaction: try row.decode("transaction"), id: try row.decode("id")),
                    topic: try row.decode("topic"),
                    payload: try row.decode("payload", as: JSONValue.self).text))
        }
        return (events, false)
    }

    /// The last event that can be told; the start when there is none.
    static func head(on session: TenantSession) throws -> EventPosition {
        let rows = try session.rows(
            """
            SELECT id, transaction::text::bigint AS transaction
            FROM platform.events
            WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY platform.events.transaction DESC, id DESC
            LIMIT 1
            """)
        guard let row = rows.first else { return .start }
        return EventPosition(transaction: try row.decode("transaction"), id: try row.decode("id"))
    }

    /// Where the event with that id stands; nil when it is not kept any more. Id 0 is the start, as long as nothing has been deleted.
    static func position(of id: Int64, on session: TenantSession) throws -> EventPosition? {
        if id == 0 {
            let rows = try session.rows("SELECT min(id) FROM platform.events")
            return try rows[0].decode(0, as: Int64?.self).map { $0 == 1 } ?? true ? .start : nil
        }
        let rows = try session.rows("SELECT transaction::text::bigint FROM platform.events WHERE id = \(id)")
        return try rows.first.map { EventPosition(transaction: try $0.decode(0), id: id) }
    }

    static func deleteOld(on session: TenantSession) throws -> Int {
        try session.execute("DELETE FROM platform.events WHERE created_at < now() - make_interval(hours => \(Int32(keptHours)))")
    }
}
