import Foundation
import TDS

/// The rows of sampled views that the queries of one batch have read, for those that come right after.
final class ViewSamples {
    /// Statements that are further apart read anew: after a WAITFOR the counters have moved.
    static let ageSecondsMax = 0.1

    private var known: [String: (at: Date, rows: [[TDSValue]])] = [:]

    func rows(of view: VirtualView, at moment: Date) -> [[TDSValue]]? {
        guard let sample = known[view.key], abs(moment.timeIntervalSince(sample.at)) <= Self.ageSecondsMax else { return nil }
        return sample.rows
    }

    /// What changes something comes between: the next query reads anew.
    func forget() { known = [:] }

    func remember(_ rows: [[TDSValue]], of view: VirtualView, at moment: Date) { known[view.key] = (moment, rows) }
}
