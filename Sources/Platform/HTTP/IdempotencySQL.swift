import Foundation
import Postgres
import Primitives

/// An answer that is kept for requests that are sent twice with the same Idempotency-Key.
struct KeptAnswer: Sendable {
    static let hoursMax = 24
    /// A first request that has not ended after so long was killed: the next one may try.
    static let claimSecondsMax = 120.0

    var status: Int
    var headers: [String: String]
    var body: [UInt8]
    /// What the request said; nil where that was known when it was claimed.
    var requestHash: [UInt8]?

    enum Claim: Sendable {
        /// The first request with this key: it is to be carried out.
        case first
        /// Another one is under way.
        case underWay
        /// The key was used for another request.
        case otherRequest
        case answered(KeptAnswer)
    }

    /// - Parameter request: nil when it is known only after the request has been read; the answer then tells the first one's.
    static func claim(key: [UInt8], request: [UInt8]?, on session: SystemSession) throws -> Claim {
        let claimed = try session.rows(
            """
            INSERT INTO platform.idempotency_keys AS k (key_hash, request_hash)
            VALUES (\(Bytes(key)), \(Bytes(request ?? [])))
            ON CONFLICT (key_hash) DO UPDATE
            SET request_hash = excluded.request_hash, status = NULL, headers = NULL, body = NULL, created_at = now()
            WHERE k.created_at < now() - make_interval(hours => \(Int32(hoursMax)))
                OR k.status IS NULL AND k.created_at < now() - make_interval(secs => \(claimSecondsMax))
            RETURNING 1
            """)
        if !claimed.isEmpty { return .first }
        let rows = try session.rows(
            """
            SELECT request_hash, status, headers, body
            FROM platform.idempotency_keys
            WHERE key_hash = \(Bytes(key))
            """)
        guard let row = rows.first else { return .underWay }
        let requestHash = try row.decode("request_hash", as: Bytes.self).bytes
        if let request, request != requestHash { return .otherRequest }
        guard let status = try row.decode("status", as: Int32?.self) else { return .underWay }
        let headers = try row.decode("headers", as: JSONValue.self).object?.compactMapValues(\.string) ?? [:]
        return .answered(KeptAnswer(status: Int(status), headers: headers, body: try row.decode("body", as: Bytes.self).bytes,
                requestHash: requestHash))
    }

    func keep(key: [UInt8], on session: SystemSession) throws {
        let headers = JSONValue.object(headers.mapValues { .string($0) })
        try session.execute(
            """
            UPDATE platform.idempotency_keys
            SET status = \(Int32(status)), headers = \(headers), body = \(Bytes(body)),
                request_hash = coalesce(\(requestHash.map { Bytes($0) }), request_hash)
            WHERE key_hash = \(Bytes(key))
            """)
    }

    static func release(key: [UInt8], on session: SystemSession) throws {
        try session.execute("DELETE FROM platform.idempotency_keys WHERE key_hash = \(Bytes(key)) AND status IS NULL")
    }

    static func deleteOld(on session: SystemSession) throws -> Int {
        try session.execute("DELETE FROM platform.idempotency_keys WHERE created_at < now() - make_interval(hours => \(Int32(hoursMax)))")
    }
}
