import TDS

/// One row while a query runs: its values, what was aggregated or ranked for it, and the row of the query around.
final class RowFrame {
    var values: [TDSValue]
    var aggregates: [TDSValue] = []
    var windows: [TDSValue] = []
    let outer: RowFrame?

    init(_ values: [TDSValue], outer: RowFrame?) {
        self.values = values
        self.outer = outer
    }

    /// The value `index` of the row `depth` queries outside.
    func value(_ index: Int, depth: Int) -> TDSValue {
        var frame = self
        for _ in 0..<depth {
            guard let next = frame.outer else { return .null }
            frame = next
        }
        return index < frame.values.count ? frame.values[index] : .null
    }
}

typealias Evaluation = (RowFrame) throws(SQLServerMessage) -> TDSValue

/// True, false, or nil for unknown.
typealias Test = (RowFrame) throws(SQLServerMessage) -> Bool?

/// An expression with its type, ready to run.
struct Compiled {
    let type: TDSType
    let isNullable: Bool
    /// The value when it is known before any row is.
    var constant: TDSValue?
    /// Whether comparisons with it tell capitals apart (COLLATE ..._CS_... or ..._BIN...).
    var isCaseSensitive = false
    let evaluate: Evaluation

    init(_ type: TDSType, isNullable: Bool = true, constant: TDSValue? = nil, evaluate: @escaping Evaluation) {
        self.type = type
        self.isNullable = isNullable
        self.constant = constant
        self.evaluate = evaluate
    }

    static func constant(_ value: TDSValue, _ type: TDSType) -> Compiled {
        Compiled(type, isNullable: value == .null, constant: value) { _ throws(SQLServerMessage) in value }
    }

    /// The word NULL, which takes the type of what it meets.
    var isNullLiteral: Bool { constant == .null }

    /// The same value as `target`; no work where the representation is the same.
    func converted(to target: TDSType) throws(SQLServerMessage) -> Compiled {
        if type == target { return self }
        if let constant {
            return .constant(try Conversion.convert(constant, from: type, to: target), target)
        }
        let source = type
        let evaluate = evaluate
        if Self.isSameRepresentation(source, target) {
            return Compiled(target, isNullable: isNullable) { row throws(SQLServerMessage) in try evaluate(row) }
        }
        return Compiled(target, isNullable: isNullable) { row throws(SQLServerMessage) in
            try Conversion.convert(try evaluate(row), from: source, to: target)
        }
    }

    private static func isSameRepresentation(_ source: TDSType, _ target: TDSType) -> Bool {
        switch (source, target) {
        case (.tinyint, .smallint), (.tinyint, .int), (.tinyint, .bigint), (.smallint, .int), (.smallint, .bigint), (.int, .bigint): true
        case (.varchar, .varchar(.max)), (.nvarchar, .nvarchar(.max)), (.varchar, .nvarchar(.max)): true
        // What has a fixed length is padded already.
        case (.char, .varchar(.max)), (.nchar, .nvarchar(.max)), (.char, .nvarchar(.max)): true
        case (.varchar(let from), .varchar(let to)), (.nvarchar(let from), .nvarchar(let to)), (.varchar(let from), .nvarchar(let to)):
            if case (.bounded(let shorter), .bounded(let longer)) = (from, to) { shorter <= longer } else { false }
        default: false
        }
    }
}
