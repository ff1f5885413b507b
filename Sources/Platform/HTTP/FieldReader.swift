import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore
package import Primitives

/// Reads a JSON object strictly and collects every failing field, so that the caller learns of all at once.
///
/// Names are camelCase; snake_case is taken too. Members that nobody asked for are refused by `finish()`: a typo must not pass for success.
/// A getter that fails notes why and returns a placeholder: use no value before `finish()` has returned.
package final class FieldReader {
    private let members: [String: Member]
    private let path: String
    private let failures: Failures
    private var known: Set<String> = []
    private var nestedReaders: [FieldReader] = []

    private struct Member {
        let sentName: String
        let value: JSONValue
    }

    private final class Failures {
        var details: [AppError.Detail] = []
    }

    /// Reads the body of `request`. Throws `.unsupportedMediaType`, `.payloadTooLarge`, or `.validationError` when it is not a JSON object.
    package convenience init(_ request: Request, _ context: AppRequestContext) async throws {
        self.init(try await Self.object(of: request, emptyAllowed: false))
    }

    /// As `init`, for routes whose body may be left out: no body is an empty object.
    package static func optional(_ request: Request, _ context: AppRequestContext) async throws -> FieldReader {
        FieldReader(try await object(of: request, emptyAllowed: true))
    }

    package convenience init(_ members: [String: JSONValue]) { self.init(members, path: "", failures: Failures()) }

    private init(_ members: [String: JSONValue], path: String, failures: Failures) {
        self.path = path
        self.failures = failures
        var byName: [String: Member] = [:]
        for (sentName, value) in members.sorted(by: { $0.key < $1.key }) {
            let name = Self.camelCase(sentName)
            if byName[name] == nil {
                byName[name] = Member(sentName: sentName, value: value)
            } else {
                failures.details.append(.init(field: path + name, reason: "is given twice"))
            }
        }
        self.members = byName
    }

    // MARK: Presence and failures

    /// Whether the member was sent, as null too.
    package func isPresent(_ name: String) -> Bool {
        known.insert(name)
        return members[name] != nil
    }

    package func isNull(_ name: String) -> Bool {
        known.insert(name)
        return members[name]?.value == .null
    }

    /// How many faults were found by now, in this object and in those around and within it.
    package var failureCount: Int { failures.details.count }

    /// Notes that a field is wrong for a reason of the caller's own.
    package func fail(_ field: String, _ reason: String) { failures.details.append(.init(field: path + field, reason: reason)) }

    /// Throws `VALIDATION_ERROR` with every failing field. Call it once, after the last getter.
    package func finish() throws {
        refuseUnknown()
        guard let first = failures.details.first else { return }
        let count = failures.details.count
        throw AppError(
            .validationError, count == 1 ? "\(first.field): \(first.reason)" : "\(count) fields are not valid", details: failures.details)
    }

    private func refuseUnknown() {
        for name in members.keys.sorted() where !known.contains(name) {
            fail(members[name]?.sentName ?? name, "is not a field of this request")
        }
        for reader in nestedReaders { reader.refuseUnknown() }
    }

    // MARK: Texts

    /// A required text of one line whose length in characters is in `length`; blank is refused where `length` begins above 0.
    package func string(_ name: String, _ length: ClosedRange<Int>, aliases: [String] = []) -> String {
        guard let value = required(name, aliases) else { return "" }
        return text(value, name, length)
    }

    /// As `string`; nil when missing or null.
    package func optionalString(_ name: String, _ length: ClosedRange<Int>, aliases: [String] = []) -> String? {
        given(name, aliases).map { text($0, name, length) }
    }

    /// A required text of any characters but NUL, such as a password; not trimmed.
    package func secret(_ name: String, _ length: ClosedRange<Int>) -> String {
        guard let value = required(name, []) else { return "" }
        return text(value, name, length, anyCharacters: true)
    }

    /// As `secret`; nil when missing or null.
    package func optionalSecret(_ name: String, _ length: ClosedRange<Int>) -> String? {
        given(name, []).map { text($0, name, length, anyCharacters: true) }
    }

    /// A list of texts, at most `max`; empty when missing or null.
    package func strings(_ name: String, max: Int, length: ClosedRange<Int> = 1...100) -> [String] {
        optionalStrings(name, max: max, length: length) ?? []
    }

    /// As `strings`; nil when missing or null.
    package func optionalStrings(_ name: String, max: Int, length: ClosedRange<Int> = 1...100) -> [String]? {
        list(name, max: max)?.enumerated().map { index, value in text(value, "\(name)[\(index)]", length) }
    }

    // MARK: Numbers, truth, choices

    package func int(_ name: String, _ range: ClosedRange<Int>, aliases: [String] = []) -> Int {
        guard let value = required(name, aliases) else { return range.lowerBound }
        return whole(value, name, range)
    }

    package func int(_ name: String, _ range: ClosedRange<Int>, default fallback: Int) -> Int { optionalInt(name, range) ?? fallback }

    package func optionalInt(_ name: String, _ range: ClosedRange<Int>) -> Int? { given(name, []).map { whole($0, name, range) } }

    package func double(_ name: String, _ range: ClosedRange<Double>) -> Double {
        guard let value = required(name, []) else { return range.lowerBound }
        return number(value, name, range)
    }

    package func optionalDouble(_ name: String, _ range: ClosedRange<Double>) -> Double? { given(name, []).map { number($0, name, range) } }

    package func bool(_ name: String) -> Bool {
        guard let value = required(name, []) else { return false }
        return truth(value, name)
    }

    package func bool(_ name: String, default fallback: Bool) -> Bool { optionalBool(name) ?? fallback }

    package func optionalBool(_ name: String) -> Bool? { given(name, []).map { truth($0, name) } }

    /// One word of an enum. Required unless there is a `default`.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type = Choice.self, default fallback: Choice? = nil
    ) -> Choice where Choice.RawValue == String, Choice.AllCases == [Choice] {
        if let choice = optionalChoice(name, type) { return choice }
        if let fallback, !isPresent(name) || isNull(name) { return fallback }
        _ = required(name, [])
        return fallback ?? type.allCases[0]
    }

    /// As `choice`; nil when missing, null or wrong.
    package func optionalChoice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String, Choice.AllCases == [Choice] {
        guard let value = given(name, []) else { return nil }
        if let word = value.string, let choice = Choice(rawValue: word) { return choice }
        fail(name, "must be one of " + type.allCases.map(\.rawValue).joined(separator: ", "))
        return nil
    }

    // MARK: Ids, objects, lists

    /// A required UUID.
    package func id<Entity>(_ name: String, of entity: Entity.Type = Entity.self) -> ID<Entity> {
        guard let value = required(name, []) else { return ID() }
        return identifier(value, name) ?? ID()
    }

    package func optionalID<Entity>(_ name: String, of entity: Entity.Type = Entity.self) -> ID<Entity>? {
        given(name, []).flatMap { identifier($0, name) }
    }

    /// UUIDs, at most `max`, without doubles; empty when missing or null.
    package func ids<Entity>(_ name: String, max: Int, of entity: Entity.Type = Entity.self) -> [ID<Entity>] {
        optionalIDs(name, max: max, of: entity) ?? []
    }

    /// As `ids`; nil when missing or null.
    package func optionalIDs<Entity>(_ name: String, max: Int, of entity: Entity.Type = Entity.self) -> [ID<Entity>]? {
        guard let values = list(name, max: max) else { return nil }
        var seen: Set<ID<Entity>> = []
        return values.enumerated().compactMap { index, value in identifier(value, "\(name)[\(index)]") }.filter { seen.insert($0).inserted }
    }

    /// A free object, such as settings; nil when missing or null. Its names are left as they are.
    package func object(_ name: String) -> [String: JSONValue]? {
        guard let value = given(name, []) else { return nil }
        if let object = value.object { return object }
        fail(name, "must be an object")
        return nil
    }

    /// A reader for an object inside; its failures are this reader's, named "outer.inner". Nil when missing or null.
    package func nested(_ name: String) -> FieldReader? {
        guard let object = object(name) else { return nil }
        let reader = FieldReader(object, path: path + name + ".", failures: failures)
        nestedReaders.append(reader)
        return reader
    }

    /// The member as it was sent; nil when missing.
    package func value(_ name: String) -> JSONValue? {
        known.insert(name)
        return members[name]?.value
    }
}

