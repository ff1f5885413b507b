import TDS

/// `+ - * / %`, bit operations and negation, with T-SQL's result types.
enum Arithmetic {
    static func combine(_ operation: ArithmeticOperator, _ left: Compiled, _ right: Compiled) throws(SQLServerMessage) -> Compiled {
        var (left, right) = (left, right)
        if left.isNullLiteral, !right.isNullLiteral { left = .constant(.null, right.type) }
        if right.isNullLiteral, !left.isNullLiteral { right = .constant(.null, left.type) }
        if operation == .add, left.type.isString, right.type.isString { return concatenation(left, right) }
        if operation == .add, left.type.isBinary, right.type.isBinary { return binaryConcatenation(left, right) }
        if left.type.isOldDatetime || right.type.isOldDatetime { return try dates(operation, left, right) }
        for type in [left.type, right.type] where type.isDateOrTime || type == .uniqueidentifier || type == .xml || type == .sqlVariant {
            if left.type == right.type || type == .xml || type == .sqlVariant { throw .invalidOperand(type, name(operation)) }
            throw .typeClash(left.type, right.type)
        }
        if left.type.isString, right.type.isString { throw incompatible(operation, left.type, right.type) }
        let common = numericType(left, right)
        switch operation {
        case .bitAnd, .bitOr, .bitXor: return try bits(operation, left, right)
        default: break
        }
        if case .decimal = common { return try decimals(operation, left, right) }
        if common.isApproximate { return try floats(operation, try left.converted(to: common), try right.converted(to: common), common) }
        if common.isMoney { return try moneys(operation, try left.converted(to: .money), try right.converted(to: .money)) }
        return try integers(operation, try left.converted(to: common), try right.converted(to: common), common)
    }

    static func name(_ operation: ArithmeticOperator) -> String {
        switch operation {
        case .add: "add"
        case .subtract: "subtract"
        case .multiply: "multiply"
        case .divide: "divide"
        case .modulo: "modulo"
        case .bitAnd: "'&'"
        case .bitOr: "'|'"
        case .bitXor: "'^'"
        }
    }

    private static func incompatible(_ operation: ArithmeticOperator, _ left: TDSType, _ right: TDSType) -> SQLServerMessage {
        left == right || left.baseName == right.baseName
            ? .invalidOperand(left, name(operation))
            : SQLServerMessage(
                402, "The data types \(left.baseName) and \(right.baseName) are incompatible in the \(name(operation)) operator.")
    }

    /// A string that meets a number becomes a number; binary becomes the other's type.
    private static func numericType(_ left: Compiled, _ right: Compiled) -> TDSType {
        let common = TDSType.common(left.type, right.type)
        if common == .bit { return .bit }
        return common.isNumeric ? common : .int
    }

    private static func binary(
        _ left: Compiled, _ right: Compiled, _ type: TDSType, _ body: @escaping (TDSValue, TDSValue) throws(SQLServerMessage) -> TDSValue
    ) -> Compiled {
        Compiled(type, isNullable: left.isNullable || right.isNullable) { row throws(SQLServerMessage) in
            let first = try left.evaluate(row)
            let second = try right.evaluate(row)
            if first.isNull || second.isNull { return .null }
            return try body(first, second)
        }
    }

    private static func concatenation(_ left: Compiled, _ right: Compiled) -> Compiled {
        let type = TDSType.concatenated(left.type, right.type)
        let limit = type.length
        return binary(left, right, type) { first, second throws(SQLServerMessage) in
            guard case .string(let one) = first, case .string(let other) = second else { return .null }
            guard one.utf8.count + other.utf8.count <= SimulatedSession.valueSizeBytesMax else { throw .outOfMemory }
            let text = one + other
            return .string(limit.map { Conversion.prefix(text, $0) } ?? text)
        }
    }

    private static func binaryConcatenation(_ left: Compiled, _ right: Compiled) -> Compiled {
        let length = left.type.length.flatMap { first in right.type.length.map { TDSLength.bounded(min(8000, first + $0)) } } ?? .max
        return binary(left, right, .varbinary(length)) { first, second throws(SQLServerMessage) in
            guard case .binary(let one) = first, case .binary(let other) = second else { return .null }
            guard one.count + other.count <= SimulatedSession.valueSizeBytesMax else { throw .outOfMemory }
            return .binary(one + other)
        }
    }

