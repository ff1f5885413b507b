import Foundation
import TDS

extension Functions {
    static let numbers: [String: Bind] = [
        "ABS": { f throws(SQLServerMessage) in
            let argument = try f.arguments(1...1)[0]
            let value = argument.type.isString ? try argument.converted(to: .float) : argument
            let negative = try Arithmetic.negate(value)
            return Compiled(negative.type) { row throws(SQLServerMessage) in
                let plain = try value.evaluate(row)
                return plain != .null && plain.number < 0 ? try negative.evaluate(row) : plain
            }
        },
        "SIGN": { f throws(SQLServerMessage) in
            let type = try f.arguments(1...1)[0].type
            return try f.unary(nil, type.isInteger && type != .bigint ? .int : .float) { value throws(SQLServerMessage) in
                let sign = value.number < 0 ? -1 : value.number > 0 ? 1 : 0
                return type.isInteger && type != .bigint ? .int(Int64(sign)) : .float(Double(sign))
            }
        },
        "ROUND": { f throws(SQLServerMessage) in try round(f) },
        "FLOOR": { f throws(SQLServerMessage) in try whole(f, .down) },
        "CEILING": { f throws(SQLServerMessage) in try whole(f, .up) },
        "SQRT": { f throws(SQLServerMessage) in
            try f.unary(.float, .float) { value throws(SQLServerMessage) in
                guard value.number >= 0 else { throw SQLServerMessage(3623, "An invalid floating point operation occurred.") }
                return .float(value.number.squareRoot())
            }
        },
        "SQUARE": { f throws(SQLServerMessage) in
            try f.unary(.float, .float) { value throws(SQLServerMessage) in .float(value.number * value.number) }
        },
        "EXP": { f throws(SQLServerMessage) in try f.unary(.float, .float) { value throws(SQLServerMessage) in .float(exp(value.number)) }
        },
        "LOG10": { f throws(SQLServerMessage) in
            try f.unary(.float, .float) { value throws(SQLServerMessage) in
                guard value.number > 0 else { throw SQLServerMessage(3623, "An invalid floating point operation occurred.") }
                return .float(log10(value.number))
            }
        },
        "LOG": { f throws(SQLServerMessage) in
            try f.values(1...2, [.float, .float], .float) { v throws(SQLServerMessage) in
                guard v[0].number > 0, v.count == 1 || v[1].number > 0 && v[1].number != 1 else {
                    throw SQLServerMessage(3623, "An invalid floating point operation occurred.")
                }
                return .float(v.count == 1 ? log(v[0].number) : log(v[0].number) / log(v[1].number))
            }
        },
        "POWER": { f throws(SQLServerMessage) in
            let type = try f.arguments(2...2)[0].type
            let result: TDSType = type.isInteger && type != .bigint ? .int : type.isNumeric ? type : .float
            return try f.values(2...2, [.float, .float], result) { v throws(SQLServerMessage) in
                let power = pow(v[0].number, v[1].number)
                guard power.isFinite else { throw .overflow(to: result) }
                return try Conversion.convert(.float(power), from: .float, to: result)
            }
        },
        "PI": { f throws(SQLServerMessage) in try f.nullary(.float) { .float(Double.pi) } },
        "RAND": { f throws(SQLServerMessage) in
            let session = f.context.session
            _ = try f.arguments(0...1)
            return Compiled(.float, isNullable: false) { _ throws(SQLServerMessage) in .float(session.nextRandom()) }
        },
        "ISNUMERIC": { f throws(SQLServerMessage) in
            let argument = try f.arguments(1...1)[0]
            return Compiled(.int, isNullable: false) { row throws(SQLServerMessage) in
                let value = try argument.evaluate(row)
                guard case .string(let text) = value else { return .int(value == .null || !argument.type.isNumeric ? 0 : 1) }
                return .int(Double(text.trimmed.filter { $0 != "," && $0 != "$" }) != nil ? 1 : 0)
            }
        },
        "CHECKSUM": { f throws(SQLServerMessage) in try checksum(f) },
        "BINARY_CHECKSUM": { f throws(SQLServerMessage) in try checksum(f) },
    ]