// MARK: - One value

extension FieldReader {
    private func member(_ name: String, _ aliases: [String]) -> JSONValue? {
        known.insert(name)
        known.formUnion(aliases)
        let found = ([name] + aliases).compactMap { members[$0] }
        if found.count > 1 { fail(name, "is given twice") }
        return found.first?.value
    }

    private func given(_ name: String, _ aliases: [String]) -> JSONValue? {
        let value = member(name, aliases)
        return value == .null ? nil : value
    }

    private func required(_ name: String, _ aliases: [String]) -> JSONValue? {
        if let value = given(name, aliases) { return value }
        fail(name, "is required")
        return nil
    }

    private func text(_ value: JSONValue, _ name: String, _ length: ClosedRange<Int>, anyCharacters: Bool = false) -> String {
        guard let text = value.string else {
            fail(name, "must be a text")
            return ""
        }
        if let reason = TextRule.refusal(of: text, length: length, anyCharacters: anyCharacters) { fail(name, reason) }
        return text
    }

    private func whole(_ value: JSONValue, _ name: String, _ range: ClosedRange<Int>) -> Int {
        if let number = value.int, let exact = Int(exactly: number), range.contains(exact) { return exact }
        fail(
            name, value.double == nil ? "must be a whole number" : "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        return range.lowerBound
    }

    private func number(_ value: JSONValue, _ name: String, _ range: ClosedRange<Double>) -> Double {
        if let number = value.double, range.contains(number) { return number }
        fail(name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
        return range.lowerBound
    }

    private func truth(_ value: JSONValue, _ name: String) -> Bool {
        if let truth = value.bool { return truth }
        fail(name, "must be true or false")
        return false
    }

    private func identifier<Entity>(_ value: JSONValue, _ name: String) -> ID<Entity>? {
        if let text = value.string, let id = ID<Entity>(text: text) { return id }
        fail(name, "must be a UUID")
        return nil
    }

    private func list(_ name: String, max: Int) -> [JSONValue]? {
        guard let value = given(name, []) else { return nil }
        guard let values = value.array else {
            fail(name, "must be a list")
            return nil
        }
        guard values.count <= max else {
            fail(name, "must have at most \(max) entries")
            return nil
        }
        return values
    }

    /// "group_ids" as "groupIds". Names without an underscore, and those that begin with one, stay as they are.
    private static func camelCase(_ name: String) -> String {
        guard name.contains("_"), !name.hasPrefix("_") else { return name }
        let words = name.split(separator: "_", omittingEmptySubsequences: true)
        return words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }
}

// MARK: - The body

extension FieldReader {
    private static let mediaTypes: Set<String> = ["application/json", "application/merge-patch+json"]

    private static func object(of request: Request, emptyAllowed: Bool) async throws -> [String: JSONValue] {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw AppError(.unsupportedMediaType, "Send the body without a Content-Encoding")
        }
        let sentType = request.headers[.contentType]
        if let sentType, !isJSON(sentType) { throw AppError(.unsupportedMediaType, "Send the body as application/json in UTF-8") }
        let bytes = try await bodyBytes(of: request)
        if bytes.isEmpty, emptyAllowed { return [:] }
        guard sentType != nil else { throw AppError(.unsupportedMediaType, "Send the body as application/json in UTF-8") }
        do {
            guard case .object(let members) = try JSONValue.parse(bytes, depthMax: HTTPLimits.jsonDepthMax) else {
                throw AppError(.validationError, "The body must be a JSON object")
            }
            return members
        } catch let error as JSONSyntaxError {
            throw AppError(.validationError, "The body is not valid JSON: \(error.message) (at byte \(error.offset))")
        }
    }

    private static func isJSON(_ mediaType: String) -> Bool {
        let parts = mediaType.lowercased().split(separator: ";").map { $0.filter { !$0.isWhitespace } }
        guard let type = parts.first, mediaTypes.contains(type) else { return false }
        return parts.dropFirst().allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" || $0 == "charset=\"utf-8\"" }
    }

