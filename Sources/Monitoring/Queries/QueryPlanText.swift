package import Engines

/// A query plan's XML without what may be personal: constants and parameters' values become `?`, and so do literals within statements and
/// expressions. It is well-formed XML afterwards, and shows as a plan.
///
/// Cautious rather than clever: of a text that is no plain XML nothing is shown.
package enum QueryPlanText {
    /// Attributes that hold nothing but a value of somebody's data.
    private static let constants: Set<String> = ["ConstValue", "ParameterCompiledValue", "ParameterRuntimeValue"]
    /// Attributes that are statements or expressions, also where they hold no quote or bracket.
    private static let expressions: Set<String> = ["StatementText", "ParameterizedText", "ScalarString", "Expression"]

    /// The plan without literals; nil for what is no plain XML.
    package static func redacted(_ plan: String, engine: EngineKind) -> String? {
        var scanner = Scanner(Array(plan.utf8), engine: engine)
        guard scanner.scan() else { return nil }
        return String(decoding: scanner.output, as: UTF8.self)
    }

    private static func redacted(_ value: String, of attribute: String, _ engine: EngineKind) -> String {
        if constants.contains(attribute) { return "?" }
        let isPlain = !expressions.contains(attribute) && !value.contains { $0 == "'" || $0 == "\"" || $0 == "(" }
        return isPlain ? value : QueryText.redacted(value, engine: engine)
    }

    private struct Scanner {
        let bytes: [UInt8]
        let engine: EngineKind
        var place = 0
        var output: [UInt8] = []

        init(_ bytes: [UInt8], engine: EngineKind) {
            self.bytes = bytes
            self.engine = engine
            output.reserveCapacity(bytes.count)
        }

        /// Whether it was plain XML to its end.
        mutating func scan() -> Bool {
            while place < bytes.count {
                if bytes[place] != UInt8(ascii: "<") {
                    guard content() else { return false }
                } else if isNext("<!--") {
                    guard let end = find("-->") else { return false }
                    place = end
                } else if isNext("<?") || isNext("</") {
                    guard let end = find(">") else { return false }
                    output += bytes[place..<end]
                    place = end
                } else if isNext("<!") || !element() {
                    return false
                }
            }
            return true
        }

        /// The text between two tags: of a plan mostly blanks.
        private mutating func content() -> Bool {
            let start = place
            while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
            let text = bytes[start..<place]
            if text.allSatisfy(isBlank) {
                output += text
            } else {
                guard let value = QueryPlanText.unescaped(text) else { return false }
                output += QueryPlanText.escaped(QueryText.redacted(value, engine: engine))
            }
            return true
        }

        /// A tag with its attributes.
        private mutating func element() -> Bool {
            output.append(bytes[place])
            place += 1
            guard !copyName().isEmpty else { return false }
            while place < bytes.count {
                let byte = bytes[place]
                if isBlank(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">") {
                    output.append(byte)
                    place += 1
                    if byte == UInt8(ascii: ">") { return true }
                } else if !attribute() {
                    return false
                }
            }
            return false
        }

        private mutating func attribute() -> Bool {
            let name = String(decoding: copyName(), as: UTF8.self)
            guard !name.isEmpty, place + 1 < bytes.count, bytes[place] == UInt8(ascii: "=") else { return false }
            let quote = bytes[place + 1]
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return false }
            let start = place + 2
            guard let end = bytes[start...].firstIndex(of: quote), !bytes[start..<end].contains(UInt8(ascii: "<")),
                let value = QueryPlanText.unescaped(bytes[start..<end])
            else { return false }
            output += Array("=\"".utf8) + QueryPlanText.escaped(QueryPlanText.redacted(value, of: name, engine)) + [UInt8(ascii: "\"")]
            place = end + 1
            return true
        }

        /// Copies the name of a tag or an attribute, which is returned.
        private mutating func copyName() -> ArraySlice<UInt8> {
            let start = place
            while place < bytes.count, !isBlank(bytes[place]), !"/>=<\"'".utf8.contains(bytes[place]) { place += 1 }
            output += bytes[start..<place]
            return bytes[start..<place]
        }

        private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        private func isNext(_ text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

        /// The place behind `text`; nil when it does not come.
        private func find(_ text: String) -> Int? {
            let wanted = Array(text.utf8)
            var at = place
            while at + wanted.count <= bytes.count {
                if bytes[at..<at + wanted.count].elementsEqual(wanted) { return at + wanted.count }
                at += 1
            }
            return nil
        }
    }

    /// The text that XML writes so; nil for an entity that is not XML's own.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
        var text = ""
        for (index, part) in String(decoding: bytes, as: UTF8.self).split(separator: "&", omittingEmptySubsequences: false).enumerated() {
            guard index > 0 else {
                text += part
                continue
            }
            guard let end = part.firstIndex(of: ";"), let scalar = entity(part[..<end]) else { return nil }
            text.unicodeScalars.append(scalar)
            text += part[part.index(after: end)...]
        }
        return text
    }

    private static func entity(_ name: Substring) -> Unicode.Scalar? {
        switch name {
        case "lt": "<"
        case "gt": ">"
        case "amp": "&"
        case "quot": "\""
        case "apos": "'"
        default:
            if name.hasPrefix("#x") || name.hasPrefix("#X") {
                UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
            } else if name.hasPrefix("#") {
                UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init)
            } else {
                nil
            }
        }
    }

    private static func escaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes += Array("&lt;".utf8)
            case UInt8(ascii: ">"): bytes += Array("&gt;".utf8)
            case UInt8(ascii: "&"): bytes += Array("&amp;".utf8)
            case UInt8(ascii: "\""): bytes += Array("&quot;".utf8)
            case 0x09, 0x0A, 0x0D: bytes += Array("&#\(byte);".utf8)  // as they are they would come back as blanks
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}
