package import Engines
package import Foundation

/// How tasks of one server waited over a stretch of time, by category over time and by type in all.
package struct WaitHistory: Sendable {
    /// Types of waits that are named, the longest first (PRD 3.4-5); a caller may ask for others.
    package static let topCountDefault = 10
    package static let topCountMax = 50

    /// Milliseconds that tasks waited, for each second in which that was measured.
    package struct Point: Sendable, Equatable {
        package var at: Date
        package var msPerSecond: Double
    }
    /// A category that had waits in the stretch. It has a point wherever waits were measured, 0 too; where nothing was, there is none.
    package struct Category: Sendable {
        package var name: WaitCategory
        package var points: [Point]
    }
    /// One wait type over the whole stretch.
    package struct Total: Sendable, Equatable {
        package var type: String
        package var waitMs: Double
        /// Of it: waiting for a processor, after what was waited for had come.
        package var signalMs: Double
        package var waitingTasks: Double
        package var msPerSecond: Double
    }

    package var intervalSeconds: Int
    /// In the order of their waits, the longest first.
    package var categories: [Category]
    package var top: [Total]
}
