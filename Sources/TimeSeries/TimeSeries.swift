// Time series in little room: columns of samples in, two byte strings out, and back again. Knows nothing of our product, and does no IO.
//
// Gives: `ChunkEncoder` (sections of columns that share an axis of times -> directory and data), `ChunkDirectory` (which bytes of the
// data hold which columns, and how they are read), `Rollup` (what is kept of a column for each 5 minutes or hour).
//
// The format is in docs/storage-format.md. In the order of the layers: Bits, Bytes (varints, bounds) -> IntegerCodec, FloatCodec,
// PresenceCodec (one column) -> Rollup, RollupCodec -> ChunkEncoder, ChunkDirectory (blocks, zstd, checksums).
//
// Invariants: what was encoded comes back, bit for bit (rollups: to the precision that `RollupScale` names). Damaged bytes throw
// `DamagedChunk`; they never trap, and never allocate more than the limits in `ChunkLimits` allow.

/// Bytes that are not what an encoder wrote.
package struct DamagedChunk: Error, Equatable, CustomStringConvertible {
    /// What is wrong, for the log.
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// What a chunk may hold, so that a forged count cannot make a reader allocate without bound.
package enum ChunkLimits {
    /// Rows (points in time) of one axis: a day at 30 s is 2,880.
    package static let rowCountMax = 16_384
    /// Columns of one chunk, over all sections.
    package static let columnCountMax = 400_000
    /// Values of one chunk, known or not: 512 MB in memory.
    package static let valueCountMax = 1 << 26
    /// Sections, and axes, of one chunk.
    package static let sectionCountMax = 16_384
    /// Columns of one block.
    package static let blockColumnCountMax = 64
    /// Values of one block, unless a single column has more.
    package static let blockValueCountMax = 32_768
    /// Bytes of one block before compression: a column takes at most 10 bytes a value, and a rollup's six streams take that each.
    package static let blockSizeBytesMax = 64 << 20
}

/// How much of a chunk is left by its limits (`ChunkLimits`). What has no room must be left out: a chunk that is larger could not be read.
package struct ChunkRoom: Sendable {
    private var sections = ChunkLimits.sectionCountMax
    private var columns = ChunkLimits.columnCountMax
    private var values = ChunkLimits.valueCountMax

    package init() {}

    /// Takes the room of a section. False, and nothing is taken, where it does not fit.
    package mutating func take(rowCount: Int, columnCount: Int) -> Bool {
        guard sections > 0, rowCount <= ChunkLimits.rowCountMax, columnCount <= columns, rowCount * columnCount <= values else {
            return false
        }
        sections -= 1
        columns -= columnCount
        values -= rowCount * columnCount
        return true
    }
}
