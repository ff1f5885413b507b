import Foundation
package import Logging
import Primitives

/// Signing in, its renewal and its end.
package final class SignIn: Sendable {
    private let system: SystemDatabase
    let callers: CallerDirectory
    let hasher: PasswordHasher
    private let throttle: SignInThrottle
    private let keys: AuthKeys
    let accessTokens: AccessTokens
    private let logger: Logger

    /// What a client gets.
    struct Success: Sendable {
        let user: User
        let sessionID: UUID
        let accessToken: String
        let refreshToken: String
        /// For the web's cookie; nil when the session has one already.
        let cookie: String?
        let forgeryToken: String
    }

    package init(
        system: SystemDatabase, masterKey: MasterKey, hasher: PasswordHasher = PasswordHasher(), logger: Logger = Logger(label: "platform")
    ) {
        self.system = system
        self.hasher = hasher
        self.logger = logger
        callers = CallerDirectory(system)
        throttle = SignInThrottle()
        keys = AuthKeys(masterKey)
        accessTokens = AccessTokens(keys)
    }

    func forgeryToken(session: UUID) -> String { keys.forgeryToken(session: session) }

    /// Throws `.unauthenticated` (the same for an unknown account, a wrong password and a disabled user), `.rateLimited` after too many
    /// failures.
    func logIn(email: String, password: String, address: String) async throws -> Success {
        let email = User.normalized(email: email)
        try throttle.begin(account: email, address: address)
        let account = try await system.read { try User.credentials(email: email, on: $0) }
        let isRight = try await hasher.verify(password, stored: account?.hash)
        guard let account, isRight, !account.isDisabled else {
            throttle.failed(address: address)
            logger.notice("A sign-in failed", metadata: ["client": .string(address)])
            try await noteFailure(of: email, account?.id, address: address)
            throw AppError(.unauthenticated, "The address or the password is wrong")
        }
        throttle.succeeded(account: email)
        return try await begin(account.id, address: address, action: "user_signed_in")
    }

    /// Into the installation's log: who was tried, and from where. How many there can be is the throttle's business.
    private func noteFailure(of email: String, _ id: User.ID?, address: String) async throws {
        let name = String(email.unicodeScalars.filter { !$0.properties.generalCategory.isControl }.map(Character.init))
        try await system.transaction { session in
            try session.record(
                Activity(
                    "user_sign_in_failed", entityType: "user", entityID: id?.uuid, entityName: name,
                    actor: Actor(name: "not signed in", address: address)))
        }
    }

    /// Throws `.unauthenticated` when the token is not good; one that was used before ends every sign-in that came from it.
    func refresh(_ text: String) async throws -> Success {
        let refusal = AppError(.unauthenticated, "The refresh token is not good any more; sign in again")
        guard let old = OpaqueToken(text: text) else { throw refusal }
        let new = OpaqueToken()
        switch try await system.transaction({ try Session.refresh(old: old.hash, new: new.hash, on: $0) }) {
        case .renewed(let session, let user):
            return Success(
                user: user, sessionID: session, accessToken: try await accessTokens.sign(user: user.id, session: session, now: Date()),
                refreshToken: new.text, cookie: nil, forgeryToken: forgeryToken(session: session))
        case .reused(let session):
            callers.forget(session: session)
            logger.warning(
                "A refresh token was used twice; its session is revoked", metadata: ["session.id": .string(session.uuidString.lowercased())]
            )
            throw refusal
        case .refused: throw refusal
        }
    }

    func logOut(_ caller: Caller) async throws {
        try await system.transaction { session in
            try Session.revoke(caller.sessionID, for: .signedOut, on: session)
            try session.record(
                Activity(
                    "user_signed_out", entityType: "user", entityID: caller.userID.uuid, entityName: caller.email, actor: caller.actor))
        }
        callers.forget(session: caller.sessionID)
    }

    /// Changes the caller's own password and ends its other sign-ins. Throws a validation error when `current` is wrong, `.rateLimited`
    /// after too many tries.
    func changePassword(of caller: Caller, current: String, new: String, address: String) async throws {
        try throttle.begin(account: caller.email, address: address)
        let account = try await system.read { try User.credentials(email: caller.email, on: $0) }
        guard try await hasher.verify(current, stored: account?.hash) else {
            throttle.failed(address: address)
            throw AppError.validation(field: "currentPassword", reason: "is wrong")
        }
        throttle.succeeded(account: caller.email)
        let hash = try await hasher.hash(new)
        try await system.transaction { session in
            try User.setPasswordHash(hash, of: caller.userID, on: session)
            try Session.revokeAll(of: caller.userID, except: caller.sessionID, for: .passwordChanged, on: session)
            try session.record(
                Activity(
                    "password_changed", entityType: "user", entityID: caller.userID.uuid, entityName: caller.email, actor: caller.actor))
        }
        callers.forget(user: caller.userID)
    }

    /// Sets the password with a one-time link's token, and signs in. Throws `.unauthenticated` when the token is not good.
    func setUp(token text: String, password: String, address: String) async throws -> Success {
        let refusal = AppError(.unauthenticated, "The link is not good any more; ask for another one")
        guard let token = OpaqueToken(text: text) else { throw refusal }
        let hash = try await hasher.hash(password)
        let user = try await system.transaction { session in
            guard let user = try User.useSetupToken(token.hash, on: session) else { return User.ID?.none }
            try User.setPasswordHash(hash, of: user, on: session)
            try Session.revokeAll(of: user, for: .passwordChanged, on: session)
            return user
        }
        guard let user else { throw refusal }
        callers.forget(user: user)
        return try await begin(user, address: address, action: "user_set_up")
    }

    private func begin(_ user: User.ID, address: String, action: String) async throws -> Success {
        let (id, cookie, refresh) = (UUID.version7(at: Date()), OpaqueToken(), OpaqueToken())
        let found = try await system.transaction { session in
            try Session.begin(id, user: user, cookieHash: cookie.hash, refreshHash: refresh.hash, address: address, on: session)
            guard let found = try User.find(user, on: session) else { throw AppError(.unauthenticated, "The account is gone") }
            try session.record(
                Activity(
                    action, entityType: "user", entityID: user.uuid, entityName: found.email,
                    actor: Actor(userID: user.uuid, name: found.email, address: address)))
            return found
        }
        return Success(
            user: found, sessionID: id, accessToken: try await accessTokens.sign(user: user, session: id, now: Date()),
            refreshToken: refresh.text,
            cookie: cookie.text, forgeryToken: forgeryToken(session: id))
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { self == .control || self == .format || self == .lineSeparator || self == .paragraphSeparator }
}
