/// The one error that a part throws on purpose. Anything else that reaches the HTTP edge is a bug and answers 500.
package struct AppError: Error, Sendable, Equatable {
    /// What went wrong, as a closed set; the raw value is the code that clients see. Each maps to one HTTP status, at the HTTP edge and
    /// nowhere else.
    package enum Code: String, Sendable, CaseIterable {
        case validationError = "VALIDATION_ERROR"
        case missingTenant = "MISSING_TENANT"
        case unauthenticated = "UNAUTHENTICATED"
        case forbidden = "FORBIDDEN"
        case tenantSuspended = "TENANT_SUSPENDED"
        case notFound = "NOT_FOUND"
        case invalidTenant = "INVALID_TENANT"
        case methodNotAllowed = "METHOD_NOT_ALLOWED"
        case conflict = "CONFLICT"
        case preconditionFailed = "PRECONDITION_FAILED"
        case payloadTooLarge = "PAYLOAD_TOO_LARGE"
        case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
        case rateLimited = "RATE_LIMITED"
        case internalError = "INTERNAL_ERROR"
        case connectionError = "CONNECTION_ERROR"
        case unavailable = "UNAVAILABLE"
    }

    /// One failing field and why it fails.
    package struct Detail: Sendable, Equatable, Codable {
        package var field: String
        package var reason: String
        package init(field: String, reason: String) {
            self.field = field
            self.reason = reason
        }
    }

    package var code: Code
    /// A sentence for the caller that says what to do next. Never holds SQL, host names or secrets.
    package var message: String
    /// Every failing field; empty when the error is not about fields.
    package var details: [Detail]
    /// Seconds after which a retry makes sense, for `rateLimited` and `unavailable`.
    package var retryAfterSeconds: Int?

    package init(_ code: Code, _ message: String, details: [Detail] = [], retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// A validation error about one field.
    package static func validation(field: String, reason: String) -> AppError {
        AppError(.validationError, "\(field): \(reason)", details: [Detail(field: field, reason: reason)])
    }

    /// `what` does not exist, or not for this caller: the two are told apart for nobody.
    package static func notFound(_ what: String) -> AppError { AppError(.notFound, "\(what) does not exist") }
}
