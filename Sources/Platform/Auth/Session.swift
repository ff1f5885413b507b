import Foundation

/// One sign-in: what a cookie or a family of refresh tokens stands for.
enum Session {
    /// A sign-in ends after so long, whatever happens.
    static let lifetimeSeconds = 30.0 * 86_400
    /// A sign-in that nobody uses ends after so long.
    static let idleSecondsMax = 7.0 * 86_400
    /// How exactly the last use is remembered: it saves a write per request.
    static let seenSeconds = 300.0
    /// A refresh token that was used is good for so long once more, for answers that got lost on the way.
    static let refreshGraceSeconds = 30.0
    /// Sign-ins that one person may have at once; the oldest ends when there are more.
    static let countMaxPerUser = 100

    /// Why a sign-in ended before its time.
    enum End: String {
        case signedOut = "signed out"
        case passwordChanged = "password changed"
        case refreshTokenReused = "refresh token reused"
        case disabled = "user disabled"
        case tooMany = "too many sign-ins"
    }
}

/// What a refresh token turned out to be.
enum RefreshOutcome: Sendable {
    case renewed(session: UUID, user: User)
    /// Unknown, expired, or of a session that has ended.
    case refused
    /// Used before, longer ago than the grace: somebody else has it. The session is revoked.
    case reused(session: UUID)
}
