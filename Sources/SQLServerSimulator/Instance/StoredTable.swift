import Synchronization
import TDS

/// The rows of a user's table, a temporary table or a table variable.
final class StoredTable: Sendable {
    static let rowCountMax = 200_000

    private struct Content {
        var rows: [[TDSValue]] = []
        var nextIdentity: Int64
    }

    let columns: [ColumnDefinition]
    private let content: Mutex<Content>

    init(columns: [ColumnDefinition]) {
        self.columns = columns
        content = Mutex(Content(nextIdentity: columns.lazy.compactMap { $0.identity?.seed }.first ?? 1))
    }

    var rows: [[TDSValue]] { content.withLock { $0.rows } }

    func append(_ rows: [[TDSValue]]) throws(SQLServerMessage) {
        let fits = content.withLock { content in
            guard content.rows.count + rows.count <= Self.rowCountMax else { return false }
            content.rows += rows
            return true
        }
        if !fits { throw .outOfMemory }
    }

    func replace(_ rows: [[TDSValue]]) { content.withLock { $0.rows = rows } }

    /// The next value of the identity column.
    func takeIdentity(increment: Int64) -> Int64 {
        content.withLock { content in
            let value = content.nextIdentity
            content.nextIdentity = content.nextIdentity.addingReportingOverflow(increment).partialValue
            return value
        }
    }

    func index(of column: String) -> Int? {
        let key = column.lowercased()
        return columns.firstIndex { $0.name.lowercased() == key }
    }
}
