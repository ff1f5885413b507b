import Foundation
import TDS

/// Values as text, in the styles of CONVERT.
enum TextConversion {
    static func text(_ value: TDSValue, from: TDSType, style: Int, isUnicode: Bool = false) throws(SQLServerMessage) -> String {
        switch value {
        case .null: return ""
        case .bit(let flag): return flag ? "1" : "0"
        case .int(let whole): return String(whole)
        case .real(let number): return float(Double(number), style: style, digits: style == 0 ? 6 : 8)
        case .float(let number): return float(number, style: style, digits: style == 0 ? 6 : style == 3 ? 17 : 16)
        case .decimal(let number): return number.description
        case .money(let units): return money(units, style: style)
        case .string(let text): return text
        case .guid(let id): return id.uuidString
        case .binary(let bytes): return binary(bytes, style: style, isUnicode: isUnicode)
        case .variant(let type, let inner): return try text(inner, from: type, style: style, isUnicode: isUnicode)
        case .date, .time, .dateTime, .dateTimeOffset: return try DateText.text(value, from: from, style: style)
        }
    }

    /// `1.5`, `1.23457e+006`: the exponent has three digits.
    private static func float(_ value: Double, style: Int, digits: Int) -> String {
        if style == 0 {
            let text = String(format: "%.\(digits)g", value)
            return widenExponent(text)
        }
        return widenExponent(String(format: "%.\(digits - 1)e", value))
    }

    private static func widenExponent(_ text: String) -> String {
        guard let mark = text.firstIndex(of: "e") else { return text }
        let digits = text[text.index(mark, offsetBy: 2)...]
        let sign = text[text.index(after: mark)]
        return text[..<mark] + "e" + String(sign) + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    /// Two decimals; style 1 groups thousands, style 2 shows four decimals.
    private static func money(_ units: Int64, style: Int) -> String {
        let exact = TDSDecimal(units, scale: 4)
        if style == 2 { return exact.description }
        let text = exact.rescaled(to: 2)?.description ?? exact.description
        guard style == 1 else { return text }
        return grouped(text)
    }

    /// `1234567.89` -> `1,234,567.89`.
    static func grouped(_ text: String) -> String {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        var digits = ""
        for (offset, digit) in (parts.first ?? "0").reversed().enumerated() {
            if offset > 0, offset % 3 == 0 { digits.append(",") }
            digits.append(digit)
        }
        return (isNegative ? "-" : "") + String(digits.reversed()) + (parts.count > 1 ? "." + parts[1] : "")
    }

    private static func binary(_ bytes: [UInt8], style: Int, isUnicode: Bool) -> String {
        if style == 1 || style == 2 {
            let digits = bytes.map { byte in
                let text = String(byte, radix: 16, uppercase: true)
                return text.count == 1 ? "0" + text : text
            }
            return (style == 1 ? "0x" : "") + digits.joined()
        }
        if isUnicode {
            let units = stride(from: 0, to: bytes.count, by: 2).map {
                UInt16(bytes[$0]) | UInt16($0 + 1 < bytes.count ? bytes[$0 + 1] : 0) << 8
            }
            return String(decoding: units, as: UTF16.self)
        }
        return String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    }
}
