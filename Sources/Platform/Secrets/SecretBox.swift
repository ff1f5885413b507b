import Crypto
import Foundation
import Primitives
import Synchronization

/// Why a secret could not be sealed or opened. It says nothing of the secret.
package enum SecretError: Error, Sendable, Equatable {
    /// The data key is not known here: the tenant's row was never read, or the key was retired.
    case unknownKey
    /// The ciphertext was changed, or belongs to another tenant or field, or the master key is another one.
    case cannotOpen
}

/// Encrypts secrets with AES-256-GCM under a data key per tenant, which the master key wraps.
///
/// A ciphertext is version (1 byte), key id (4 bytes, big-endian), nonce (12), text, tag (16); tenant and context are authenticated, so a
/// ciphertext cannot be moved to another tenant or another field.
package final class SecretBox: Sendable {
    private static let version: UInt8 = 1
    /// The key id of secrets of the installation itself, which the master key seals directly.
    private static let installationKeyID: UInt32 = 0

    package let master: MasterKey
    private let dataKeys = Mutex<[UUID: [UInt32: SymmetricKey]]>([:])

    package init(master: MasterKey) { self.master = master }

    /// Seals `plaintext` for a field called `context` of `tenant`, under the tenant's newest key. Throws `SecretError.unknownKey`.
    package func seal(_ plaintext: String, for tenant: Tenant.ID, context: String) throws -> [UInt8] {
        let newest = dataKeys.withLock { keys in keys[tenant.uuid]?.max { $0.key < $1.key } }
        guard let newest else { throw SecretError.unknownKey }
        return try Self.seal(Array(plaintext.utf8), newest.value, newest.key, Self.authenticated(tenant.uuid, context))
    }

    /// Opens what `seal` made, under whichever of the tenant's keys it names. Throws `SecretError`.
    package func open(_ sealed: [UInt8], for tenant: Tenant.ID, context: String) throws -> String {
        let keyID = try Self.keyID(of: sealed)
        guard let key = dataKeys.withLock({ $0[tenant.uuid]?[keyID] }) else { throw SecretError.unknownKey }
        return String(decoding: try Self.open(sealed, key, Self.authenticated(tenant.uuid, context)), as: UTF8.self)
    }

    /// Seals a secret of the installation, such as a tenant role's password, under a key derived from the master key.
    package func sealForInstallation(_ plaintext: String, context: String) throws -> [UInt8] {
        try Self.seal(Array(plaintext.utf8), master.derived(for: "installation secrets"), Self.installationKeyID, Data(context.utf8))
    }

    /// Opens what `sealForInstallation` made. Throws `SecretError.cannotOpen`, also when the master key is not the one it was sealed
    /// with.
    package func openForInstallation(_ sealed: [UInt8], context: String) throws -> String {
        String(decoding: try Self.open(sealed, master.derived(for: "installation secrets"), Data(context.utf8)), as: UTF8.self)
    }

    // MARK: Data keys

    /// A new data key, wrapped, for the tenant's row. It is known here from now on.
    func makeDataKey(for tenant: Tenant.ID, keyID: UInt32) throws -> [UInt8] {
        let key = SymmetricKey(size: .bits256)
        dataKeys.withLock { $0[tenant.uuid, default: [:]][keyID] = key }
        return try Self.seal(
            key.withUnsafeBytes(Array.init), master.derived(for: "key wrapping"), keyID, Self.authenticated(tenant.uuid, "data key"))
    }

    /// Learns a tenant's wrapped data key. Throws `SecretError.cannotOpen` when the master key is another one.
    func learnDataKey(_ wrapped: [UInt8], for tenant: Tenant.ID, keyID: UInt32) throws {
        if dataKeys.withLock({ $0[tenant.uuid]?[keyID] != nil }) { return }
        let key = try Self.open(wrapped, master.derived(for: "key wrapping"), Self.authenticated(tenant.uuid, "data key"))
        dataKeys.withLock { $0[tenant.uuid, default: [:]][keyID] = SymmetricKey(data: key) }
    }

    // MARK: The ciphertext

    private static func authenticated(_ tenant: UUID, _ context: String) -> Data {
        withUnsafeBytes(of: tenant.uuid) { Data($0) } + Data(context.utf8)
    }

    private static func seal(_ plaintext: [UInt8], _ key: SymmetricKey, _ keyID: UInt32, _ authenticated: Data) throws -> [UInt8] {
        let box = try AES.GCM.seal(plaintext, using: key, authenticating: authenticated)
        guard let combined = box.combined else { throw SecretError.cannotOpen }
        return [version] + withUnsafeBytes(of: keyID.bigEndian, Array.init) + combined
    }

    private static func keyID(of sealed: [UInt8]) throws -> UInt32 {
        guard sealed.count >= 5 + 12 + 16, sealed[0] == version else { throw SecretError.cannotOpen }
        return sealed[1..<5].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func open(_ sealed: [UInt8], _ key: SymmetricKey, _ authenticated: Data) throws -> [UInt8] {
        _ = try keyID(of: sealed)
        do {
            return Array(try AES.GCM.open(AES.GCM.SealedBox(combined: sealed[5...]), using: key, authenticating: authenticated))
        } catch {
            throw SecretError.cannotOpen
        }
    }
}
