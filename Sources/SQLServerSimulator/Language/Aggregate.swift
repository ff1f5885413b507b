import Foundation
import TDS

/// The aggregate functions.
enum AggregateKind: String {
    case count = "COUNT"
    case countBig = "COUNT_BIG"
    case sum = "SUM"
    case minimum = "MIN"
    case maximum = "MAX"
    case average = "AVG"
    case deviation = "STDEV"
    case populationDeviation = "STDEVP"
    case variance = "VAR"
    case concatenation = "STRING_AGG"
    case orderedConcatenation = "STRING_AGG WITHIN"
    case checksum = "CHECKSUM_AGG"

    init?(_ call: FunctionCall) {
        guard call.path.count == 1 else { return nil }
        self.init(rawValue: call.name)
    }

    /// Whether the expression calls an aggregate of its own query (not of a subquery, not of a window).
    static func isUsed(in expression: Expression) -> Bool {
        switch expression {
        case .call(let call):
            let isOwn = AggregateKind(call) != nil && (call.window == nil || call.name == "STRING_AGG WITHIN")
            let windowed = (call.window?.partition ?? []) + (call.window?.order.map(\.expression) ?? [])
            return isOwn || call.arguments.contains(where: isUsed) || windowed.contains(where: isUsed)
        case .negate(let inner), .complement(let inner), .not(let inner), .isNull(let inner), .collate(let inner, _):
            return isUsed(in: inner)
        case .arithmetic(_, let left, let right), .compare(_, let left, let right), .and(let left, let right), .or(let left, let right):
            return isUsed(in: left) || isUsed(in: right)
        case .between(let value, let low, let high): return isUsed(in: value) || isUsed(in: low) || isUsed(in: high)
        case .inList(let value, let list): return isUsed(in: value) || list.contains(where: isUsed)
        case .inQuery(let value, _), .compareWithQuery(_, let value, _, _): return isUsed(in: value)
        case .like(let value, let pattern, _): return isUsed(in: value) || isUsed(in: pattern)
        case .caseWhen(let operand, let branches, let otherwise):
            return operand.map(isUsed) ?? false || otherwise.map(isUsed) ?? false
                || branches.contains { isUsed(in: $0.condition) || isUsed(in: $0.result) }
        case .cast(let value, _, let style, _): return isUsed(in: value) || style.map(isUsed) ?? false
        case .method(let target, _, let arguments): return isUsed(in: target) || arguments.contains(where: isUsed)
        case .literal, .column, .variable, .exists, .scalarQuery: return false
        }
    }
}

/// One aggregate of a query, over the rows of a group.
struct Aggregate {
    let kind: AggregateKind
    /// Nil for COUNT(*).
    let argument: Compiled?
    let isDistinct: Bool
    let type: TDSType
    var separator = ""
    var order = SortOrder(keys: [], isDescending: [])

    func value(_ frames: [RowFrame]) throws(SQLServerMessage) -> TDSValue {
        guard let argument else { return .int(Int64(frames.count)) }
        var values: [TDSValue] = []
        values.reserveCapacity(frames.count)
        for frame in try order.sorted(frames) {
            let value = try argument.evaluate(frame)
            if value != .null { values.append(value) }
        }
        if isDistinct {
            var known: Set<TDSValue> = []
            values = values.filter { known.insert(Comparison.groupingKey($0)).inserted }
        }
        return try value(of: values)
    }

    private func value(of values: [TDSValue]) throws(SQLServerMessage) -> TDSValue {
        if kind == .count || kind == .countBig { return .int(Int64(values.count)) }
        guard let first = values.first else { return .null }
        switch kind {
        case .minimum: return values.dropFirst().reduce(first) { Comparison.order($1, $0) < 0 ? $1 : $0 }
        case .maximum: return values.dropFirst().reduce(first) { Comparison.order($1, $0) > 0 ? $1 : $0 }
        case .sum: return try sum(values)
        case .average: return try average(values)
        case .concatenation, .orderedConcatenation: return try concatenated(values)
        case .checksum: return .int(Int64(values.reduce(0) { $0 ^ (Int32(truncatingIfNeeded: $1.hashableNumber)) }))
        default: return deviation(values)
        }
    }

