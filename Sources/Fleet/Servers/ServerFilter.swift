package import Engines
package import Platform
package import Primitives

/// What a list of servers is narrowed to: all that is given must hold. The list, its export, bulk actions and saved views read it by the
/// same names, from a query or from a body.
package struct ServerFilter: Sendable, Equatable {
    /// Values of one member.
    package static let listCountMax = 100

    package var statuses: [ServerStatus] = []
    package var healths: [ServerHealth] = []
    package var engines: [EngineKind] = []
    package var deployments: [DeploymentState] = []
    /// In each of these groups' union.
    package var groups: [ServerGroup.ID] = []
    /// Carrying all of these labels.
    package var labels: [String] = []
    /// Signing in with one of these profiles, by id or by name.
    package var credentials: [Credential.ID] = []
    package var credentialNames: [String] = []
    /// The deleted ones that can still be restored, instead of the others.
    package var isDeleted = false
    /// Looked for in name, host, groups and labels, without regard to case.
    package var search: String?
    /// The tenant's dynamic groups, whose members are found by their filters: see `withDynamicGroups`.
    package var dynamicGroups: [DynamicGroup] = []
    package init() {}

    var isEmpty: Bool {
        statuses.isEmpty && healths.isEmpty && engines.isEmpty && deployments.isEmpty && groups.isEmpty && labels.isEmpty
            && credentials.isEmpty && credentialNames.isEmpty && !isDeleted && search == nil
    }

    /// Reads the filter. What fails stays in `source` until its `finish()`.
    package init(_ source: some ServerFilterSource) {
        search = source.filterText("q", 0...QueryReader.searchLengthMax).flatMap { $0.isEmpty ? nil : $0 }
        statuses = source.filterWords("status")
        healths = source.filterWords("health")
        engines = source.filterWords("engine")
        deployments = source.filterWords("deployment")
        groups = source.filterIDs("group")
        labels = source.filterTexts("label", Label.nameLengths).map { $0.trimmingSpaces() }
        for text in source.filterTexts("credential", Credential.nameLengths) {
            if let id = Credential.ID(text: text) { credentials.append(id) } else { credentialNames.append(text.trimmingSpaces()) }
        }
        isDeleted = source.filterTruth("deleted") ?? false
    }

    /// As `init(_:)` reads it, with every member: how a saved view keeps and shows it.
    package var shown: JSONValue {
        func words(_ words: [some RawRepresentable<String>]) -> JSONValue { .array(words.map { .string($0.rawValue) }) }
        func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        return [
            "q": JSONValue(search), "status": words(statuses), "health": words(healths), "engine": words(engines),
            "deployment": words(deployments), "groups": texts(groups.map(\.description)), "labels": texts(labels),
            "credentials": texts(credentials.map(\.description) + credentialNames), "deleted": .bool(isDeleted),
        ]
    }
}

/// Something that a filter of servers can be read from: the query of a GET, or an object in a body.
package protocol ServerFilterSource {
    func filterText(_ name: String, _ lengths: ClosedRange<Int>) -> String?
    func filterTexts(_ name: String, _ lengths: ClosedRange<Int>) -> [String]
    func filterWords<Word: RawRepresentable & CaseIterable>(_ name: String) -> [Word]
    where Word.RawValue == String, Word.AllCases == [Word]
    func filterIDs<Entity>(_ name: String) -> [ID<Entity>]
    func filterTruth(_ name: String) -> Bool?
}

extension QueryReader: ServerFilterSource {
    package func filterText(_ name: String, _ lengths: ClosedRange<Int>) -> String? { string(name, lengths) }
    package func filterTexts(_ name: String, _ lengths: ClosedRange<Int>) -> [String] { strings(name, length: lengths) }
    package func filterWords<Word: RawRepresentable & CaseIterable>(_ name: String) -> [Word]
    where Word.RawValue == String, Word.AllCases == [Word] { choices(name) }
    package func filterIDs<Entity>(_ name: String) -> [ID<Entity>] { ids(name) }
    package func filterTruth(_ name: String) -> Bool? { bool(name) }
}

/// Lists may be named in the plural too, as saved views show them. Null is refused, but for the `q` of a view that has none.
extension FieldReader: ServerFilterSource {
    package func filterText(_ name: String, _ lengths: ClosedRange<Int>) -> String? { optionalString(name, lengths) }

    package func filterTexts(_ name: String, _ lengths: ClosedRange<Int>) -> [String] {
        spellings(of: name).flatMap { strings($0, max: ServerFilter.listCountMax, length: lengths) }
    }

    package func filterWords<Word: RawRepresentable & CaseIterable>(_ name: String) -> [Word]
    where Word.RawValue == String, Word.AllCases == [Word] {
        spellings(of: name).flatMap { name in
            strings(name, max: ServerFilter.listCountMax).enumerated().compactMap { index, text in
                if let word = Word(rawValue: text) { return word }
                fail("\(name)[\(index)]", "must be one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
                return nil
            }
        }
    }

    package func filterIDs<Entity>(_ name: String) -> [ID<Entity>] {
        spellings(of: name).flatMap { ids($0, max: ServerFilter.listCountMax) }
    }

    package func filterTruth(_ name: String) -> Bool? {
        if isNull(name) { fail(name, "must not be null") }
        return optionalBool(name)
    }

    private func spellings(of name: String) -> [String] {
        let names = ["group", "label", "credential"].contains(name) ? [name, name + "s"] : [name]
        for name in names where isNull(name) { fail(name, "must not be null") }
        return names
    }
}
