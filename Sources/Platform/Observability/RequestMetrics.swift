import HTTPTypes
import Synchronization

/// Counts and durations of requests by method, matched route and status: never by raw address, so their number is bounded by the routes.
package final class RequestMetrics: Sendable {
    /// Upper bounds of the histogram in seconds.
    static let bounds: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]
    /// Series kept; requests of further ones are counted as "other".
    static let seriesCountMax = 2_000

    struct Series: Hashable {
        var method: String
        var route: String
        var status: Int
    }

    struct Histogram {
        var counts = [Int](repeating: 0, count: bounds.count)
        var count = 0
        var sum = 0.0
    }

    private let series = Mutex<[Series: Histogram]>([:])
    private static let knownMethods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    package init() {}

    func record(method: HTTPRequest.Method, route: String, status: Int, seconds: Double) {
        let name = Self.knownMethods.contains(method.rawValue) ? method.rawValue : "other"
        let key = Series(method: name, route: route, status: status)
        let place = Self.bounds.firstIndex { seconds <= $0 }
        series.withLock { series in
            let key = series[key] == nil && series.count >= Self.seriesCountMax ? Series(method: "other", route: "other", status: 0) : key
            series[key, default: Histogram()].count += 1
            series[key]?.sum += seconds
            if let place { series[key]?.counts[place] += 1 }
        }
    }

    var snapshot: [Series: Histogram] { series.withLock { $0 } }
}