    private func sum(_ values: [TDSValue]) throws(SQLServerMessage) -> TDSValue {
        switch type {
        case .int, .bigint:
            var total: Int64 = 0
            for case .int(let value) in values {
                let (next, overflow) = total.addingReportingOverflow(value)
                guard !overflow else { throw .overflow(to: type) }
                total = next
            }
            guard type.integerRange?.contains(total) ?? true else { throw .overflow(to: type) }
            return .int(total)
        case .money:
            var total: Int64 = 0
            for case .money(let value) in values {
                let (next, overflow) = total.addingReportingOverflow(value)
                guard !overflow else { throw .overflow(to: type) }
                total = next
            }
            return .money(total)
        case .decimal(_, let scale):
            var total = TDSDecimal(0, scale: scale)
            for case .decimal(let value) in values {
                guard let next = TDSDecimal.calculate(.add, total, value, scale: scale) else { throw .overflow(to: type) }
                total = next
            }
            return .decimal(total)
        default:
            let total = values.reduce(0) { $0 + $1.number }
            guard total.isFinite else { throw .overflow(to: type) }
            return .float(total)
        }
    }

    private func average(_ values: [TDSValue]) throws(SQLServerMessage) -> TDSValue {
        switch type {
        case .int, .bigint:
            var total: Int128 = 0
            for case .int(let value) in values { total += Int128(value) }
            guard let mean = Int64(exactly: total / Int128(values.count)) else { throw .overflow(to: type) }
            return .int(mean)
        case .money:
            var total: Int128 = 0
            for case .money(let value) in values { total += Int128(value) }
            return .money(Int64(clamping: total / Int128(values.count)))
        case .decimal(_, let scale):
            var total = TDSDecimal(0, scale: 0)
            for case .decimal(let value) in values {
                guard let next = TDSDecimal.calculate(.add, total, value, scale: value.scale) else { throw .overflow(to: type) }
                total = next
            }
            guard let mean = TDSDecimal.calculate(.divide, total, TDSDecimal(Int64(values.count)), scale: scale) else {
                throw .overflow(to: type)
            }
            return .decimal(mean)
        default: return .float(values.reduce(0) { $0 + $1.number } / Double(values.count))
        }
    }

    private func deviation(_ values: [TDSValue]) -> TDSValue {
        let isSample = kind != .populationDeviation
        guard values.count > (isSample ? 1 : 0) else { return .null }
        let mean = values.reduce(0) { $0 + $1.number } / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1.number - mean) * ($1.number - mean) }
        let variance = squares / Double(isSample ? values.count - 1 : values.count)
        return .float(kind == .variance ? variance : variance.squareRoot())
    }

    private func concatenated(_ values: [TDSValue]) throws(SQLServerMessage) -> TDSValue {
        let texts = values.compactMap { value -> String? in if case .string(let text) = value { text } else { nil } }
        guard texts.reduce(0, { $0 + $1.utf8.count + separator.utf8.count }) <= SimulatedSession.valueSizeBytesMax else {
            throw .outOfMemory
        }
        return .string(texts.joined(separator: separator))
    }
}

extension TDSValue {
    /// The value as a double; 0 for what is no number.
    var number: Double {
        switch self {
        case .int(let value): Double(value)
        case .bit(let value): value ? 1 : 0
        case .real(let value): Double(value)
        case .float(let value): value
        case .decimal(let value): value.double
        case .money(let value): Double(value) / 10_000
        case .variant(_, let inner): inner.number
        default: 0
        }
    }

    fileprivate var hashableNumber: Int64 { if case .int(let value) = self { value } else { 0 } }
}
