import Foundation

/// Where in the packed rows of a collector on a server each series stands. Pure.
///
/// A layout is kept as long as it can hold what comes: rows that are away leave holes (no value), and only rows that were never seen make a
/// new one, so that lists whose members come and go do not make a layout for every run.
struct SampleLayout: Sendable, Equatable {
    /// Holes that are kept beside what is there, at most: as many again, and this many for short lists.
    static let holeCountMin = 32

    /// In order.
    var instances: [String]

    /// The layout that holds `present` and as much of `old` as is worth it.
    static func covering(_ present: [String], after old: [String]) -> SampleLayout {
        let union = Set(present).union(old)
        let isWorthIt = union.count <= max(2 * present.count, present.count + holeCountMin)
        return SampleLayout(instances: (isWorthIt ? Array(union) : present).sorted())
    }

    /// The labels that an instance is named by.
    static func labels(_ instance: String) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(instance.utf8))) ?? []  // ours: it is an array of strings
    }

    /// Names the layout among those of its server and collector.
    func digest(gauges: [Int16], counters: [Int16]) -> Int64 {
        let text = instances.joined(separator: "\u{1}") + "\u{2}\(gauges)\u{2}\(counters)"
        return Int64(bitPattern: InstanceHash.of(text))
    }
}

/// A layout that is in the database, in the short form that is kept in memory.
struct KnownLayout: Sendable {
    var id: Int32
    var count: Int
    private var positions: [UInt64: Int32]

    init(id: Int32, layout: SampleLayout) {
        self.id = id
        count = layout.instances.count
        positions = Dictionary(
            layout.instances.enumerated().map { (InstanceHash.of($1), Int32($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Where each of `instances` stands; nil when one has no place here.
    func places(of instances: [String]) -> [Int]? {
        var places: [Int] = []
        places.reserveCapacity(instances.count)
        for instance in instances {
            guard let place = positions[InstanceHash.of(instance)] else { return nil }
            places.append(Int(place))
        }
        return places
    }

    /// `values`, row by row, put to their places; nil elsewhere.
    func spread<Value>(_ values: [Value?], places: [Int], width: Int) -> [Value?] {
        var spread = [Value?](repeating: nil, count: count * width)
        for (row, place) in places.enumerated() {
            for column in 0..<width { spread[place * width + column] = values[row * width + column] }
        }
        return spread
    }
}
