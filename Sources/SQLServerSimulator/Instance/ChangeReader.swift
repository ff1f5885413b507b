import Primitives
import TDS

/// Reads the members of a change and collects what is wrong with them.
struct ChangeReader {
    private var members: [String: JSONValue]
    private var reasons: [String] = []

    init(members: [String: JSONValue]) { self.members = members }

    private mutating func take(_ name: String) -> JSONValue? {
        guard let value = members.removeValue(forKey: name), value != .null else { return nil }
        return value
    }

    mutating func choice<T: RawRepresentable & CaseIterable>(_ name: String, _ type: T.Type) -> T? where T.RawValue == String {
        guard let value = take(name) else { return nil }
        let text = value.string ?? value.int.map { String($0) }
        guard let choice = text.flatMap(T.init(rawValue:)) else {
            reasons.append("\(name) must be one of \(T.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return choice
    }

    mutating func integer(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let value = take(name) else { return nil }
        guard let number = value.int.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            reasons.append("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func text(_ name: String, _ lengthMax: Int) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = value.string, (1...lengthMax).contains(text.count) else {
            reasons.append("\(name) must be text of 1 to \(lengthMax) characters")
            return nil
        }
        return text
    }

    mutating func texts(_ name: String) -> [String]? {
        guard let value = take(name) else { return nil }
        guard let items = value.array, items.count <= 100 else {
            reasons.append("\(name) must be a list of at most 100 texts")
            return nil
        }
        let texts = items.compactMap(\.string)
        if texts.count != items.count { reasons.append("\(name) must be a list of texts") }
        return texts
    }

    mutating func flag(_ name: String) -> Bool {
        guard let value = take(name) else { return false }
        guard let flag = value.bool else {
            reasons.append("\(name) must be true or false")
            return false
        }
        return flag
    }

    mutating func views(_ name: String) -> [String: [[String: JSONValue]]?] {
        guard let value = take(name) else { return [:] }
        guard let object = value.object else {
            reasons.append("\(name) must be an object of lists of rows")
            return [:]
        }
        var views: [String: [[String: JSONValue]]?] = [:]
        for (view, content) in object {
            if content == .null {
                views[view] = .some(nil)
            } else if let rows = content.array?.map(\.object), !rows.contains(where: { $0 == nil }) {
                views[view] = rows.compactMap { $0 }
            } else {
                reasons.append("\(name).\(view) must be a list of objects")
            }
        }
        return views
    }

    /// Throws when anything was wrong or is left over.
    func finish() throws(InstanceChangeError) {
        let unknown = members.keys.sorted().map { "\($0) is not known" }
        let all = reasons + unknown
        guard all.isEmpty else { throw InstanceChangeError(description: all.joined(separator: "; ") + ".") }
    }
}

/// Types the rows that control replays, by the view's columns.
struct ReplayReader {
    let name: String
    let columns: [ViewColumn]

    /// Columns that the row leaves out are NULL. An unknown column or a value of the wrong type is refused.
    func row(_ members: [String: JSONValue]) throws(InstanceChangeError) -> [TDSValue] {
        var rest = members
        var values: [TDSValue] = []
        for column in columns {
            guard let member = rest.keys.first(where: { $0.lowercased() == column.key }), let value = rest.removeValue(forKey: member)
            else {
                values.append(column.isNullable ? .null : column.zero)
                continue
            }
            values.append(try typed(value, column))
        }
        guard rest.isEmpty else {
            throw InstanceChangeError(
                description: "'\(name)' has no column \(rest.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")).")
        }
        return values
    }

    private func typed(_ value: JSONValue, _ column: ViewColumn) throws(InstanceChangeError) -> TDSValue {
        let source: (TDSValue, TDSType)
        switch value {
        case .null: return .null
        case .bool(let flag): source = (.bit(flag), .bit)
        case .int(let number): source = (.int(number), .bigint)
        case .double(let number): source = (.float(number), .float)
        case .string(let text):
            if column.type.isBinary, text.lowercased().hasPrefix("0x") { return .binary(Literals.bytes(text)) }
            source = (.string(text), .nvarchar(.max))
        case .array, .object: throw wrong(value, column)
        }
        do throws(SQLServerMessage) {
            return try Conversion.convert(source.0, from: source.1, to: column.type)
        } catch {
            throw wrong(value, column)
        }
    }

    private func wrong(_ value: JSONValue, _ column: ViewColumn) -> InstanceChangeError {
        InstanceChangeError(
            description: "'\(name)': \(value.text.prefix(100)) is no value for column '\(column.name)' of type \(column.type.declaration).")
    }
}
