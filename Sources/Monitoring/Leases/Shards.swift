/// The fleet is cut into shards by a hash of the server's id; collectors lease shards, not servers.
package enum Shards {
    package static let count = 256

    /// How many shards each of `collectorCount` live collectors may hold: all are covered, and the shares differ by little.
    package static func fairShare(collectorCount: Int) -> Int {
        let collectors = max(1, collectorCount)
        return (count + collectors - 1) / collectors
    }
}
