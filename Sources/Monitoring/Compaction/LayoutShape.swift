/// What the positions of a collector's packed rows mean on one server (`monitoring.layouts`).
package struct LayoutShape: Sendable, Equatable {
    package let id: Int32
    package let collector: String
    /// The rows' labels, each a JSON array of strings in the columns' order.
    package let instances: [String]
    /// Metrics of the gauge and of the counter columns.
    package let gauges: [Int16]
    package let counters: [Int16]

    package var floatCount: Int { instances.count * gauges.count }
    package var integerCount: Int { instances.count * counters.count }

    /// Packed rows hold one instance after the other. Chunks hold one metric after the other, so that a metric's series lie in the same
    /// blocks. The place in a packed row of a chunk's column, for `perInstance` metrics:
    package func packedPlace(column: Int, perInstance: Int) -> Int {
        instances.isEmpty ? 0 : column % instances.count * perInstance + column / instances.count
    }

    /// The column, in a section, of a gauge's (counter's) series.
    package func floatColumn(gauge: Int, instance: Int) -> Int { gauge * instances.count + instance }
    package func integerColumn(counter: Int, instance: Int) -> Int { floatCount + counter * instances.count + instance }
}
