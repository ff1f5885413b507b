import TDS

/// A column that a query can name.
struct ScopeColumn {
    /// Lower case: the alias of its table, or the table's own name.
    let table: String
    /// Lower case: the table's path when it has no alias, for `sys.databases.name`.
    let path: [String]
    let name: String
    /// `name` in lower case.
    let key: String
    let type: TDSType
    let isNullable: Bool

    init(table: String, path: [String] = [], name: String, key: String? = nil, type: TDSType, isNullable: Bool) {
        self.table = table
        self.path = path
        self.name = name
        self.key = key ?? name.lowercased()
        self.type = type
        self.isNullable = isNullable
    }
}

/// What names mean inside a query: its tables' columns, then those of the queries around it.
final class Scope {
    let columns: [ScopeColumn]
    let outer: Scope?
    /// Set while a grouped query's lists are bound.
    var grouping: Grouping?
    /// Set where window functions are allowed.
    var windows: WindowList?

    init(columns: [ScopeColumn], outer: Scope?) {
        self.columns = columns
        self.outer = outer
    }

    struct Match {
        let index: Int
        let depth: Int
        let column: ScopeColumn
    }

    /// 207 for an unknown column, 4104 for an unknown table, 209 for an ambiguous name.
    func resolve(_ parts: [String]) throws(SQLServerMessage) -> Match {
        let keys = parts.map { $0.lowercased() }
        var scope: Scope? = self
        var depth = 0
        while let current = scope {
            if let index = try current.index(keys, parts) { return Match(index: index, depth: depth, column: current.columns[index]) }
            scope = current.outer
            depth += 1
        }
        guard parts.count > 1 else { throw .invalidColumn(parts.last ?? "") }
        if knowsTable(Array(keys.dropLast())) { throw .invalidColumn(parts.last ?? "") }
        throw .unboundName(parts)
    }

    private func index(_ keys: [String], _ parts: [String]) throws(SQLServerMessage) -> Int? {
        // A scan: a scope's columns are named a few times, for which a dictionary of them does not pay.
        guard let key = keys.last else { return nil }
        let qualifier = keys.dropLast()
        var match: Int?
        for index in columns.indices where columns[index].key == key {
            guard qualifier.isEmpty || Self.names(Array(qualifier), columns[index]) else { continue }
            guard match == nil else { throw .ambiguousColumn(parts.last ?? "") }
            match = index
        }
        return match
    }

    private static func names(_ qualifier: [String], _ column: ScopeColumn) -> Bool {
        if qualifier.count == 1 { return qualifier[0] == column.table }
        return column.path.count >= qualifier.count && Array(column.path.suffix(qualifier.count)) == qualifier
    }

    private func knowsTable(_ qualifier: [String]) -> Bool {
        columns.contains { Self.names(qualifier, $0) } || (outer?.knowsTable(qualifier) ?? false)
    }

    /// The columns that `*` or `t.*` stands for.
    func starIndexes(_ qualifier: [String]) -> [Int] {
        let keys = qualifier.map { $0.lowercased() }
        return columns.indices.filter { keys.isEmpty || Self.names(keys, columns[$0]) }
    }
}

/// What a grouped query groups by, and the aggregates that its lists ask for.
final class Grouping {
    let keys: [Expression]
    /// Indexes of the columns that are keys themselves.
    var columnIndexes: Set<Int> = []
    var aggregates: [Aggregate] = []
    var isInsideAggregate = false
    /// For the text of 8120: `select list`, `HAVING clause`, `ORDER BY clause`.
    var clause = "select list"

    init(keys: [Expression]) { self.keys = keys }
}

/// The window functions of a query's lists, computed over all its rows.
final class WindowList {
    var functions: [WindowFunction] = []
}
