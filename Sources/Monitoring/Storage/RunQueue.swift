/// What waits, the oldest first. Taking and dropping at the front cost the same however much waits. Pure.
struct RunQueue<Element> {
    /// Those before `head` are gone.
    private var places: [Element?] = []
    private var head = 0

    var count: Int { places.count - head }
    var isEmpty: Bool { count == 0 }
    var all: [Element] { places[head...].compactMap { $0 } }

    mutating func append(_ element: Element) { places.append(element) }

    /// Takes the oldest, at most `countMax`.
    mutating func take(_ countMax: Int) -> [Element] {
        let end = min(places.count, head + max(0, countMax))
        let taken = places[head..<end].compactMap { $0 }
        for place in head..<end { places[place] = nil }
        head = end
        giveBack()
        return taken
    }

    /// Puts back what was taken: it is older than all that waits.
    mutating func putBack(_ elements: [Element]) {
        places.replaceSubrange(..<head, with: elements.map { $0 })
        head = 0
    }

    private mutating func giveBack() {
        guard head > 64, head * 2 >= places.count else { return }
        places.removeFirst(head)
        head = 0
    }
}
