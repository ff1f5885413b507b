import Testing

@testable import TimeSeries

@Suite struct ChunkTests {
    private func expectSame(_ chunk: Chunk, _ other: Chunk) {
        #expect(chunk.sections.map(\.id) == other.sections.map(\.id))
        #expect(chunk.sections.map(\.axis) == other.sections.map(\.axis))
        for (section, restored) in zip(chunk.sections, other.sections) {
            #expect(section.floats.map(bits) == restored.floats.map(bits))
            #expect(section.integers.map(\.optionals) == restored.integers.map(\.optionals))
        }
    }

    @Test func everyChunkComesBack() throws {
        var random = Seeded(10)
        for _ in 0..<150 {
            let chunk = Samples.chunk(&random)
            let (directory, data) = chunk.encoded()
            expectSame(chunk, try Chunk(directory: directory, data: data))
        }
    }

    @Test func aChunkHasRoomForWhatCanBeReadAndNoMore() {
        var room = ChunkRoom()
        func take(_ rowCount: Int, _ columnCount: Int) -> Bool { room.take(rowCount: rowCount, columnCount: columnCount) }
        #expect(!take(ChunkLimits.rowCountMax + 1, 1) && !take(1, ChunkLimits.columnCountMax + 1))
        let columnCount = ChunkLimits.valueCountMax / ChunkLimits.rowCountMax
        #expect(take(ChunkLimits.rowCountMax, columnCount - 1))
        #expect(!take(ChunkLimits.rowCountMax, 2), "too many values beside the others")
        #expect(take(1, ChunkLimits.rowCountMax), "what was refused has taken nothing")
        #expect(!take(1, 1), "no room is left")
        room = ChunkRoom()
        let admitted = (0...ChunkLimits.sectionCountMax).map { _ in take(1, 1) }
        #expect(admitted.count(where: { $0 }) == ChunkLimits.sectionCountMax && admitted.last == false)
    }

    @Test func oneColumnIsReadFromItsOwnBlockAlone() throws {
        var random = Seeded(11)
        let axis = Samples.axis(120, &random)
        let columns = (0..<200).map { _ in Column(Samples.floats(120, &random)) }
        let (bytes, data) = Chunk(sections: [.init(id: 7, axis: axis, floats: columns, integers: [])]).encoded()
        let directory = try ChunkDirectory(bytes)
        let axes = try directory.axes(data[directory.axisBlock.range])
        let block = try #require(directory.block(of: 130))
        #expect(block.columns == 128..<192)
        let found = try directory.columns(of: block, data[block.range], axes: axes) { $0 == 130 }
        guard case .floats(let column) = found[130] else { throw DamagedChunk("not a column of floats") }
        #expect(found.count == 1)
        #expect(bits(column) == bits(columns[130]))
        #expect(directory.block(of: 200) == nil)
    }

    @Test func sectionsWithTheSameTimesShareOneAxis() throws {
        var random = Seeded(12)
        let axis = Samples.axis(120, &random)
        func chunk(_ count: Int) -> Int {
            let ones = Column(axis.times.map { _ in 1.0 })
            let sections = (0..<count).map { Chunk.Section(id: Int32($0), axis: axis, floats: [ones], integers: []) }
            let (directory, data) = Chunk(sections: sections).encoded()
            return directory.count + data.count
        }
        #expect(chunk(20) - chunk(1) < 19 * 20)
    }

    @Test func everyFlippedBitAndEveryTruncationIsSeen() throws {
        var random = Seeded(13)
        let chunk = Samples.chunk(&random)
        let (directory, data) = chunk.encoded()
        for bit in 0..<directory.count * 8 {
            var damaged = directory
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: DamagedChunk.self) { _ = try Chunk(directory: damaged, data: data) }
        }
        for _ in 0..<2_000 {
            var damaged = data
            damaged[Int.random(in: damaged.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            #expect(throws: DamagedChunk.self) { _ = try Chunk(directory: directory, data: damaged) }
        }
        for length in 0..<directory.count {
            #expect(throws: DamagedChunk.self) { _ = try Chunk(directory: Array(directory[..<length]), data: data) }
        }
        for length in stride(from: 0, to: data.count, by: 7) {
            #expect(throws: DamagedChunk.self) { _ = try Chunk(directory: directory, data: Array(data[..<length])) }
        }
    }

    /// Whoever forges the checksum too gets an error or numbers, and no more memory than the limits.
    @Test func aForgedDirectoryNeverTraps() {
        var random = Seeded(14)
        let (directory, data) = Samples.chunk(&random).encoded()
        var refused = 0
        for _ in 0..<3_000 {
            var forged = Array(directory.dropLast(4))
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                forged[Int.random(in: 2..<forged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            forged.append(fixed32: Checksum.crc32(forged[...]))
            do { _ = try Chunk(directory: forged, data: data) } catch { refused += 1 }
        }
        #expect(refused > 2_500)
    }

    @Test func anotherVersionIsRefused() {
        var (directory, _) = Chunk().encoded()
        directory[0] = 9
        #expect(throws: DamagedChunk("a chunk of version 9")) { _ = try ChunkDirectory(directory) }
    }

    @Test func theChecksumIsTheUsualOne() { #expect(Checksum.crc32(Array("123456789".utf8)[...]) == 0xCBF4_3926) }
}
