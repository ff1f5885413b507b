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
    /// Of the definition that it was made for.
    let shape: Int32
    private let list: InstanceList

    init(id: Int32, layout: SampleLayout, shape: Int32 = 0) {
        self.id = id
        self.shape = shape
        list = .of(layout.instances)
    }

    /// Where each of `instances` stands that has a place here.
    func somePlaces(of instances: InstanceList) -> InstanceList.Places { instances.places(in: list) }

    /// Where each of `instances` stands; nil when one has no place here.
    func places(of instances: InstanceList) -> InstanceList.Places? {
        let places = somePlaces(of: instances)
        if case .at(let all) = places, all.contains(nil) { return nil }
        return places
    }

    /// `values`, row by row, put to their places; nil elsewhere.
    func spread<Value>(_ values: [Value?], places: InstanceList.Places, width: Int) -> [Value?] {
        guard case .at(let rows) = places else { return values }
        var spread = [Value?](repeating: nil, count: list.hashes.count * width)
        for (row, place) in rows.enumerated() {
            guard let place else { continue }
            for column in 0..<width { spread[place * width + column] = values[row * width + column] }
        }
        return spread
    }
}
