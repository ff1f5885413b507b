package import Foundation
package import Hummingbird
package import Primitives

/// Reads the query of a request and collects every failing parameter. Parameters that nobody asks for are ignored.
///
/// A getter that fails notes why and returns a placeholder: use no value before `finish()` has returned.
package final class QueryReader {
    package static let limitDefault = 100
    package static let limitMax = 1_000
    package static let searchLengthMax = 200

    /// The direction of a sorted list.
    package enum Order: String, CaseIterable, Sendable {
        case ascending = "asc"
        case descending = "desc"
    }

    private var values: [String: [String]] = [:]
    private var failures: [AppError.Detail] = []

    package convenience init(_ request: Request) { self.init(query: request.uri.query ?? "") }

    /// - Parameter query: what stands behind the `?`, still percent-encoded.
    package init(query: String) {
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), let value = Self.decode(parts.count > 1 ? parts[1] : "") else {
                fail(String(parts[0].prefix(50)), "is not percent-encoded UTF-8, or holds a NUL character")
                continue
            }
            values[name, default: []].append(value)
        }
    }

    // MARK: Failures

    package func fail(_ parameter: String, _ reason: String) { failures.append(.init(field: parameter, reason: reason)) }

    /// Throws `VALIDATION_ERROR` with every failing parameter.
    package func finish() throws {
        guard let first = failures.first else { return }
        throw AppError(
            .validationError, failures.count == 1 ? "\(first.field): \(first.reason)" : "\(failures.count) parameters are not valid",
            details: failures)
    }

    // MARK: What every list takes

    /// `limit`: how many items a page has.
    package func limit(default fallback: Int = limitDefault, max: Int = limitMax) -> Int { int("limit", 1...max) ?? fallback }

    /// `sort`: one of `names`. The first is the default.
    package func sort(_ names: [String]) -> String {
        guard let name = one("sort") else { return names[0] }
        if names.contains(name) { return name }
        fail("sort", "must be one of " + names.joined(separator: ", "))
        return names[0]
    }

    /// `sort` by an enum.
    package func sort<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type = Choice.self, default fallback: Choice) -> Choice
    where Choice.RawValue == String, Choice.AllCases == [Choice] {
        choice("sort", type) ?? fallback
    }

    /// `order`: asc or desc.
    package func order(default fallback: Order = .ascending) -> Order { choice("order", Order.self) ?? fallback }

    /// `cursor`, made by the list sorted by `sort` with `count` values; nil on the first page.
    package func cursor(sort: String, count: Int) -> Cursor? {
        guard let text = one("cursor") else { return nil }
        if let cursor = Cursor(text: text), cursor.sort == sort, cursor.values.count == count { return cursor }
        fail("cursor", "is not a cursor of this list in this order; begin without one")
        return nil
    }

    /// `q`: what to search for; nil when missing or empty.
    package func search() -> String? { string("q", 0...Self.searchLengthMax).flatMap { $0.isEmpty ? nil : $0 } }

    // MARK: Values

    package func isPresent(_ name: String) -> Bool { values[name] != nil }

    package func string(_ name: String, _ length: ClosedRange<Int>) -> String? {
        guard let text = one(name) else { return nil }
        if let reason = TextRule.refusal(of: text, length: length, anyCharacters: false) { fail(name, reason) }
        return text
    }

    /// The values of a parameter that is repeated or separated by commas; empty when missing.
    package func strings(_ name: String, length: ClosedRange<Int> = 1...100) -> [String] {
        let texts = (values[name] ?? []).flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        guard texts.count <= HTTPLimits.queryListCountMax else {
            fail(name, "must have at most \(HTTPLimits.queryListCountMax) entries")
            return []
        }
        for text in texts {
            if let reason = TextRule.refusal(of: text, length: length, anyCharacters: false) { fail(name, reason) }
        }
        return texts
    }

    /// The values of a parameter that is repeated; each may hold commas.
    package func texts(_ name: String, length: ClosedRange<Int>) -> [String] {
        let texts = values[name] ?? []
        guard texts.count <= HTTPLimits.queryListCountMax else {
            fail(name, "must have at most \(HTTPLimits.queryListCountMax) entries")
            return []
        }
        for text in texts {
            if let reason = TextRule.refusal(of: text, length: length, anyCharacters: false) { fail(name, reason) }
        }
        return texts
    }

    package func int(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = one(name) else { return nil }
        if text.utf8.count <= 20, let number = Int(text), range.contains(number) { return number }
        fail(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    package func bool(_ name: String) -> Bool? {
        switch one(name) {
        case nil: return nil
        case "true", "1": return true
        case "false", "0": return false
        default:
            fail(name, "must be true or false")
            return nil
        }
    }

    package func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ type: Choice.Type = Choice.self) -> Choice?
    where Choice.RawValue == String, Choice.AllCases == [Choice] {
        guard let word = one(name) else { return nil }
        if let choice = Choice(rawValue: word) { return choice }
        fail(name, "must be one of " + type.allCases.map(\.rawValue).joined(separator: ", "))
        return nil
    }

    /// Several words of an enum, repeated or separated by commas; empty when missing.
    package func choices<Choice: RawRepresentable & CaseIterable>(_ name: String, _ type: Choice.Type = Choice.self) -> [Choice]
    where Choice.RawValue == String, Choice.AllCases == [Choice] {
        let words = strings(name)
        let choices = words.compactMap { Choice(rawValue: $0) }
        if choices.count != words.count { fail(name, "must be one of " + type.allCases.map(\.rawValue).joined(separator: ", ")) }
        return choices
    }

    package func id<Entity>(_ name: String, of entity: Entity.Type = Entity.self) -> ID<Entity>? {
        guard let text = one(name) else { return nil }
        if let id = ID<Entity>(text: text) { return id }
        fail(name, "must be a UUID")
        return nil
    }

    /// UUIDs, repeated or separated by commas; empty when missing.
    package func ids<Entity>(_ name: String, of entity: Entity.Type = Entity.self) -> [ID<Entity>] {
        let texts = strings(name)
        let ids = texts.compactMap { ID<Entity>(text: $0) }
        if ids.count != texts.count { fail(name, "must be a UUID") }
        return ids
    }

    /// A time, RFC 3339.
    package func date(_ name: String) -> Date? {
        guard let text = one(name) else { return nil }
        if let date = RFC3339.date(text) { return date }
        fail(name, "must be a time such as 2026-03-17T14:32:08Z")
        return nil
    }

    private func one(_ name: String) -> String? {
        guard let found = values[name] else { return nil }
        if found.count > 1 { fail(name, "is given twice") }
        return found.first
    }

    /// Nil when `text` is not percent-encoded UTF-8 or holds a NUL character.
    private static func decode(_ text: Substring) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") || $0 == 0 }) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
