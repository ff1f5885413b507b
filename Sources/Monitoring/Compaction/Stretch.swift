package import Foundation

/// The pieces of time that samples are stored in, in milliseconds since 1970. Pure.
package enum Stretch {
    /// Raw samples: one chunk for each server and two hours.
    package static let seconds = 7_200.0
    package static let milliseconds: Int64 = 7_200_000
    /// Stretches that end less than this ago are left alone: late runs have had their chance.
    package static let settleSeconds = 600.0
    package static let dayMilliseconds: Int64 = 86_400_000
    /// Steps of the rollups, in seconds.
    package static let resolutions = [300, 3_600]

    package static func start(_ time: Int64, of length: Int64 = milliseconds) -> Int64 { time - ((time % length) + length) % length }

    /// The beginning of the oldest stretch that may still have a server's samples in the head. A server's turn lies within a stretch's
    /// length after `settleSeconds`, by its id (`CompactionSQL.due`): so a fleet is compacted evenly, and not all of it every other hour.
    package static func cutoff(now: Date) -> Date { Date(milliseconds: start((now - settleSeconds).milliseconds - milliseconds)) }
}

extension Date {
    /// Since 1970, rounded.
    package var milliseconds: Int64 { Int64((min(max(timeIntervalSince1970, -1e11), 1e11) * 1_000).rounded()) }
    package init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1_000) }
}
