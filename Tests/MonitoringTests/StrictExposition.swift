import Foundation

/// Reads a page in Prometheus' text format 0.0.4 as strictly as Prometheus does, which refuses a whole page for one line.
struct StrictExposition {
    /// What is wrong, each a sentence.
    private(set) var faults: [String] = []
    /// Values by name and labels, as they stand.
    private(set) var samples: [String: String] = [:]
    private var helped: Set<String> = []
    private var typed: Set<String> = []
    private var seen: Set<String> = []
    private var family = ""

    init(_ page: String) {
        if !page.isEmpty, !page.hasSuffix("\n") { faults.append("The last line does not end.") }
        for line in page.split(separator: "\n").map(String.init) {
            if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
                readHead(line)
            } else if !line.hasPrefix("#") {
                readSample(line)
            }
        }
    }

    private mutating func readHead(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 3).map(String.init)
        guard words.count == 4 else { return faults.append("A head says nothing: \(line)") }
        let isNew = words[1] == "HELP" ? helped.insert(words[2]).inserted : typed.insert(words[2]).inserted
        if !isNew { faults.append("\(words[1]) of \(words[2]) is there twice.") }
        family = words[2]
    }

    private mutating func readSample(_ line: String) {
        guard let open = line.firstIndex(of: "{"), let (labels, rest) = Self.labels(line[line.index(after: open)...]) else {
            return faults.append("Nobody can read: \(line)")
        }
        let name = String(line[..<open])
        if name != family { faults.append("\(name) stands among the lines of \(family).") }
        if !helped.contains(name) || !typed.contains(name) { faults.append("\(name) has no head.") }
        let names = labels.map(\.name)
        if Set(names).count != names.count { faults.append("A label is there twice: \(line)") }
        let key = name + labels.map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "\u{1}")
        if !seen.insert(key).inserted { faults.append("A series is there twice: \(line)") }
        if Double(rest) == nil { faults.append("\(rest) is no number: \(line)") }
        samples[String(line.dropLast(rest.count + 1))] = rest
    }

    /// The labels up to the closing brace, and the value behind it; nil when they cannot be read.
    private static func labels(_ text: Substring) -> (labels: [(name: String, value: String)], rest: String)? {
        var (rest, labels) = (text, [(name: String, value: String)]())
        while let equals = rest.firstIndex(of: "=") {
            let name = String(rest[..<equals])
            guard name.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) != nil else { return nil }
            rest = rest[equals...].dropFirst()
            guard rest.first == "\"" else { return nil }
            rest = rest.dropFirst()
            var value = ""
            while let next = rest.first, next != "\"" {
                rest = rest.dropFirst()
                value.append(next)
                guard next == "\\" else { continue }
                guard let escaped = rest.first, "\\\"n".contains(escaped) else { return nil }
                value.append(escaped)
                rest = rest.dropFirst()
            }
            labels.append((name, value))
            rest = rest.dropFirst()
            if rest.hasPrefix("} ") { return (labels, String(rest.dropFirst(2))) }
            guard rest.first == "," else { return nil }
            rest = rest.dropFirst()
        }
        return nil
    }
}
