/// A record of RING_BUFFER_SCHEDULER_MONITOR: CPU over the last minute. The XML is read here, which costs the target nothing.
struct SchedulerMonitorRecord: Equatable {
    /// CPU of the SQL Server process, percent of all cores; more than 100 (seen on NUMA machines) is cut to 100.
    let enginePercent: Double
    private let idlePercent: Double?

    /// Reads the elements of SystemHealth; nil when the record has none.
    init?(_ xml: String) {
        guard xml.contains("<SystemHealth>"), let process = Self.number("ProcessUtilization", in: xml) else { return nil }
        enginePercent = min(100, max(0, process))
        idlePercent = Self.number("SystemIdle", in: xml).map { min(100, max(0, $0)) }
    }

    /// CPU of the machine. On Linux before 2025 CU1 idle reads 0, so what other processes use is not known: then it is SQL Server's own
    /// share, the least that
    /// it can be. Nil when the record does not say.
    func totalPercent(isLinux: Bool) -> Double? {
        guard let idlePercent else { return nil }
        if isLinux, idlePercent == 0 { return enginePercent }
        return max(enginePercent, 100 - idlePercent)
    }

    private static func number(_ element: String, in xml: String) -> Double? {
        guard let start = xml.firstRange(of: "<\(element)>"), let end = xml[start.upperBound...].firstRange(of: "<") else { return nil }
        return Double(xml[start.upperBound..<end.lowerBound])
    }
}
