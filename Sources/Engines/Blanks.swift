import Foundation

extension String {
    /// Without white space at either end: SQL Server fills the names of its counters with blanks. A text that has none, as most, is looked
    /// at in two places only.
    var withoutBlanks: String {
        guard let first = utf8.first, let last = utf8.last else { return self }
        let isPlain = first > 0x20 && first < 0x80 && last > 0x20 && last < 0x80
        return isPlain ? self : trimmingCharacters(in: .whitespaces)
    }
}
