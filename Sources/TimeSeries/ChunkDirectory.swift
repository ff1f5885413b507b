/// What a chunk's data holds, and where: read first, so that only the blocks that are needed are fetched.
package struct ChunkDirectory: Sendable {
    /// Columns of one collector's rows: floats first, then whole numbers.
    package struct Section: Sendable, Equatable {
        package let id: Int32
        /// Which axis.
        package let axis: Int
        package let rowCount: Int
        package let floatCount: Int
        package let integerCount: Int
        /// The number, in the whole chunk, of the first of its columns.
        package let firstColumn: Int
        package var columns: Range<Int> { firstColumn..<firstColumn + floatCount + integerCount }
    }
    /// A stretch of the data.
    package struct Block: Sendable, Equatable {
        /// Which columns of the whole chunk; none: the axes.
        package let columns: Range<Int>
        /// Which bytes of the data.
        package let range: Range<Int>
        fileprivate let size: Int
        fileprivate let checksum: UInt32
    }
    /// A column as it was stored.
    package enum Values: Sendable {
        case floats(Column<Double>)
        case integers(Column<Int64>)
        case rollup(Rollup)
    }

    package let isRollup: Bool
    package let sections: [Section]
    package let axisBlock: Block
    package let blocks: [Block]
    private let rowCounts: [Int]
    private let unitsPerSecond: Double

    /// How many bytes the data has.
    package var dataSize: Int { blocks.last?.range.upperBound ?? axisBlock.range.upperBound }

    package init(_ bytes: [UInt8], unitsPerSecond: Double = 1_000) throws(DamagedChunk) {
        guard bytes.count > 6 else { throw DamagedChunk("a directory of \(bytes.count) bytes") }
        guard bytes[0] == ChunkEncoder.version else { throw DamagedChunk("a chunk of version \(bytes[0])") }
        var tail = ByteReader(bytes[(bytes.count - 4)...])
        guard try tail.fixed32() == Checksum.crc32(bytes[..<(bytes.count - 4)]) else { throw DamagedChunk("the directory's checksum") }
        guard bytes[1] <= 1 else { throw DamagedChunk("no such kind of chunk: \(bytes[1])") }
        isRollup = bytes[1] == 1
        self.unitsPerSecond = unitsPerSecond
        var reader = ByteReader(bytes[2..<(bytes.count - 4)])
        var rowCounts: [Int] = []
        for _ in 0..<(try reader.count("axes", max: ChunkLimits.sectionCountMax)) {
            rowCounts.append(try reader.count("rows", max: ChunkLimits.rowCountMax))
        }
        self.rowCounts = rowCounts
        axisBlock = try Self.block(0..<0, from: 0, &reader)
        sections = try Self.sections(rowCounts, &reader)
        guard sections.reduce(0, { $0 + $1.rowCount * $1.columns.count }) <= ChunkLimits.valueCountMax else {
            throw DamagedChunk("more values than a chunk may hold")
        }
        let columnCount = sections.last?.columns.upperBound ?? 0
        var blocks: [Block] = []
        var (column, offset) = (0, axisBlock.range.upperBound)
        for _ in 0..<(try reader.count("blocks", max: columnCount)) {
            let count = try reader.count("columns of a block", max: min(ChunkLimits.blockColumnCountMax, columnCount - column))
            blocks.append(try Self.block(column..<column + count, from: offset, &reader))
            column += count
            offset = blocks[blocks.count - 1].range.upperBound
        }
        guard column == columnCount else { throw DamagedChunk("\(columnCount - column) columns are in no block") }
        try reader.expectEnd()
        self.blocks = blocks
    }

    private static func sections(_ rowCounts: [Int], _ reader: inout ByteReader) throws(DamagedChunk) -> [Section] {
        var sections: [Section] = []
        var column = 0
        for _ in 0..<(try reader.count("sections", max: ChunkLimits.sectionCountMax)) {
            guard let id = Int32(exactly: try reader.signed()) else { throw DamagedChunk("a section's number out of range") }
            let axis = try reader.count("axis", max: ChunkLimits.sectionCountMax)
            guard axis < rowCounts.count else { throw DamagedChunk("a section without its axis") }
            let floatCount = try reader.count("columns", max: ChunkLimits.columnCountMax - column)
            let integerCount = try reader.count("columns", max: ChunkLimits.columnCountMax - column - floatCount)
            sections.append(
                Section(
                    id: id, axis: axis, rowCount: rowCounts[axis], floatCount: floatCount, integerCount: integerCount, firstColumn: column))
            column += floatCount + integerCount
        }
        return sections
    }

    private static func block(_ columns: Range<Int>, from offset: Int, _ reader: inout ByteReader) throws(DamagedChunk) -> Block {
        let stored = try reader.count("bytes of a block", max: ChunkLimits.blockSizeBytesMax)
        let size = try reader.count("bytes of a block", max: ChunkLimits.blockSizeBytesMax)
        return Block(columns: columns, range: offset..<offset + stored, size: size, checksum: try reader.fixed32())
    }

    /// The block that holds a column of the whole chunk.
    package func block(of column: Int) -> Block? { blockIndex(of: column).map { blocks[$0] } }

    package func blockIndex(of column: Int) -> Int? {
        var (low, high) = (0, blocks.count)
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].columns.upperBound <= column { low = middle + 1 } else { high = middle }
        }
        return low < blocks.count && blocks[low].columns.contains(column) ? low : nil
    }

    /// The axes, out of the bytes of `axisBlock`.
    package func axes(_ bytes: ArraySlice<UInt8>) throws(DamagedChunk) -> [Axis] {
        let content = try content(axisBlock, bytes)
        var reader = ByteReader(content[...])
        var axes: [Axis] = []
        for count in rowCounts {
            let times = try IntegerCodec.decode(count, from: &reader)
            let offsets = try IntegerCodec.decode(count, from: &reader)
            let differences = try ColumnCodec.decodeIntegers(count, from: &reader)
            axes.append(
                Axis(times: times, offsets: offsets, spans: AxisSpans.restored(differences, times: times, offsets: offsets)))
        }
        try reader.expectEnd()
        return axes
    }

    /// The columns of a block that `isWanted`, by their number in the whole chunk.
    ///
    /// - Parameter bytes: those of the block's range.
    package func columns(
        of block: Block, _ bytes: ArraySlice<UInt8>, axes: [Axis], where isWanted: (Int) -> Bool = { _ in true }
    ) throws(DamagedChunk) -> [Int: Values] {
        let content = try content(block, bytes)
        var reader = ByteReader(content[...])
        var found: [Int: Values] = [:]
        for column in block.columns {
            var part = ByteReader(try reader.slice(try reader.count("bytes of a column", max: reader.remaining)))
            guard isWanted(column) else { continue }
            found[column] = try values(column, axes, &part)
            try part.expectEnd()
        }
        try reader.expectEnd()
        return found
    }

    private func values(_ column: Int, _ axes: [Axis], _ reader: inout ByteReader) throws(DamagedChunk) -> Values {
        guard let section = section(of: column), section.axis < axes.count else { throw DamagedChunk("a column without its section") }
        if isRollup { return .rollup(try RollupCodec.decode(axis: axes[section.axis], unitsPerSecond: unitsPerSecond, from: &reader)) }
        return column < section.firstColumn + section.floatCount
            ? .floats(try ColumnCodec.decodeFloats(section.rowCount, from: &reader))
            : .integers(try ColumnCodec.decodeIntegers(section.rowCount, from: &reader))
    }

    private func section(of column: Int) -> Section? {
        var (low, high) = (0, sections.count)
        while low < high {
            let middle = (low + high) / 2
            if sections[middle].columns.upperBound <= column { low = middle + 1 } else { high = middle }
        }
        return low < sections.count ? sections[low] : nil
    }

    private func content(_ block: Block, _ bytes: ArraySlice<UInt8>) throws(DamagedChunk) -> [UInt8] {
        guard bytes.count == block.range.count else {
            throw DamagedChunk("a block of \(bytes.count) bytes instead of \(block.range.count)")
        }
        guard Checksum.crc32(bytes) == block.checksum else { throw DamagedChunk("a block's checksum") }
        return block.size == 0 ? Array(bytes) : try Zstd.decompress(bytes, size: block.size)
    }
}
