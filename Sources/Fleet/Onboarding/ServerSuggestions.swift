/// Groups and labels that a new server may want: from the servers whose names are like its own, and from words in its name. Pure.
struct ServerSuggestions: Sendable {
    /// Suggestions of each kind.
    static let countMax = 5
    /// Of the servers with a like name, how many must have it.
    private static let shareMin = 0.5

    struct GroupSuggestion: Sendable, Equatable {
        let group: KnownGroup
        let reason: String
    }
    struct LabelSuggestion: Sendable, Equatable {
        let name: String
        let color: String
        let exists: Bool
        let reason: String
    }

    private(set) var groups: [GroupSuggestion] = []
    private(set) var labels: [LabelSuggestion] = []

    /// Words that people put into names, by what they mean: the first is what we would call it.
    private static let meanings: [[String]] = [
        ["prod", "prd", "production", "live"], ["test", "tst", "testing", "qa"], ["dev", "development"], ["staging", "stg", "stage", "preprod"],
        ["uat", "acc", "acceptance"], ["dr", "standby", "failover"], ["sandbox", "sbx"],
        ["emea", "eu", "europe"], ["us", "usa"], ["apac", "asia"], ["uk", "gb"], ["de", "germany"], ["fr", "france"], ["jp", "japan"],
        ["in", "india"], ["au", "australia"], ["ca", "canada"], ["br", "brazil"],
    ]

    init(name: String, hostname: String, known: [KnownServer], groups: [KnownGroup], labels: [KnownLabel]) {
        let words = Self.words(name) + Self.words(hostname)
        let own = Set(Self.prefixes(name) + Self.prefixes(hostname))
        // The longest common beginning that two servers at least share with the new one says most.
        let like = own.sorted { ($1.count, $0) < ($0.count, $1) }.lazy.map { prefix in
            (prefix, known.filter { $0.prefixes.contains(prefix) })
        }.first { !$0.1.isEmpty }

        if let (prefix, servers) = like {
            self.groups = Self.common(servers.flatMap(\.groups), of: servers.count).compactMap { id, count in
                guard let group = groups.first(where: { $0.id == id }) else { return nil }
                return GroupSuggestion(group: group, reason: Self.reason(count, servers.count, prefix))
            }
            self.labels = Self.common(servers.flatMap(\.labels), of: servers.count).compactMap { id, count in
                guard let label = labels.first(where: { $0.id == id }) else { return nil }
                let reason = Self.reason(count, servers.count, prefix)
                return LabelSuggestion(name: label.name, color: label.color, exists: true, reason: reason)
            }
        }
        addMeanings(of: words, groups, labels)
        self.groups = Array(self.groups.prefix(Self.countMax))
        self.labels = Array(self.labels.prefix(Self.countMax))
    }

    private mutating func addMeanings(of words: [String], _ known: [KnownGroup], _ knownLabels: [KnownLabel]) {
        for word in words {
            guard let meaning = Self.meanings.first(where: { $0.contains(word) }) else { continue }
            let reason = "“\(word)” is in its name"
            for group in known where meaning.contains(group.name.lowercased()) && !groups.contains(where: { $0.group.id == group.id }) {
                groups.append(GroupSuggestion(group: group, reason: reason))
            }
            let existing = knownLabels.first { meaning.contains($0.name.lowercased()) }
            let name = existing?.name ?? meaning[0]
            // Two letters alone are too often something else; they count where the tenant has such a label.
            let isThere = labels.contains { $0.name.lowercased() == name.lowercased() }
            guard existing != nil || word.count > 2, !isThere else { continue }
            labels.append(
                LabelSuggestion(name: name, color: existing?.color ?? Color.automatic(for: name), exists: existing != nil, reason: reason))
        }
    }

    /// What most of `total` servers have, the most frequent first.
    private static func common<ID: Hashable & Comparable>(_ ids: [ID], of total: Int) -> [(ID, Int)] {
        Dictionary(ids.map { ($0, 1) }, uniquingKeysWith: +).filter { Double($0.value) >= Double(total) * shareMin }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    private static func reason(_ count: Int, _ total: Int, _ prefix: String) -> String {
        total == 1
            ? "The server whose name begins with “\(prefix)” has it" : "\(count) of \(total) servers whose names begin with “\(prefix)” have it"
    }

    /// The words of a name: `SQL-PRD01.emea.example` has sql, prd, emea and example.
    static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter }.map { String($0) }
    }

    /// The beginnings of a name that may be shared: `sql-prd01` has `sql-prd` and `sql-`; addresses have none.
    static func prefixes(_ text: String) -> [String] {
        let host = text.lowercased().prefix { $0 != "." && $0 != "\\" && $0 != "," && $0 != ":" }
        var prefixes: [String] = []
        var rest = host[...]
        while let last = rest.last {
            // Without the number behind it, then without the word, and so on; what separates words stays with the beginning.
            if last.isNumber { rest = rest.prefix { _ in true }.dropLast() } else if last.isLetter {
                prefixes.append(String(rest))
                while rest.last?.isLetter == true { rest = rest.dropLast() }
            } else {
                rest = rest.dropLast()
            }
        }
        return prefixes.filter { $0.count >= 2 }
    }
}

/// A server that is there, as far as suggestions look at it.
struct KnownServer: Sendable {
    /// Looked at; the newest.
    static let countMax = 5_000

    let prefixes: Set<String>
    let groups: [ServerGroup.ID]
    let labels: [Label.ID]
}

/// A group that people put servers into.
struct KnownGroup: Sendable, Equatable {
    let id: ServerGroup.ID
    let name: String
    let color: String?
}

/// A label that is there.
struct KnownLabel: Sendable, Equatable {
    let id: Label.ID
    let name: String
    let color: String
}
