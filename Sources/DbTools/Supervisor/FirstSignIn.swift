import Logging
import Platform

/// How somebody gets in for the first time.
enum FirstSignIn: Sendable {
    static let defaultEmail = "admin@localhost"

    /// There is an administrator.
    case exists
    /// Made now from the configuration.
    case created(email: String)
    /// Nobody has a password yet: the token of a one-time link.
    case link(email: String, token: String)

    static func make(_ installation: Installation, logger: Logger) async throws -> FirstSignIn {
        let email = installation.config.adminEmail ?? defaultEmail
        switch try await UserDirectory(system: installation.system).ensureFirstAdmin(
            email: email, password: installation.config.adminPassword)
        {
        case .exists: return .exists
        case .created:
            logger.notice("Made the super admin", metadata: ["email": "\(email)"])
            return .created(email: email)
        case .needsSetup(let token): return .link(email: email, token: token)
        }
    }
}
