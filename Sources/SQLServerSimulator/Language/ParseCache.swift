import Glibc
import Synchronization

/// Parsed batches, shared by all instances: a fleet sends the same few texts for ever.
final class ParseCache: Sendable {
    static let shared = ParseCache()
    static let entryCountMax = 256
    /// How much of a batch is hashed.
    static let hashedSizeBytesMax = 512
    /// Longer batches are parsed each time.
    static let cachedSizeBytesMax = 128 * 1024
    /// Longer batches are refused.
    static let batchSizeBytesMax = 4 * 1024 * 1024

    private struct Key: Hashable {
        let text: String
        let quotedIdentifier: Bool

        /// Byte for byte, as it is hashed: texts that Swift takes for the same sign by sign are two batches.
        static func == (one: Key, other: Key) -> Bool {
            guard one.quotedIdentifier == other.quotedIdentifier, one.text.utf8.count == other.text.utf8.count else { return false }
            var (first, second) = (one.text, other.text)
            return first.withUTF8 { left in
                second.withUTF8 { right in
                    guard let start = left.baseAddress, let otherStart = right.baseAddress else { return true }
                    return memcmp(start, otherStart, left.count) == 0
                }
            }
        }

        /// Of a batch of 60 kB some bytes tell it from the others; whether it is the same is then asked of all.
        func hash(into hasher: inout Hasher) {
            var text = text
            hasher.combine(quotedIdentifier)
            text.withUTF8 { bytes in
                hasher.combine(bytes.count)
                let raw = UnsafeRawBufferPointer(bytes)
                hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: raw.prefix(ParseCache.hashedSizeBytesMax / 2)))
                hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: raw.suffix(ParseCache.hashedSizeBytesMax / 2)))
            }
        }
    }

    private struct Entry {
        let statements: [Statement]
        var lastUse: UInt64
    }

    private struct Content {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let content = Mutex(Content())

    func statements(_ batch: String, quotedIdentifier: Bool) throws(SQLServerMessage) -> [Statement] {
        guard batch.utf8.count <= Self.batchSizeBytesMax else { throw .outOfMemory }
        let key = Key(text: batch, quotedIdentifier: quotedIdentifier)
        let known = content.withLock { content -> [Statement]? in
            content.clock += 1
            guard let place = content.entries.index(forKey: key) else { return nil }
            content.entries.values[place].lastUse = content.clock
            return content.entries.values[place].statements
        }
        if let known { return known }
        let statements = try Parser.statements(of: batch, quotedIdentifier: quotedIdentifier)
        if batch.utf8.count <= Self.cachedSizeBytesMax { remember(key, statements) }
        return statements
    }

    /// The same text, sharing its memory with the parsed batch of that text: 10,000 instances log the same statements.
    func interned(_ batch: String, quotedIdentifier: Bool) -> String {
        content.withLock { content in
            content.entries.index(forKey: Key(text: batch, quotedIdentifier: quotedIdentifier)).map { content.entries[$0].key.text }
                ?? batch
        }
    }

    private func remember(_ key: Key, _ statements: [Statement]) {
        content.withLock { content in
            if content.entries.count >= Self.entryCountMax {
                // The older half goes at once, so that the sweep is rare.
                let median = content.entries.values.map(\.lastUse).sorted()[Self.entryCountMax / 2]
                content.entries = content.entries.filter { $0.value.lastUse > median }
            }
            content.entries[key] = Entry(statements: statements, lastUse: content.clock)
        }
    }
}