    private static func bodyBytes(of request: Request) async throws -> [UInt8] {
        do {
            let buffer = try await request.body.collect(upTo: HTTPLimits.bodyBytesMax)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw AppError.bodyTooLarge
        }
    }
}

extension AppError {
    static let uploadTooLarge = AppError(
        .payloadTooLarge, "The file is larger than \(HTTPLimits.uploadBytesMax >> 20) MiB; split it")
    static let bodyTooLarge = AppError(.payloadTooLarge, "The body is larger than \(HTTPLimits.bodyBytesMax) bytes")
}

/// What a text in a request may hold.
enum TextRule {
    /// Why `text` is refused; nil when it is fine. Length counts code points, as PostgreSQL does.
    static func refusal(of text: String, length: ClosedRange<Int>, anyCharacters: Bool) -> String? {
        if text.utf8.contains(0) { return "must not hold a NUL character" }
        let count = text.unicodeScalars.count
        guard length.contains(count) else {
            if length.lowerBound == 0 { return "must have at most \(length.upperBound) characters" }
            return "must have \(length.lowerBound) to \(length.upperBound) characters"
        }
        if anyCharacters { return nil }
        if length.lowerBound > 0, text.first?.isWhitespace ?? true { return "must not begin with a space" }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) { return "must not hold control characters" }
        return nil
    }
}
