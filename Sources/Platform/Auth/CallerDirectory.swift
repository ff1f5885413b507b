import Foundation
import Primitives

/// Finds who stands behind a cookie, a session or an API key, and remembers it for two seconds, so that an authenticated request costs no
/// statement of its own.
///
/// What is changed in this process is forgotten at once; what another process changes is seen after two seconds at the latest.
final class CallerDirectory: Sendable {
    static let ageMax = Duration.seconds(2)
    static let countMax = 20_000

    private enum Key: Hashable, Sendable {
        case cookie([UInt8])
        case session(UUID)
        case apiKey([UInt8])
        case apiKeyID(UUID)
    }

    private let system: SystemDatabase
    private let cache = RecentCache<Key, Caller?>(lifetime: ageMax, countMax: countMax)

    init(_ system: SystemDatabase) { self.system = system }

    func caller(cookie: OpaqueToken) async throws -> Caller? {
        let hash = cookie.hash
        return try await find(.cookie(hash)) { try Session.caller(cookieHash: hash, on: $0) }
    }

    /// Nil when the session has ended or its user may not sign in.
    func caller(session: UUID) async throws -> Caller? {
        try await find(.session(session)) { try Session.caller(sessionID: session, on: $0) }
    }

    /// Nil when there is no such key any more, or it has expired.
    func caller(apiKey: OpaqueToken) async throws -> Caller? {
        let hash = apiKey.hash
        return try await find(.apiKey(hash)) { try APIKey.caller(keyHash: hash, on: $0) }
    }

    /// The same caller as he is now: with other roles perhaps, or nil when what he proved himself with is no good any more.
    func again(_ caller: Caller) async throws -> Caller? {
        guard let key = caller.apiKey else { return try await self.caller(session: caller.sessionID) }
        return try await find(.apiKeyID(key.uuid)) { try APIKey.caller(id: key.uuid, on: $0) }
    }

    func forget(apiKey: APIKey.ID) { cache.forget { _, caller in caller?.apiKey == apiKey } }

    func forget(user: User.ID) { cache.forget { _, caller in caller?.userID == user } }

    /// After a change that touches the roles of many.
    func forgetAll() { cache.forget { _, _ in true } }

    func forget(session: UUID) { cache.forget { _, caller in caller?.sessionID == session } }

    private func find(_ key: Key, _ read: @escaping @Sendable (SystemSession) throws -> Caller?) async throws -> Caller? {
        if let known = cache.value(key) { return known }
        let readAt = ContinuousClock.now
        let caller = try await system.read(read)
        cache.keep(caller, for: key, readAt: readAt)
        return caller
    }
}
