/// What a deployment should have made beside what is there: pure.
struct ObjectComparison {
    /// A thing as it should be.
    struct Expected {
        let name: String
        let kind: DeployedObject.Kind
        let definition: String
    }
    /// A thing as it is: its kind in the engine's words, so that what is not ours can be told.
    struct Found {
        let name: String
        let kind: String
        /// Nil when the login may not see it.
        let definition: String?
    }

    let expected: [Expected]
    let found: [Found]
    /// As the version table says; nil when it says nothing.
    let version: Int?
    /// Procedures of ours that another version made, or that were for another kind of server: they do no harm, and go with the rest.
    var stale: [String] = []

    var objects: [DeployedObject] {
        expected.map { DeployedObject(name: $0.name, kind: $0.kind, state: state(of: $0)) }
    }

    var state: DeployedState {
        let objects = objects
        if objects.allSatisfy({ $0.state == .missing }) { return .none }
        if let version, version < MonitoringObjects.version { return .outdated }
        let isWhole = version == MonitoringObjects.version && objects.allSatisfy { $0.state == .present }
        return isWhole ? .monitored : .drifted
    }

    /// What is there under our schema's roof and is not ours.
    var foreign: [Found] {
        found.filter { found in !expected.contains { Self.isSame($0, found) } }
    }

    /// Whether a definition could not be seen: then "present" means no more than that.
    var hasUnseen: Bool { found.contains { found in found.definition == nil && expected.contains { Self.isSame($0, found) } } }

    /// What is amiss, in words.
    var difference: String {
        let objects = objects
        let missing = objects.filter { $0.state == .missing }.map(\.name)
        let changed = objects.filter { $0.state == .changed }.map(\.name)
        var parts: [String] = []
        if !missing.isEmpty { parts.append("missing: \(missing.joined(separator: ", "))") }
        if !changed.isEmpty { parts.append("changed: \(changed.joined(separator: ", "))") }
        if parts.isEmpty { parts.append("the version table does not say \(MonitoringObjects.version)") }
        return parts.joined(separator: "; ")
    }

    private func state(of wanted: Expected) -> DeployedObject.State {
        guard let found = found.first(where: { Self.isSame(wanted, $0) }) else { return .missing }
        guard let definition = found.definition, definition != wanted.definition else { return .present }
        if Self.plain(definition) == Self.plain(wanted.definition) { return .present }
        guard wanted.kind == .procedure, let body = Self.body(definition) else { return .changed }
        return body == Self.body(wanted.definition) ? .present : .changed
    }

    /// What follows the first AS of a T-SQL procedure, line by line without the space around: servers that are not Microsoft's write the
    /// head anew when they are asked for the text. Nil when there is none. Options of the head come before AS, or, as EXECUTE AS, change
    /// what follows the first one.
    static func body(_ text: String) -> String? {
        let text = plain(text)
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let head = words.firstIndex(where: { $0.uppercased() == "AS" }), head == 3 else { return nil }
        let lines = text[words[head].endIndex...].split(whereSeparator: \.isNewline)
        return lines.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func isSame(_ wanted: Expected, _ found: Found) -> Bool {
        found.kind == wanted.kind.rawValue && found.name.lowercased() == wanted.name.lowercased()
    }

    /// Without what servers and drivers do to a text on its way: line ends, space around it.
    static func plain(_ text: String) -> String {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            String(line.reversed().drop { $0.isWhitespace }.reversed())
        }
        let whole = lines.joined(separator: "\n")
        return String(whole.drop { $0.isWhitespace || $0 == ";" }.reversed().drop { $0.isWhitespace || $0 == ";" }.reversed())
    }
}
