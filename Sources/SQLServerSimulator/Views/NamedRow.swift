import TDS

/// A row given by column name, as the views' makers write it. A list and no dictionary: rows are made by the thousand, and those of one
/// view name the same columns in the same order.
struct NamedRow: ExpressibleByDictionaryLiteral {
    /// Without labels: the literal's own array is kept as it is.
    private(set) var cells: [(String, TDSValue)]

    init(dictionaryLiteral elements: (String, TDSValue)...) { cells = elements }

    /// Sets a column's value; a later one wins.
    subscript(name: String) -> TDSValue? {
        get { cells.last { $0.0 == name }?.1 }
        set { if let newValue { cells.append((name, newValue)) } else { cells.removeAll { $0.0 == name } } }
    }

    /// A view's columns: what stands where, and what stands there when nobody says.
    struct Places: Sendable {
        private let indexes: [String: Int]
        private let unset: [TDSValue]

        /// - Parameter same: what stands in every row that does not say otherwise.
        init(_ columns: [ViewColumn], same: NamedRow = [:]) {
            indexes = Dictionary(columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
            var unset = columns.map { $0.isNullable ? TDSValue.null : $0.zero }
            for (name, value) in same.cells {
                guard let index = indexes[name] else { preconditionFailure("the view has no column \(name)") }
                unset[index] = value
            }
            self.unset = unset
        }

        /// The rows in the order of the columns.
        func rows(_ named: [NamedRow]) -> [[TDSValue]] {
            var order: [(name: String, index: Int)] = []
            return named.map { row in
                var values = unset
                // In place: a copy of each name and value would take longer than all the rest.
                row.cells.withUnsafeBufferPointer { cells in
                    for position in cells.indices {
                        if position >= order.count {
                            order.append((cells[position].0, indexes[cells[position].0] ?? -1))
                        } else if order[position].name != cells[position].0 {
                            order[position] = (cells[position].0, indexes[cells[position].0] ?? -1)
                        }
                        let index = order[position].index
                        if index >= 0 { values[index] = cells[position].1 }
                    }
                }
                return values
            }
        }
    }
}
