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
    static func of(_ instances: [String]) -> InstanceList {
        let hashes = instances.map(InstanceHash.of)
        let digest = hashes.reduce(UInt64(hashes.count)) { ($0 &* 0x9e37_79b9_7f4a_7c15 ^ $1) &* 0xff51_afd7_ed55_8ccd }
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
        var hash = copy.withUTF8 { bytes in
            bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        }
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ hash >> 33
    }
}