    /// datetime plus or minus days, or another datetime counted as days.
    private static func dates(_ operation: ArithmeticOperator, _ left: Compiled, _ right: Compiled) throws(SQLServerMessage) -> Compiled {
        let type: TDSType = left.type.isOldDatetime ? left.type : right.type
        for other in [left.type, right.type] where other.isDateOrTime && !other.isOldDatetime {
            throw SQLServerMessage(
                402, "The data types \(left.type.baseName) and \(right.type.baseName) are incompatible in the \(name(operation)) operator.")
        }
        guard operation == .add || operation == .subtract else { throw .invalidOperand(type, name(operation)) }
        let first = try left.converted(to: .datetime)
        let second = try right.converted(to: .datetime)
        return binary(first, second, type) { one, other throws(SQLServerMessage) in
            guard case .dateTime(let start) = one, case .dateTime(let days) = other else { return .null }
            let shift = days.ticks - DateConversion.datetimeZero
            let ticks = operation == .add ? start.ticks + shift : start.ticks - shift
            guard ticks >= 0, ticks < Int64(TDSDate.dayNumberMax + 1) * TDSTime.ticksPerDay else { throw .overflow(to: type) }
            return try DateConversion.fit(TDSDateTime(ticks: ticks), from: type, to: type)
        }
    }

    private static func integers(
        _ operation: ArithmeticOperator, _ left: Compiled, _ right: Compiled, _ type: TDSType
    ) throws(SQLServerMessage) -> Compiled {
        guard type != .bit else { throw .invalidOperand(.bit, name(operation)) }
        let range = type.integerRange ?? Int64.min...Int64.max
        return binary(left, right, type) { first, second throws(SQLServerMessage) in
            guard case .int(let one) = first, case .int(let other) = second else { return .null }
            let result: (partialValue: Int64, overflow: Bool)
            switch operation {
            case .add: result = one.addingReportingOverflow(other)
            case .subtract: result = one.subtractingReportingOverflow(other)
            case .multiply: result = one.multipliedReportingOverflow(by: other)
            case .divide:
                guard other != 0 else { throw .dividedByZero }
                result = one.dividedReportingOverflow(by: other)
            default:
                guard other != 0 else { throw .dividedByZero }
                result = one.remainderReportingOverflow(dividingBy: other)
            }
            guard !result.overflow, range.contains(result.partialValue) else { throw .overflow(to: type) }
            return .int(result.partialValue)
        }
    }

    private static func bits(_ operation: ArithmeticOperator, _ left: Compiled, _ right: Compiled) throws(SQLServerMessage) -> Compiled {
        for type in [left.type, right.type] where !type.isInteger && !type.isBinary { throw incompatible(operation, left.type, right.type) }
        let type = left.type.isInteger ? right.type.isInteger ? TDSType.common(left.type, right.type) : left.type : right.type
        guard type.isInteger else { throw incompatible(operation, left.type, right.type) }
        return binary(try left.converted(to: .bigint), try right.converted(to: .bigint), type) { first, second throws(SQLServerMessage) in
            guard case .int(let one) = first, case .int(let other) = second else { return .null }
            let result = operation == .bitAnd ? one & other : operation == .bitOr ? one | other : one ^ other
            return type == .bit ? .bit(result != 0) : .int(result)
        }
    }

    private static func floats(
        _ operation: ArithmeticOperator, _ left: Compiled, _ right: Compiled, _ type: TDSType
    ) throws(SQLServerMessage) -> Compiled {
        if operation == .modulo { throw .invalidOperand(type, "modulo") }
        let isSingle = type == .real
        let first = try left.converted(to: .float)
        let second = try right.converted(to: .float)
        return binary(first, second, type) { one, other throws(SQLServerMessage) in
            guard case .float(let x) = one, case .float(let y) = other else { return .null }
            let result: Double
            switch operation {
            case .add: result = x + y
            case .subtract: result = x - y
            case .multiply: result = x * y
            default:
                guard y != 0 else { throw .dividedByZero }
                result = x / y
            }
            guard result.isFinite, !isSingle || Float(result).isFinite else { throw .overflow(to: type) }
            return isSingle ? .real(Float(result)) : .float(result)
        }
    }

