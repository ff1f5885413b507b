import Engines
import Synchronization

/// The instances of a collector's rows in short: a hash of each, in their order.
///
/// Thousands of servers have the same wait types and counters: lists that are alike are one object in a process, and two runs of a server
/// are compared by looking whether theirs is the same.
package final class InstanceList: Sendable {
    /// Where the instances of one list stand in another.
    enum Places: Equatable {
        /// Each at its own place: the lists are alike.
        case same
        /// In order; nil for one that is not there.
        case at([Int?])
    }

    private struct Weak {
        weak var list: InstanceList?
    }

    private struct Known {
        var lists: [UInt64: Weak] = [:]
        var sweepCount = 1_024
    }

    private static let known = Mutex(Known())

    let hashes: [UInt64]

    private init(_ hashes: [UInt64]) { self.hashes = hashes }

    /// The list of `instances`, shared by all that have the same.
    static func of(_ instances: [String]) -> InstanceList { of(hashes: instances.map { InstanceHash.of($0) }) }

    /// The list of the instances that have these hashes.
    static func of(hashes: [UInt64]) -> InstanceList {
        let digest = digest(hashes)
        return known.withLock { known in
            // A list of the same digest that differs is left alone: the new one is then nobody's but its own.
            if let list = known.lists[digest]?.list { return list.hashes == hashes ? list : InstanceList(hashes) }
            if known.lists.count >= known.sweepCount {
                known.lists = known.lists.filter { $0.value.list != nil }
                known.sweepCount = max(1_024, 2 * known.lists.count)
            }
            let list = InstanceList(hashes)
            known.lists[digest] = Weak(list: list)
            return list
        }
    }

    /// The list whose instances have these hashes, in their order; nil where nobody in the process has it.
    static func known(_ hashes: [UInt64]) -> InstanceList? {
        let digest = digest(hashes)
        let list = known.withLock { $0.lists[digest]?.list }
        return list?.hashes == hashes ? list : nil
    }

    private static func digest(_ hashes: [UInt64]) -> UInt64 {
        hashes.reduce(UInt64(hashes.count)) { ($0 &* 0x9e37_79b9_7f4a_7c15 ^ $1) &* 0xff51_afd7_ed55_8ccd }
    }

    /// Where each of this list's instances stands in `other`.
    func places(in other: InstanceList) -> Places {
        if self === other || hashes == other.hashes { return .same }
        let positions = Dictionary(other.hashes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return .at(hashes.map { positions[$0] })
    }
}

extension InstanceList: Equatable {
    package static func == (left: InstanceList, right: InstanceList) -> Bool { left === right || left.hashes == right.hashes }
}

/// A short name for a series' labels, the same in every process: FNV-1a, stirred by MurmurHash3's finalizer as PlanKey's is.
enum InstanceHash {
    static func of(_ text: String) -> UInt64 {
        var copy = text
        return copy.withUTF8 { stirred($0.reduce(start, adding)) }
    }

    /// The hash of the JSON array of `labels`, without making its text where none of them holds what JSON escapes.
    static func of(_ labels: some Collection<String>) -> UInt64 {
        var hash = adding(start, UInt8(ascii: "["))
        var isFirst = true
        for var label in labels {
            if !isFirst { hash = adding(hash, UInt8(ascii: ",")) }
            isFirst = false
            hash = adding(hash, UInt8(ascii: "\""))
            let isPlain = label.withUTF8 { bytes in
                for byte in bytes {
                    if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
                    hash = adding(hash, byte)
                }
                return true
            }
            if !isPlain { return of(CollectorDefinition.instance(labels)) }
            hash = adding(hash, UInt8(ascii: "\""))
        }
        return stirred(adding(hash, UInt8(ascii: "]")))
    }

    private static let start: UInt64 = 0xcbf2_9ce4_8422_2325

    private static func adding(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

    private static func stirred(_ hash: UInt64) -> UInt64 {
        var hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ hash >> 33
    }
}
