import Crypto
import CryptoExtras
import Dispatch
import Foundation
import Primitives
import Synchronization

/// A password as it is stored: scrypt (RFC 7914) with its parameters, `scrypt$N$r$p$salt$hash` in base 64.
struct PasswordHash: Sendable, Equatable {
    static let saltBytes = 16
    static let hashBytes = 32

    let rounds: Int
    let salt: [UInt8]
    let hash: [UInt8]

    /// Nil when `text` is not such a hash.
    init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), parts[2] == "8", parts[3] == "1",
            let salt = Data(base64Encoded: String(parts[4])), let hash = Data(base64Encoded: String(parts[5]))
        else { return nil }
        self.rounds = rounds
        self.salt = Array(salt)
        self.hash = Array(hash)
    }

    init(rounds: Int, salt: [UInt8], hash: [UInt8]) {
        self.rounds = rounds
        self.salt = salt
        self.hash = hash
    }

    var text: String { "scrypt$\(rounds)$8$1$\(Data(salt).base64EncodedString())$\(Data(hash).base64EncodedString())" }
}

/// Hashes passwords on threads of its own: each takes 50 ms and 32 MiB, so only a few run at once and not too many wait.
package final class PasswordHasher: Sendable {
    /// Hashes under way at once; 32 MiB each.
    package static let parallelCountMax = 2
    /// Hashes that may wait for their turn.
    package static let waitingCountMax = 64
    /// Cost N of scrypt for new passwords.
    package static let rounds = 1 << 15

    private let queues: [DispatchQueue]
    private let rounds: Int
    private let state = Mutex<(waiting: Int, turn: Int)>((0, 0))
    /// Verified in place of an unknown account's, so that nobody can tell by the time it takes.
    private let dummy: PasswordHash

    /// - Parameter rounds: lower only in tests.
    package init(rounds: Int = PasswordHasher.rounds) {
        self.rounds = rounds
        queues = (0..<Self.parallelCountMax).map { DispatchQueue(label: "password-\($0)") }
        dummy = PasswordHash(rounds: rounds, salt: RandomBytes.make(PasswordHash.saltBytes), hash: RandomBytes.make(PasswordHash.hashBytes))
    }

    /// The stored form of `password`. Throws `.unavailable` when too many wait.
    package func hash(_ password: String) async throws -> String {
        let rounds = rounds
        return try await onQueue {
            let salt = RandomBytes.make(PasswordHash.saltBytes)
            return PasswordHash(rounds: rounds, salt: salt, hash: try Self.derive(password, salt: salt, rounds: rounds)).text
        }
    }

    /// Whether `password` is the one behind `stored`; nil takes as long and is never right. Throws `.unavailable` when too many wait.
    package func verify(_ password: String, stored: String?) async throws -> Bool {
        let known = stored.flatMap { PasswordHash(text: $0) }
        let expected = known ?? dummy
        return try await onQueue {
            let hash = try Self.derive(password, salt: expected.salt, rounds: expected.rounds)
            return ConstantTime.equal(hash, expected.hash) && known != nil
        }
    }

    private static func derive(_ password: String, salt: [UInt8], rounds: Int) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt, outputByteCount: PasswordHash.hashBytes,
            rounds: rounds,
            blockSize: 8, parallelism: 1, maxMemory: 64 << 20)
        return key.withUnsafeBytes { Array($0) }
    }

    private func onQueue<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        let turn: Int? = state.withLock { state in
            guard state.waiting < Self.waitingCountMax else { return nil }
            state.waiting += 1
            state.turn = (state.turn + 1) % Self.parallelCountMax
            return state.turn
        }
        guard let turn else {
            throw AppError(.unavailable, "Too many people sign in just now; try again in a moment", retryAfterSeconds: 2)
        }
        defer { state.withLock { $0.waiting -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queues[turn].async { continuation.resume(with: Result { try work() }) }
        }
    }
}

/// Random bytes from the system's generator.
enum RandomBytes {
    static func make(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

/// Comparisons that take as long wherever the difference is.
enum ConstantTime {
    static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
