import Foundation

/// Colours as the API takes them.
package enum Color {
    /// `text` in lower case; nil when it is not "#" and six hexadecimal digits.
    package static func normalized(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[0] == UInt8(ascii: "#"), bytes.dropFirst().allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        return text.lowercased()
    }

    /// Black or white, whichever stands out more from `color`: a contrast of 4.5 at least (WCAG 2.1, AA). Nil when it is no colour.
    /// In SQL: `fleet.text_color`.
    package static func text(on color: String) -> String? {
        guard let color = normalized(color) else { return nil }
        return luminance(color) > luminanceOfEqualContrast ? "#000000" : "#ffffff"
    }

    /// The contrast ratio of two colours, 1 to 21 (WCAG 2.1).
    package static func contrast(_ first: String, _ second: String) -> Double {
        let (one, other) = (luminance(first), luminance(second))
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }

    /// Where black and white stand out alike: (1.05 x 0.05)^0.5 - 0.05.
    private static let luminanceOfEqualContrast = 0.1791

    /// The relative luminance of "#rrggbb", 0 to 1 (WCAG 2.1).
    private static func luminance(_ color: String) -> Double {
        let number = Int(color.dropFirst(), radix: 16) ?? 0
        let parts = [16, 8, 0].map { shift in
            let share = Double(number >> shift & 0xFF) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    /// Twelve colours that differ in hue and read well on light and dark: labels that nobody gave one take theirs from here, by their name.
    private static let palette = [
        "#2b6cb0", "#2f855a", "#b7791f", "#c05621", "#9b2c2c", "#6b46c1", "#b83280", "#2c7a7b", "#4c51bf", "#5a67d8", "#718096", "#975a16",
    ]

    package static func automatic(for name: String) -> String {
        let hash = name.lowercased().utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return palette[Int(hash % UInt32(palette.count))]
    }
}
