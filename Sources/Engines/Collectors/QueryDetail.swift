/// Names the text or the plan of a query that a server holds, as rows of collectors do: `0x0200...:120:214`, a handle and where in its
/// batch the statement begins and ends, in bytes of UTF-16; an end of -1 is the batch's.
///
/// Rows hold these in place of texts of thousands of characters, and each is asked for once.
package struct QueryReference: Sendable, Hashable, Comparable {
    /// What is named.
    package enum Kind: String, Sendable, CaseIterable {
        case statement, plan
    }
    /// Texts and plans in one round trip: the rows of a run name no more texts than that, and plans are large.
    package static let statementCountMax = 100
    package static let planCountMax = 5
    /// Hexadecimal digits of a handle, which has 64 bytes at most.
    static let digitCountMax = 128

    package let kind: Kind
    /// As the row has it.
    package let name: String
    let handle: Substring
    let startOffset: Int32
    let endOffset: Int32

    /// Nil for all but a reference.
    package init?(_ kind: Kind, _ name: String) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].hasPrefix("0x"), (4...2 + Self.digitCountMax).contains(parts[0].utf8.count),
            parts[0].utf8.dropFirst(2).allSatisfy({ (48...57).contains($0) || (65...70).contains($0) }),
            let start = Int32(parts[1]), start >= 0, let end = Int32(parts[2]), end >= -1
        else { return nil }
        self.kind = kind
        self.name = name
        handle = parts[0]
        (startOffset, endOffset) = (start, end)
    }

    /// What of `wanted` is asked for in one round trip.
    package static func batch(of wanted: some Sequence<QueryReference>) -> [QueryReference] {
        let ordered = wanted.sorted()
        return Array(ordered.filter { $0.kind == .statement }.prefix(statementCountMax))
            + ordered.filter { $0.kind == .plan }.prefix(planCountMax)
    }

    package static func < (left: QueryReference, right: QueryReference) -> Bool {
        left.kind == right.kind ? left.name < right.name : left.kind.rawValue > right.kind.rawValue
    }
}

/// The text or the plan that a reference names.
package struct QueryDetail: Sendable, Equatable {
    /// Characters of a plan's XML; larger ones are not read.
    package static let planCharacterMax = 500_000

    package let reference: QueryReference
    package let body: String

    package init(_ reference: QueryReference, body: String) {
        self.reference = reference
        self.body = body
    }
}

extension CollectorColumn.Kind {
    /// What a cell of this kind may name; nil for all other kinds.
    package var referenceKind: QueryReference.Kind? {
        switch self {
        case .statement: .statement
        case .plan: .plan
        default: nil
        }
    }
}

extension CollectorDefinition {
    /// The texts and plans that `rows` of this collector name.
    package func references(in rows: [[Cell]]) -> Set<QueryReference> {
        var found: Set<QueryReference> = []
        for (place, kind) in kinds.enumerated() {
            guard let kind = kind.referenceKind else { continue }
            for row in rows {
                guard row.indices.contains(place), case .text(let name) = row[place], let reference = QueryReference(kind, name) else {
                    continue
                }
                found.insert(reference)
            }
        }
        return found
    }
}
