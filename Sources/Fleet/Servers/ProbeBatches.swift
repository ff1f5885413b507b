import Engines

/// Connection tests of operations, in batches: whoever comes while batches are under way waits, and goes into the next one.
actor ProbeBatches {
    private final class Ticket {
        let target: Target
        var result: ProbeResult?
        /// Resumed when there is a result, or a place for another batch.
        var continuation: CheckedContinuation<Void, Never>?
        init(_ target: Target) { self.target = target }

        func wake() {
            continuation?.resume()
            continuation = nil
        }
    }

    private let probe: @Sendable ([Target]) async -> [ProbeResult]
    private let batchCountMax: Int
    private var freePlaces: Int
    private var waiting: [Ticket] = []

    /// - Parameters:
    ///   - places: batches under way at once.
    ///   - probe: answers in the order of its targets, always.
    init(places: Int, batchCountMax: Int, probe: @escaping @Sendable ([Target]) async -> [ProbeResult]) {
        freePlaces = places
        self.batchCountMax = batchCountMax
        self.probe = probe
    }

    /// Tries `target` when its turn comes. Always answers.
    func run(_ target: Target) async -> ProbeResult {
        let ticket = Ticket(target)
        waiting.append(ticket)
        while true {
            if let result = ticket.result { return result }
            if freePlaces > 0, !waiting.isEmpty {
                await runBatch()
            } else {
                await withCheckedContinuation { ticket.continuation = $0 }
            }
        }
    }

    private func runBatch() async {
        freePlaces -= 1
        await Task.yield()  // those who come at the same time go along
        let batch = Array(waiting.prefix(batchCountMax))
        waiting.removeFirst(batch.count)
        if !batch.isEmpty {
            let results = await probe(batch.map(\.target))
            for (ticket, result) in zip(batch, results) {
                ticket.result = result
                ticket.wake()
            }
        }
        freePlaces += 1
        waiting.first { $0.continuation != nil }?.wake()
    }
}
