/// A whole chunk of raw samples in memory.
package struct Chunk: Sendable {
    /// Columns of one collector's rows.
    package struct Section: Sendable {
        package var id: Int32
        package var axis: Axis
        package var floats: [Column<Double>]
        package var integers: [Column<Int64>]

        package init(id: Int32, axis: Axis, floats: [Column<Double>], integers: [Column<Int64>]) {
            (self.id, self.axis, self.floats, self.integers) = (id, axis, floats, integers)
        }

        package var sampleCount: Int { axis.count * (floats.count + integers.count) }
    }
    package var sections: [Section]

    package init(sections: [Section] = []) { self.sections = sections }

    package func encoded(unitsPerSecond: Double = 1_000) -> (directory: [UInt8], data: [UInt8]) {
        var encoder = ChunkEncoder(unitsPerSecond: unitsPerSecond)
        for section in sections {
            encoder.add(section: section.id, axis: section.axis, floatCount: section.floats.count, integerCount: section.integers.count)
        }
        for section in sections {
            for column in section.floats { encoder.append(column) }
            for column in section.integers { encoder.append(column) }
        }
        return encoder.finish()
    }

    /// Throws `DamagedChunk`, also when it is a chunk of rollups.
    package init(directory: [UInt8], data: [UInt8]) throws(DamagedChunk) {
        let directory = try ChunkDirectory(directory)
        guard !directory.isRollup else { throw DamagedChunk("rollups where raw samples were expected") }
        guard data.count == directory.dataSize else { throw DamagedChunk("\(data.count) bytes instead of \(directory.dataSize)") }
        let axes = try directory.axes(data[directory.axisBlock.range])
        sections = directory.sections.map { Section(id: $0.id, axis: axes[$0.axis], floats: [], integers: []) }
        var index = 0
        for block in directory.blocks {
            let columns = try directory.columns(of: block, data[block.range], axes: axes)
            for column in block.columns {
                while directory.sections[index].columns.upperBound <= column { index += 1 }
                switch columns[column] {
                case .floats(let values): sections[index].floats.append(values)
                case .integers(let values): sections[index].integers.append(values)
                case .rollup, nil: throw DamagedChunk("column \(column) is not there")
                }
            }
        }
    }
}
