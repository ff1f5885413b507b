import TDS

/// The scalar functions by upper-case name. Each binder checks its arguments and gives the result's type.
enum Functions {
    typealias Bind = @Sendable (FunctionBinder) throws(SQLServerMessage) -> Compiled

    static let all: [String: Bind] = {
        var all: [String: Bind] = [:]
        for table in [strings, moreStrings, numbers, dates, conditionals, metadata, system] {
            all.merge(table) { first, _ in first }
        }
        return all
    }()
}

/// A call with what is needed to bind its arguments.
struct FunctionBinder {
    let binder: Binder
    let call: FunctionCall

    var context: StatementContext { binder.context }

    /// The arguments, when there are as many as there must be; 174 or 189 otherwise.
    func arguments(_ counts: ClosedRange<Int>) throws(SQLServerMessage) -> [Compiled] {
        guard counts.contains(call.arguments.count) else { throw .argumentCount(call.name, counts) }
        var bound: [Compiled] = []
        for argument in call.arguments { bound.append(try binder.scalar(argument)) }
        return bound
    }

    /// A function of one argument that is NULL for NULL.
    func unary(
        _ argument: TDSType?, _ result: TDSType, _ body: @escaping (TDSValue) throws(SQLServerMessage) -> TDSValue
    ) throws(SQLServerMessage) -> Compiled {
        let bound = try arguments(1...1)[0]
        let value = try argument.map { type throws(SQLServerMessage) in try bound.converted(to: type) } ?? bound
        return Compiled(result, isNullable: true) { row throws(SQLServerMessage) in
            let input = try value.evaluate(row)
            return input.isNull ? .null : try body(input)
        }
    }

    /// A function of several arguments, given as values; NULL when any of the first `strict` is.
    func values(
        _ counts: ClosedRange<Int>, _ types: [TDSType], _ result: TDSType, strict: Int = .max,
        _ body: @escaping ([TDSValue]) throws(SQLServerMessage) -> TDSValue
    ) throws(SQLServerMessage) -> Compiled {
        var bound = try arguments(counts)
        for index in bound.indices where index < types.count { bound[index] = try bound[index].converted(to: types[index]) }
        let compiled = bound
        return Compiled(result, isNullable: true) { row throws(SQLServerMessage) in
            var inputs: [TDSValue] = []
            inputs.reserveCapacity(compiled.count)
            for (index, argument) in compiled.enumerated() {
                let value = try argument.evaluate(row)
                if value.isNull, index < strict { return .null }
                inputs.append(value)
            }
            return try body(inputs)
        }
    }

    /// A function without arguments.
    func nullary(_ type: TDSType, _ body: @escaping () -> TDSValue) throws(SQLServerMessage) -> Compiled {
        _ = try arguments(0...0)
        return Compiled(type) { _ throws(SQLServerMessage) in body() }
    }

    /// The first argument's string type with `length` characters (max stays max).
    func textType(_ type: TDSType, length: Int? = nil) -> TDSType {
        let size = type.isString ? length ?? type.length : length ?? type.displayLength
        let limit = type.isUnicode ? 4000 : 8000
        guard let size else { return type.isUnicode ? .nvarchar(.max) : .varchar(.max) }
        let bounded = TDSLength.bounded(max(1, min(limit, size)))
        return type.isUnicode ? .nvarchar(bounded) : .varchar(bounded)
    }
}

extension TDSValue {
    /// The text of a string; empty for anything else.
    var text: String { if case .string(let text) = self { text } else { "" } }

    /// The whole number; 0 for anything else.
    var integer: Int { if case .int(let value) = self { Int(value) } else { 0 } }
}
