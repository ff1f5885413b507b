import TDS

/// Exact arithmetic on decimals, with the precision and scale that T-SQL gives the result
/// (https://learn.microsoft.com/sql/t-sql/data-types/precision-scale-and-length-transact-sql).
extension TDSDecimal {
    /// Without the digits after the point.
    var truncated: TDSDecimal {
        var magnitude = magnitude
        for _ in 0..<max(0, min(scale, Self.precisionMax)) { magnitude /= 10 }
        return TDSDecimal(isNegative: isNegative, magnitude: magnitude, scale: 0)
    }

    /// Nil beyond 38 digits and for what is no number.
    init?(rounding value: Double, scale: Int) {
        guard value.isFinite else { return nil }
        // Seventeen digits say all that a double knows; the rest are zeros, as in SQL Server.
        let scaled = (value.magnitude * Self.powerOfTen(scale)).rounded()
        guard scaled < 1e38 else { return nil }
        self.init(isNegative: value < 0, magnitude: UInt128(scaled), scale: scale)
    }

    private static func powerOfTen(_ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<max(0, exponent) { result *= 10 }
        return result
    }

    func fits(precision: Int) -> Bool {
        var bound: UInt128 = 1
        for _ in 0..<min(precision, 38) { bound *= 10 }
        return magnitude < bound
    }

    private var signed: Int128? { Int128(exactly: magnitude).map { isNegative ? -$0 : $0 } }

    private static func make(_ value: Int128, scale: Int) -> TDSDecimal {
        TDSDecimal(isNegative: value < 0, magnitude: value.magnitude, scale: scale)
    }

    /// The type of `left operation right`.
    static func resultType(
        _ operation: ArithmeticOperator, _ left: (precision: Int, scale: Int), _ right: (precision: Int, scale: Int)
    ) -> (precision: Int, scale: Int) {
        var precision: Int
        var scale: Int
        switch operation {
        case .multiply:
            precision = left.precision + right.precision + 1
            scale = left.scale + right.scale
        case .divide:
            scale = max(6, left.scale + right.precision + 1)
            precision = left.precision - left.scale + right.scale + scale
        case .modulo:
            scale = max(left.scale, right.scale)
            precision = min(left.precision - left.scale, right.precision - right.scale) + scale
        default:
            scale = max(left.scale, right.scale)
            precision = max(left.precision - left.scale, right.precision - right.scale) + 1 + scale
        }
        guard precision > 38 else { return (max(1, precision), scale) }
        let wholeDigits = precision - scale
        switch operation {
        case .multiply, .divide:
            scale = wholeDigits < 32 ? min(scale, 38 - wholeDigits) : min(scale, 6)
        default:
            scale = max(0, min(scale, 38 - min(wholeDigits, 38)))
        }
        precision = 38
        return (precision, scale)
    }

    /// Nil when the result has more digits than its type.
    static func calculate(_ operation: ArithmeticOperator, _ left: TDSDecimal, _ right: TDSDecimal, scale: Int) -> TDSDecimal? {
        switch operation {
        case .add, .subtract, .modulo:
            let common = max(left.scale, right.scale)
            guard let first = left.rescaled(to: common)?.signed, let second = right.rescaled(to: common)?.signed else { return nil }
            let result: (partialValue: Int128, overflow: Bool)
            switch operation {
            case .add: result = first.addingReportingOverflow(second)
            case .subtract: result = first.subtractingReportingOverflow(second)
            default: result = first.remainderReportingOverflow(dividingBy: second)
            }
            guard !result.overflow else { return nil }
            return make(result.partialValue, scale: common).rescaled(to: scale)
        case .multiply: return multiply(left, right, scale: scale)
        case .divide: return divide(left, right, scale: scale)
        default: return nil
        }
    }

    private static func multiply(_ left: TDSDecimal, _ right: TDSDecimal, scale: Int) -> TDSDecimal? {
        let (product, overflow) = left.magnitude.multipliedReportingOverflow(by: right.magnitude)
        let isNegative = left.isNegative != right.isNegative
        if !overflow, product <= magnitudeMax, left.scale + right.scale <= precisionMax {
            return TDSDecimal(isNegative: isNegative, magnitude: product, scale: left.scale + right.scale).rescaled(to: scale)
        }
        // Too wide for 128 bits although the result may fit: give up digits, the longer factor's first.
        guard left.scale + right.scale > scale else { return nil }
        let reduced = left.scale >= right.scale ? left.rescaled(to: left.scale - 1) : right.rescaled(to: right.scale - 1)
        guard let reduced else { return nil }
        return left.scale >= right.scale ? multiply(reduced, right, scale: scale) : multiply(left, reduced, scale: scale)
    }

    /// Long division digit by digit; truncates as SQL Server does.
    private static func divide(_ left: TDSDecimal, _ right: TDSDecimal, scale: Int) -> TDSDecimal? {
        guard right.magnitude != 0 else { return nil }
        var quotient = left.magnitude / right.magnitude
        var remainder = left.magnitude % right.magnitude
        let digits = scale - left.scale + right.scale
        let isNegative = left.isNegative != right.isNegative
        guard digits >= 0 else {
            return TDSDecimal(isNegative: isNegative, magnitude: quotient, scale: min(38, left.scale - right.scale)).rescaled(to: scale)
        }
        for _ in 0..<digits {
            let (shifted, overflow) = quotient.multipliedReportingOverflow(by: 10)
            let (widened, isWide) = remainder.multipliedReportingOverflow(by: 10)
            guard !overflow, !isWide, shifted <= magnitudeMax else { return nil }
            quotient = shifted + widened / right.magnitude
            remainder = widened % right.magnitude
        }
        guard quotient <= magnitudeMax else { return nil }
        return TDSDecimal(isNegative: isNegative, magnitude: quotient, scale: scale)
    }
}
