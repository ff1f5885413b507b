import Fleet
import Foundation
import Platform
import Primitives
import Synchronization

/// Which servers this collector is reading at this moment, in a small file that outlives the process.
///
/// Drivers are C code and may take the process along. The next process finds here who was being read then, and does not simply run into
/// the same crash again, over and over, with all other servers of its share. Each running read has a slot of fixed size, written by one
/// `pwrite`; nothing is synced, since a crash of the process leaves the page cache alone.
package final class InFlightRecord: Sendable {
    /// Reads that are recorded at once; further ones are not. More than a collector's lanes have threads.
    package static let slotCountMax = 512
    /// A tenant's id, a server's id, how often reading it has ended the process before, and padding.
    private static let slotBytes = 40

    private let descriptor: Int32
    private let free = Mutex(Array((0..<slotCountMax).reversed()))
    /// Servers that were being read when the last process ended without having cleared the record, and how often in a row by now.
    package let interrupted: [PlanKey: Int]

    /// Opens the record at `path`, reads what the last process left, and empties it. Throws `CocoaError` when the file cannot be had.
    package init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
        var bytes = [UInt8](repeating: 0, count: Self.slotBytes * Self.slotCountMax)
        let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
        var interrupted: [PlanKey: Int] = [:]
        for start in stride(from: 0, to: count - Self.slotBytes + 1, by: Self.slotBytes) {
            let slot = bytes[start..<start + Self.slotBytes]
            guard slot.contains(where: { $0 != 0 }) else { continue }
            let (key, strikes) = slot.withUnsafeBytes {
                (
                    PlanKey(
                        tenant: Tenant.ID(uuid: UUID(uuid: $0.loadUnaligned(as: uuid_t.self))),
                        server: Server.ID(uuid: UUID(uuid: $0.loadUnaligned(fromByteOffset: 16, as: uuid_t.self)))),
                    Int($0[32])
                )
            }
            interrupted[key] = strikes + 1
        }
        self.interrupted = interrupted
        ftruncate(descriptor, 0)
    }

    deinit { close(descriptor) }

    /// Notes that `key` is being read. Returns its slot; nil when all are taken.
    func begin(_ key: PlanKey, strikes: Int) -> Int? {
        guard let slot = free.withLock({ $0.popLast() }) else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.slotBytes)
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: key.tenant.uuid.uuid, as: uuid_t.self)
            $0.storeBytes(of: key.server.uuid.uuid, toByteOffset: 16, as: uuid_t.self)
            $0[32] = UInt8(clamping: strikes)
        }
        pwrite(descriptor, bytes, bytes.count, off_t(slot * Self.slotBytes))
        return slot
    }

    /// Notes that the read in `slot` is over.
    func end(_ slot: Int?) {
        guard let slot else { return }
        let bytes = [UInt8](repeating: 0, count: Self.slotBytes)
        pwrite(descriptor, bytes, bytes.count, off_t(slot * Self.slotBytes))
        free.withLock { $0.append(slot) }
    }

    /// Empties the record: the process ends by itself, and what it still reads is nobody's fault.
    func clear() { ftruncate(descriptor, 0) }
}

/// Servers under suspicion of having ended a collector: each is tried in a child process before it is read here again.
final class Quarantine: Sendable {
    /// Ends of the process in a row, with the same server being read, after which it is left alone for a while.
    static let strikesMax = 3
    /// Seconds for which such a server is left alone.
    static let restSeconds = 900.0

    /// What is to be done with a server that is due.
    enum Verdict: Equatable {
        case read
        /// Try it in a child process first.
        case vet
        /// Leave it alone until then.
        case rest(until: Date)
    }

    private let strikes: Mutex<[PlanKey: Int]>
    private let startedAt: Date

    init(_ interrupted: [PlanKey: Int], startedAt: Date) {
        strikes = Mutex(interrupted)
        self.startedAt = startedAt
    }

    var count: Int { strikes.withLock { $0.count } }

    func strikes(of key: PlanKey) -> Int { strikes.withLock { $0[key] ?? 0 } }

    func verdict(on key: PlanKey, now: Date) -> Verdict {
        let strikes = strikes(of: key)
        let until = startedAt.addingTimeInterval(Self.restSeconds)
        if strikes >= Self.strikesMax, now < until { return .rest(until: until) }
        return strikes > 0 ? .vet : .read
    }

    /// It was read and the process is still there.
    func acquit(_ key: PlanKey) { strikes.withLock { _ = $0.removeValue(forKey: key) } }
}
