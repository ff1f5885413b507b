import Engines

/// Which collectors bring nothing from a server, for want of a right or because they fail: the server is degraded then. Pure.
struct CollectorTroubles: Sendable, Equatable {
    /// Failed runs in a row that make a trouble, of collectors that run often: one lost round trip is none.
    static let failuresInARowMin = 2
    /// Collectors that a reason names; how many more there are is said.
    static let namedCountMax = 5

    struct Trouble: Sendable, Equatable {
        /// `failed` or `noPermissions`.
        var state: CollectorState
        var message: String
        var failuresInARow: Int
    }
    private var troubles: [String: Trouble] = [:]

    /// - Parameter troubles: as stored, by the collectors' names.
    init(_ troubles: [String: Trouble] = [:]) { self.troubles = troubles }

    var isEmpty: Bool { troubles.isEmpty }

    mutating func hear(_ table: CollectedTable) {
        switch table.state {
        case .failed, .noPermissions:
            let failures = (troubles[table.collector]?.failuresInARow ?? 0) + 1
            troubles[table.collector] = Trouble(state: table.state, message: table.message ?? "", failuresInARow: failures)
        case .ok, .cutOff, .notAvailable, .pending: troubles[table.collector] = nil
        }
    }

    /// Why the server is degraded, in words: a sentence for what lacks a right and one for what fails. Only what is `wanted` counts: what
    /// is switched off is no trouble.
    func reasons(of wanted: [CollectorDefinition]) -> [String] {
        [CollectorState.noPermissions, .failed].compactMap { state in
            let concerned = wanted.filter { definition in
                guard let trouble = troubles[definition.name], trouble.state == state else { return false }
                let isOften = definition.cadence == .minute || definition.cadence == .fiveMinutes
                return state == .noPermissions || !isOften || trouble.failuresInARow >= Self.failuresInARowMin
            }.sorted { $0.title < $1.title }
            guard let first = concerned.first else { return nil }
            let verb = concerned.count == 1 ? state == .failed ? "fails" : "lacks a right" : state == .failed ? "fail" : "lack a right"
            return "\(Self.names(concerned.map(\.title))) \(verb): \(troubles[first.name]?.message ?? "")"
        }
    }

    /// `Backups`, `Agent jobs and Backups`, `A, B, C, D, E and 3 more collectors`.
    private static func names(_ titles: [String]) -> String {
        if titles.count > namedCountMax {
            let more = titles.count - namedCountMax
            return titles.prefix(namedCountMax).joined(separator: ", ") + " and \(more) more collector\(more == 1 ? "" : "s")"
        }
        guard let last = titles.last, titles.count > 1 else { return titles.first ?? "" }
        return titles.dropLast().joined(separator: ", ") + " and " + last
    }
}
