import Foundation
import HTTPTypes
import Hummingbird
import Primitives

/// `/auth`: signing in, its renewal, its end, and one's own password.
struct AuthRoutes: Sendable {
    let signIn: SignIn
    let system: SystemDatabase

    func add(to group: RouterGroup<AppRequestContext>) {
        group.group("auth")
            .post("login", use: logIn)
            .post("refresh", use: refresh)
            .post("setup", use: setUp)
            .post("logout", use: logOut)
            .post("password", use: changePassword)
            .get("me", use: me)
    }

    /// POST /auth/login: tokens for programs, and a cookie for browsers. 400, 401, 429.
    @Sendable func logIn(request: Request, context: AppRequestContext) async throws -> Response {
        let body = try await FieldReader(request, context)
        let email = body.secret("email", 1...254)
        let password = body.secret("password", 1...200)
        try body.finish()
        return try answer(try await signIn.logIn(email: email, password: password, address: context.clientAddress), context)
    }

    /// POST /auth/refresh: new tokens for an old one. 400, 401.
    @Sendable func refresh(request: Request, context: AppRequestContext) async throws -> Response {
        let body = try await FieldReader(request, context)
        let token = body.secret("refreshToken", 1...500)
        try body.finish()
        return try answer(try await signIn.refresh(token), context)
    }

    /// POST /auth/setup: the first password, by one-time link. 400, 401.
    @Sendable func setUp(request: Request, context: AppRequestContext) async throws -> Response {
        let body = try await FieldReader(request, context)
        let token = body.secret("token", 1...500)
        let password = body.secret("password", User.passwordLength)
        try body.finish()
        return try answer(try await signIn.setUp(token: token, password: password, address: context.clientAddress), context)
    }

    /// POST /auth/logout. 204, 401.
    @Sendable func logOut(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.requirePerson()
        try await FieldReader.optional(request, context).finish()
        try await signIn.logOut(caller)
        return noContent(headers: [.setCookie: Self.cookie("", maxAgeSeconds: 0, isSecure: context.isSecure)])
    }

    /// POST /auth/password. 204, 400, 401, 429.
    @Sendable func changePassword(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.requirePerson()
        let body = try await FieldReader(request, context)
        let current = body.secret("currentPassword", 1...200)
        let new = body.secret("newPassword", User.passwordLength)
        try body.finish()
        try await signIn.changePassword(of: caller, current: current, new: new, address: context.clientAddress)
        return noContent()
    }

    /// GET /auth/me. 200, 401.
    @Sendable func me(request: Request, context: AppRequestContext) async throws -> Response {
        let caller = try context.requirePerson()
        guard let user = try await system.read({ try User.find(caller.userID, on: $0) }) else {
            throw AppError(.unauthenticated, "Sign in first")
        }
        return try json(
            MeReply(user: UserReply(user), csrfToken: context.credential == .cookie ? signIn.forgeryToken(session: caller.sessionID) : nil))
    }

    private func answer(_ success: SignIn.Success, _ context: AppRequestContext) throws -> Response {
        var headers: HTTPFields = [:]
        if let cookie = success.cookie {
            headers[.setCookie] = Self.cookie(cookie, maxAgeSeconds: Int(Session.lifetimeSeconds), isSecure: context.isSecure)
        }
        let reply = SignInReply(
            accessToken: success.accessToken, expiresIn: AccessTokens.lifetimeSeconds, refreshToken: success.refreshToken,
            user: UserReply(success.user),
            csrfToken: success.forgeryToken)
        return try json(reply, headers: headers)
    }

    private static func cookie(_ value: String, maxAgeSeconds: Int, isSecure: Bool) -> String {
        "\(CallerMiddleware.cookieName)=\(value); Path=/; Max-Age=\(maxAgeSeconds); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }
}

/// The members of OAuth (RFC 6749, section 5.1) keep their names.
private struct SignInReply: Encodable {
    let accessToken: String
    let tokenType = "Bearer"
    let expiresIn: Int
    let refreshToken: String
    let user: UserReply
    let csrfToken: String

    enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case refreshToken = "refresh_token"
        case user, csrfToken
    }
}

private struct MeReply: Encodable {
    let user: UserReply
    let csrfToken: String?
}
