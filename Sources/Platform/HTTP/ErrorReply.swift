import Foundation
import HTTPTypes
import Hummingbird
import Postgres
import Primitives

extension AppError.Code {
    /// The one place where codes become statuses.
    var status: HTTPResponse.Status {
        switch self {
        case .validationError, .missingTenant: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden, .tenantSuspended: .forbidden
        case .notFound, .invalidTenant: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .conflict: .conflict
        case .preconditionFailed: .preconditionFailed
        case .payloadTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .rateLimited: .tooManyRequests
        case .internalError: .internalServerError
        case .connectionError: .badGateway
        case .unavailable: .serviceUnavailable
        }
    }
}

/// Every error as the one envelope: `{"error":{"code","message","details":[{"field","reason"}],"timestamp","requestId"}}`.
enum ErrorReply {
    /// Details shown of one error; more would only fill the screen.
    static let detailCountMax = 100

    static func response(_ error: AppError, requestID: String, now: Date = Date(), status: HTTPResponse.Status? = nil) -> Response {
        var headers: HTTPFields = [:]
        if error.code == .unauthenticated { headers[.wwwAuthenticate] = "Bearer realm=\"DbTools\"" }
        if let seconds = error.retryAfterSeconds ?? defaultRetryAfterSeconds(error.code) { headers[.retryAfter] = String(seconds) }
        return json(bytes: bytes(error, requestID: requestID, now: now), status: status ?? error.code.status, headers: headers)
    }

    static func bytes(_ error: AppError, requestID: String, now: Date) -> [UInt8] {
        var writer = JSONWriter(reserve: 512)
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("code")
        writer.string(error.code.rawValue)
        writer.key("message")
        writer.string(error.message)
        writer.key("details")
        writer.beginArray()
        for detail in error.details.prefix(detailCountMax) {
            writer.beginObject()
            writer.key("field")
            writer.string(detail.field)
            writer.key("reason")
            writer.string(detail.reason)
            writer.endObject()
        }
        writer.endArray()
        writer.key("timestamp")
        writer.date(now)
        writer.key("requestId")
        writer.string(requestID)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private static func defaultRetryAfterSeconds(_ code: AppError.Code) -> Int? {
        switch code {
        case .rateLimited, .unavailable: 1
        default: nil
        }
    }
}

/// What an error that reached the edge means for the caller, and whether it is a fault of ours that belongs in the log.
struct EdgeFailure {
    var error: AppError
    var isFault = false

    init(_ thrown: any Error) {
        switch thrown {
        case let thrown as AppError: self.init(error: thrown, isFault: thrown.code == .internalError)
        case let thrown as HTTPError: self.init(error: Self.translate(thrown.status, thrown.body))
        case let thrown as PostgresError: self.init(postgres: thrown)
        case is MethodRefusal: self.init(error: AppError(.methodNotAllowed, "This address does not take that method; Allow says which"))
        case is CancellationError: self.init(error: AppError(.unavailable, "The request was cut short; try again", retryAfterSeconds: 1))
        default: self.init(error: Self.internalError, isFault: true)
        }
    }

    private init(error: AppError, isFault: Bool = false) {
        self.error = error
        self.isFault = isFault
    }

    /// Classes of SQLSTATE: PostgreSQL, appendix A.
    private init(postgres error: PostgresError) {
        if error.isDiskFull {
            let full = AppError(
                .unavailable, "The disk of DbTools' database is full: nothing was changed. Make room on it, then try again",
                retryAfterSeconds: 30)
            self.init(error: full, isFault: true)
            return
        }
        let unavailable = AppError(.unavailable, "The database cannot be used at the moment; try again shortly", retryAfterSeconds: 2)
        switch error.sqlState.prefix(2) {
        case "08", "28", "3D", "53", "57", "58": self.init(error: unavailable, isFault: true)
        case "40", "55":
            self.init(error: AppError(.unavailable, "Somebody changes the same thing just now; try again", retryAfterSeconds: 1))
        // Data that no check refused before PostgreSQL did: the caller's fault, and a gap in our checks.
        case "22": self.init(error: AppError(.validationError, "A value cannot be stored as it is"), isFault: true)
        default: self.init(error: Self.internalError, isFault: true)
        }
    }

    private static let internalError = AppError(.internalError, "Something went wrong on our side; the request id finds it in the log")

    private static func translate(_ status: HTTPResponse.Status, _ text: String?) -> AppError {
        switch status.code {
        case 401: AppError(.unauthenticated, "Sign in first")
        case 403: AppError(.forbidden, "This is not allowed")
        case 404: AppError(.notFound, "There is nothing at this address")
        case 405: AppError(.methodNotAllowed, "This address does not take that method")
        case 413: .bodyTooLarge
        case 415: AppError(.unsupportedMediaType, "Send the body as application/json in UTF-8")
        case 429: AppError(.rateLimited, "Too many requests")
        case 400..<500: AppError(.validationError, text ?? "The request is not valid")
        case 503: AppError(.unavailable, "Not available at the moment")
        default: internalError
        }
    }
}