    private static func whole(_ f: FunctionBinder, _ rule: FloatingPointRoundingRule) throws(SQLServerMessage) -> Compiled {
        let argument = try f.arguments(1...1)[0]
        let value = argument.type.isString || argument.isNullLiteral ? try argument.converted(to: .float) : argument
        guard value.type.isNumeric else { throw .invalidArgument(value.type, 1, of: f.call.name) }
        var result = value.type
        if case .decimal(let precision, _) = value.type { result = .decimal(precision: precision, scale: 0) }
        let type = result
        return Compiled(type) { row throws(SQLServerMessage) in
            switch try value.evaluate(row) {
            case .float(let number): return .float(number.rounded(rule))
            case .real(let number): return .real(number.rounded(rule))
            case .money(let units):
                let quotient = Int64((Double(units) / 10_000).rounded(rule))
                return .money(quotient.multipliedReportingOverflow(by: 10_000).partialValue)
            case .decimal(let exact):
                let cut = exact.truncated
                let hasRest = cut.rescaled(to: exact.scale).map { $0 != exact } ?? true
                let movesAway = hasRest && (rule == .down) == exact.isNegative
                return .decimal(TDSDecimal(isNegative: exact.isNegative, magnitude: cut.magnitude + (movesAway ? 1 : 0), scale: 0))
            case let other: return other
            }
        }
    }

    private static func round(_ f: FunctionBinder) throws(SQLServerMessage) -> Compiled {
        let arguments = try f.arguments(2...3)
        let value = arguments[0].type.isString || arguments[0].isNullLiteral ? try arguments[0].converted(to: .float) : arguments[0]
        let digits = try arguments[1].converted(to: .int)
        let mode = arguments.count > 2 ? try arguments[2].converted(to: .int) : .constant(.int(0), .int)
        let type: TDSType = value.type.isInteger && value.type != .bigint ? .int : value.type
        guard type.isNumeric else { throw .invalidArgument(type, 1, of: "round") }
        return Compiled(type) { row throws(SQLServerMessage) in
            let input = try value.evaluate(row)
            let places = try digits.evaluate(row)
            if input == .null || places == .null { return .null }
            let isCut = try mode.evaluate(row).integer != 0
            let count = max(-38, min(38, places.integer))
            switch input {
            case .decimal(let exact): return .decimal(rounded(exact, count, isCut: isCut))
            case .money(let units):
                let exact = rounded(TDSDecimal(units, scale: 4), count, isCut: isCut)
                return .money((exact.isNegative ? -1 : 1) * Int64(clamping: exact.magnitude))
            case .int(let whole):
                let exact = rounded(TDSDecimal(whole), min(0, count), isCut: isCut)
                return .int((exact.isNegative ? -1 : 1) * Int64(clamping: exact.magnitude))
            default:
                let scale = pow(10, Double(count))
                let scaled = input.number * scale
                let result = (isCut ? scaled.rounded(.towardZero) : scaled.rounded()) / scale
                let kept = result.isFinite ? result : input.number
                return type == .real ? .real(Float(kept)) : .float(kept)
            }
        }
    }

    /// Rounds to `places` digits after the point (before it when negative); the scale stays.
    private static func rounded(_ value: TDSDecimal, _ places: Int, isCut: Bool) -> TDSDecimal {
        guard places < value.scale else { return value }
        let dropped = value.scale - places
        guard dropped <= 38 else { return TDSDecimal(0, scale: value.scale) }
        var unit: UInt128 = 1
        for _ in 0..<dropped { unit = unit.multipliedReportingOverflow(by: 10).partialValue }
        let quotient = value.magnitude / unit
        let remainder = value.magnitude % unit
        let up: UInt128 = !isCut && remainder >= unit - remainder ? 1 : 0
        return TDSDecimal(
            isNegative: value.isNegative, magnitude: (quotient + up).multipliedReportingOverflow(by: unit).partialValue, scale: value.scale)
    }

    private static func checksum(_ f: FunctionBinder) throws(SQLServerMessage) -> Compiled {
        let arguments = try f.arguments(1...254)
        return Compiled(.int, isNullable: false) { row throws(SQLServerMessage) in
            var hash: UInt32 = 0
            for argument in arguments {
                for byte in "\(Comparison.groupingKey(try argument.evaluate(row)))".utf8 { hash = (hash << 5 | hash >> 27) ^ UInt32(byte) }
            }
            return .int(Int64(Int32(bitPattern: hash)))
        }
    }
}