    private static func moneys(_ operation: ArithmeticOperator, _ left: Compiled, _ right: Compiled) throws(SQLServerMessage) -> Compiled {
        binary(left, right, .money) { one, other throws(SQLServerMessage) in
            guard case .money(let x) = one, case .money(let y) = other else { return .null }
            let result: Int128
            switch operation {
            case .add: result = Int128(x) + Int128(y)
            case .subtract: result = Int128(x) - Int128(y)
            case .multiply: result = Int128(x) * Int128(y) / 10_000
            default:
                guard y != 0 else { throw .dividedByZero }
                result = operation == .divide ? Int128(x) * 10_000 / Int128(y) : Int128(x) % Int128(y)
            }
            guard let units = Int64(exactly: result) else { throw .overflow(to: .money) }
            return .money(units)
        }
    }

    /// An integer literal counts with its own digits: `1.5 * 2` is numeric(3,1), not numeric(13,1).
    private static func decimalShape(_ value: Compiled, beside other: Compiled) -> (precision: Int, scale: Int) {
        if value.type.isInteger, case .int(let number)? = value.constant { return (max(1, String(number.magnitude).count), 0) }
        return value.type.asDecimal ?? other.type.asDecimal ?? (18, 0)
    }

    private static func decimals(_ operation: ArithmeticOperator, _ left: Compiled, _ right: Compiled) throws(SQLServerMessage) -> Compiled
    {
        let leftShape = decimalShape(left, beside: right)
        let rightShape = decimalShape(right, beside: left)
        let shape = TDSDecimal.resultType(operation, leftShape, rightShape)
        let type = TDSType.decimal(precision: shape.precision, scale: shape.scale)
        let first = try left.converted(to: .decimal(precision: leftShape.precision, scale: leftShape.scale))
        let second = try right.converted(to: .decimal(precision: rightShape.precision, scale: rightShape.scale))
        return binary(first, second, type) { one, other throws(SQLServerMessage) in
            guard case .decimal(let x) = one, case .decimal(let y) = other else { return .null }
            if operation == .divide || operation == .modulo, y.magnitude == 0 { throw .dividedByZero }
            guard let result = TDSDecimal.calculate(operation, x, y, scale: shape.scale), result.fits(precision: shape.precision) else {
                throw .overflow(to: type)
            }
            return .decimal(result)
        }
    }

    static func negate(_ operand: Compiled) throws(SQLServerMessage) -> Compiled {
        let type = operand.type == .bit ? TDSType.int : operand.type
        guard type.isNumeric else { throw .invalidOperand(operand.type, "minus") }
        let source = try operand.converted(to: type)
        let range = type.integerRange
        return Compiled(type, isNullable: operand.isNullable) { row throws(SQLServerMessage) in
            switch try source.evaluate(row) {
            case .int(let value):
                guard value != .min, range?.contains(-value) ?? true else { throw .overflow(to: type) }
                return .int(-value)
            case .float(let value): return .float(-value)
            case .real(let value): return .real(-value)
            case .money(let value): return .money(value == .min ? .max : -value)
            case .decimal(let value):
                return .decimal(TDSDecimal(isNegative: !value.isNegative, magnitude: value.magnitude, scale: value.scale))
            default: return .null
            }
        }
    }

    static func complement(_ operand: Compiled) throws(SQLServerMessage) -> Compiled {
        guard operand.type.isInteger else { throw .invalidOperand(operand.type, "'~'") }
        return Compiled(operand.type, isNullable: operand.isNullable) { row throws(SQLServerMessage) in
            switch try operand.evaluate(row) {
            case .int(let value): operand.type == .tinyint ? .int(255 - value) : .int(~value)
            case .bit(let value): .bit(!value)
            default: .null
            }
        }
    }
}
