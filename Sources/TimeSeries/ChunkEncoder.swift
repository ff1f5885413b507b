/// Writes one chunk: sections are announced, then their columns follow in the same order, and go out in compressed blocks as they come, so
/// that no more than a block waits in memory uncompressed.
package struct ChunkEncoder {
    static let version: UInt8 = 1

    private struct Section {
        var id: Int32
        var axis: Int
        var floatCount: Int
        var integerCount: Int
    }

    private let isRollup: Bool
    private let unitsPerSecond: Double
    private let zstd = Zstd.Compressor()
    private var sections: [Section] = []
    private var axes: [Axis] = []
    private var indexByAxis: [Axis: Int] = [:]
    private var data: [UInt8] = []
    private var blocks: [UInt8] = []
    private var blockCount = 0
    private var axisEntry: [UInt8] = []
    private var pending: [UInt8] = []
    private var pendingColumnCount = 0
    private var pendingValueCount = 0
    private var column: [UInt8] = []
    /// The section, and the column in it, that comes next.
    private var next = (section: 0, column: 0)
    /// Columns that were announced and did not come yet.
    private var columnCount = 0

    /// - Parameters:
    ///   - isRollup: whether the columns are `Rollup`s.
    ///   - unitsPerSecond: of the axes.
    package init(isRollup: Bool = false, unitsPerSecond: Double = 1_000) {
        self.isRollup = isRollup
        self.unitsPerSecond = unitsPerSecond
    }

    /// Announces a section; all are, before the first column. Its floats come first, then its whole numbers.
    package mutating func add(section id: Int32, axis: Axis, floatCount: Int, integerCount: Int) {
        precondition(data.isEmpty, "Sections are announced before the columns.")
        precondition(axis.count <= ChunkLimits.rowCountMax && sections.count < ChunkLimits.sectionCountMax)
        let index: Int
        if let known = indexByAxis[axis] {
            index = known
        } else {
            index = axes.count
            axes.append(axis)
            indexByAxis[axis] = index
        }
        sections.append(Section(id: id, axis: index, floatCount: floatCount, integerCount: integerCount))
        columnCount += floatCount + integerCount
        precondition(columnCount <= ChunkLimits.columnCountMax)
    }

    package mutating func append(_ values: Column<Double>) {
        let axis = beginColumn()
        precondition(values.count == axis.count && !isRollup)
        ColumnCodec.encode(values, into: &column)
        endColumn(rowCount: axis.count)
    }

    package mutating func append(_ values: Column<Int64>) {
        let axis = beginColumn()
        precondition(values.count == axis.count && !isRollup)
        ColumnCodec.encode(values, into: &column)
        endColumn(rowCount: axis.count)
    }

    /// - Parameter isCounter: whether it belongs to one of the section's whole numbers.
    package mutating func append(_ rollup: Rollup, isCounter: Bool) {
        let axis = beginColumn()
        precondition(rollup.count == axis.count && isRollup)
        RollupCodec.encode(rollup, axis: axis, isCounter: isCounter, unitsPerSecond: unitsPerSecond, into: &column)
        endColumn(rowCount: axis.count)
    }

    /// The directory, and the data that it describes.
    package consuming func finish() -> (directory: [UInt8], data: [UInt8]) {
        flush()
        writeAxes()
        precondition(columnCount == 0, "Every column that was announced comes.")
        var directory: [UInt8] = [Self.version, isRollup ? 1 : 0]
        directory.append(varint: axes.count)
        for axis in axes { directory.append(varint: axis.count) }
        directory += axisEntry
        directory.append(varint: sections.count)
        for section in sections {
            directory.append(signed: Int64(section.id))
            directory.append(varint: section.axis)
            directory.append(varint: section.floatCount)
            directory.append(varint: section.integerCount)
        }
        directory.append(varint: blockCount)
        directory += blocks
        directory.append(fixed32: Checksum.crc32(directory[...]))
        return (directory, data)
    }

    // MARK: Columns and blocks

    private mutating func beginColumn() -> Axis {
        writeAxes()
        while sections[next.section].floatCount + sections[next.section].integerCount == next.column {
            next = (next.section + 1, 0)
        }
        let axis = axes[sections[next.section].axis]
        if pendingColumnCount > 0,
            pendingColumnCount == ChunkLimits.blockColumnCountMax || pendingValueCount + axis.count > ChunkLimits.blockValueCountMax
        {
            flush()
        }
        column.removeAll(keepingCapacity: true)
        return axis
    }

    private mutating func endColumn(rowCount: Int) {
        pending.append(varint: column.count)
        pending += column
        pendingColumnCount += 1
        pendingValueCount += rowCount
        next.column += 1
        columnCount -= 1
    }

    private mutating func flush() {
        guard pendingColumnCount > 0 else { return }
        blocks.append(varint: pendingColumnCount)
        blocks += store(pending)
        blockCount += 1
        pending.removeAll(keepingCapacity: true)
        (pendingColumnCount, pendingValueCount) = (0, 0)
    }

    private mutating func writeAxes() {
        guard axisEntry.isEmpty else { return }
        var bytes: [UInt8] = []
        for axis in axes {
            IntegerCodec.encode(axis.times, into: &bytes)
            IntegerCodec.encode(axis.offsets, into: &bytes)
            ColumnCodec.encode(AxisSpans.differences(axis), into: &bytes)
        }
        axisEntry = store(bytes)
    }

    /// Appends a block to the data; returns its entry: stored size, size (0: not compressed), checksum.
    private mutating func store(_ bytes: [UInt8]) -> [UInt8] {
        let compressed = zstd.compress(bytes)
        let stored = compressed ?? bytes
        var entry: [UInt8] = []
        entry.append(varint: stored.count)
        entry.append(varint: compressed == nil ? 0 : bytes.count)
        entry.append(fixed32: Checksum.crc32(stored[...]))
        data += stored
        return entry
    }
}

/// Spans are written as what they differ from the time between the measurements, which is little.
enum AxisSpans {
    static func differences(_ axis: Axis) -> Column<Int64> {
        Column(axis.spans.indices.map { row in axis.spans[row].map { $0 &- expected(axis.times, axis.offsets, row) } }, filler: 0)
    }

    static func restored(_ differences: Column<Int64>, times: [Int64], offsets: [Int64]) -> [Int64?] {
        times.indices.map { row in differences[row].map { $0 &+ expected(times, offsets, row) } }
    }

    private static func expected(_ times: [Int64], _ offsets: [Int64], _ row: Int) -> Int64 {
        row == 0 ? 0 : (times[row] &+ offsets[row]) &- (times[row - 1] &+ offsets[row - 1])
    }
}
