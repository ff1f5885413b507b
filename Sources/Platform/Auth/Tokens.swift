import Crypto
import Foundation
import JWTKit
import Primitives

/// A secret that a client holds and we store only as a hash: cookies, refresh tokens, one-time links.
struct OpaqueToken: Sendable {
    static let bytes = 32
    static let textLength = 43

    let text: String
    var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// A new one, of 256 random bits.
    init() { text = Base64URL.text(RandomBytes.make(Self.bytes)) }

    /// Nil when `text` cannot be one.
    init?(text: String) {
        guard text.utf8.count == Self.textLength, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.text = text
    }
}

/// The keys that sign-in uses, each derived from the master key for its own purpose (HKDF-SHA256).
package struct AuthKeys: Sendable {
    let accessTokens: SymmetricKey
    let forgeryTokens: SymmetricKey

    package init(_ masterKey: MasterKey) {
        accessTokens = masterKey.derived(for: "access tokens")
        forgeryTokens = masterKey.derived(for: "csrf tokens")
    }

    /// The token that a page must send back with every change it asks for: bound to the session, so another session's is no use.
    func forgeryToken(session: UUID) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(session.uuidString.lowercased().utf8), using: forgeryTokens)
        return Base64URL.text(Array(code))
    }
}

/// What an access token says.
struct AccessClaims: JWTPayload, Sendable {
    var sub: SubjectClaim
    /// The session: the token is good as long as that is.
    var sid: String
    var iss: IssuerClaim
    var iat: IssuedAtClaim
    var exp: ExpirationClaim

    func verify(using algorithm: some JWTAlgorithm) async throws {
        try exp.verifyNotExpired()
        guard iss.value == AccessTokens.issuer else { throw JWTError.claimVerificationFailure(failedClaim: iss, reason: "not ours") }
    }
}

/// Signs and verifies access tokens (JWT, HS256).
final class AccessTokens: Sendable {
    static let issuer = "dbtools"
    static let lifetimeSeconds = 1_800
    static let textLengthMax = 2_048

    private let keys = JWTKeyCollection()
    private let signingKey: HMACKey
    /// Verified tokens: the signature of one need not be computed for every request.
    private let verified = RecentCache<String, Verified>(lifetime: .seconds(60), countMax: 10_000)

    struct Verified: Sendable {
        let sessionID: UUID
        let expiresAt: Date
    }

    init(_ keys: AuthKeys) { signingKey = HMACKey(key: keys.accessTokens) }

    /// To be called once before the first token.
    func prepare() async { await keys.add(hmac: signingKey, digestAlgorithm: .sha256) }

    func sign(user: User.ID, session: UUID, now: Date) async throws -> String {
        try await keys.sign(
            AccessClaims(
                sub: .init(value: user.description), sid: session.uuidString.lowercased(), iss: .init(value: Self.issuer),
                iat: .init(value: now),
                exp: .init(value: now.addingTimeInterval(Double(Self.lifetimeSeconds)))))
    }

    /// The session of a token that we signed and that has not expired; nil for everything else.
    func session(of token: String, now: Date) async -> UUID? {
        guard token.utf8.count <= Self.textLengthMax else { return nil }
        if let known = verified.value(token) { return known.expiresAt > now ? known.sessionID : nil }
        // Why it is refused is nobody's business: a token is good or it is not.
        guard let claims = try? await keys.verify(token, as: AccessClaims.self), let session = UUID(uuidString: claims.sid) else {
            return nil
        }
        verified.keep(Verified(sessionID: session, expiresAt: claims.exp.value), for: token, readAt: .now)
        return session
    }
}
