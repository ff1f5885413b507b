package import Crypto
import Foundation

/// The key that wraps all others. It comes from the environment or a file, and is never stored in a database.
package struct MasterKey: Sendable {
    private let key: SymmetricKey

    /// From 32 bytes as 64 hexadecimal digits or as base64. Nil when `text` is neither.
    package init?(text: String) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let bytes = text.utf8.count == 64 ? Self.hexadecimal(text) : Data(base64Encoded: text).map(Array.init)
        guard let bytes, bytes.count == 32 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    private init(key: SymmetricKey) { self.key = key }

    package static func random() -> MasterKey { MasterKey(key: SymmetricKey(size: .bits256)) }

    /// 64 hexadecimal digits, for the key's file.
    package var text: String { key.withUnsafeBytes { $0.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() } }

    /// Names the key without giving it away: the first 8 bytes of a key derived for this only.
    package var keyID: String {
        derived(for: "key id").withUnsafeBytes { $0.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
    }

    /// A key for one purpose (HKDF-SHA256, RFC 5869): a leak of one tells nothing about the others.
    package func derived(for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data("dbtools \(purpose)".utf8), outputByteCount: 32)
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
