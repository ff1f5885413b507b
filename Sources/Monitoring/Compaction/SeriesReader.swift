package import Fleet
import Foundation
package import Platform
import Primitives
import TimeSeries

/// One series of a collector's metric: the values of one row of its answer over time.
package struct LabelledSeries: Sendable {
    /// Its number (`monitoring.metric_types`).
    package let metric: Int16
    package let collector: String
    /// The row's labels, in the order of the collector's columns.
    package let labels: [String]
    /// Whether the points are rates per second.
    package let isCounter: Bool
    /// Seconds a point; nil: every sample is one.
    package let stepSeconds: Int?
    /// At most `SeriesRequest.pointCountMax`. Where nothing was read there is no point.
    package let points: [Series.Point]
}

/// What is asked for: metrics of a server over a stretch of time.
package struct SeriesReading: Sendable {
    package var server: Server.ID
    /// Their numbers (`monitoring.metric_types`). All are read in one pass.
    package var metrics: [Int16]
    package var request: SeriesRequest
    /// Seconds between two runs of the collector, at most: so far before the beginning the row is looked for that the first rate needs.
    package var lookbackSeconds: Double

    package init(server: Server.ID, metrics: [Int16], request: SeriesRequest, lookbackSeconds: Double = Stretch.seconds) {
        self.server = server
        self.metrics = metrics
        self.request = request
        self.lookbackSeconds = lookbackSeconds
    }
}

/// Reads series of collectors and of the core: the newest hours from the head, older ones from chunks; long stretches from the rollups of
/// the days that have them, and the other days from raw samples.
package enum SeriesReader {
    /// Series that are held in memory at once: each takes up to 12 kB, one value for each of 290 steps.
    package static let seriesCountMax = 20_000

    /// Reads the series whose labels are wanted. Chunks that are damaged are left out: a gap. Throws `PostgresError`, and
    /// `.validationError` where there are more than `seriesCountMax`.
    ///
    /// - Parameter isWanted: of a collector's name and a row's labels.
    package static func read(
        _ reading: SeriesReading, on session: TenantSession, where isWanted: (String, [String]) -> Bool = { _, _ in true }
    ) throws -> [LabelledSeries] {
        let layouts = try HeadSQL.layouts(reading.server, metrics: reading.metrics, since: reading.request.from, on: session)
        var collection = SeriesCollection(reading, layouts, isWanted)
        guard collection.count > 0 else { return [] }
        guard collection.count <= seriesCountMax else {
            throw AppError(
                .validationError,
                "In this time the metric has \(collection.count) series, and at most \(seriesCountMax) are read at once: ask for less time.")
        }
        // The head first: what is compacted meanwhile is then seen twice, and not missed.
        let (from, to) = (reading.request.from, reading.request.to)
        // The first step may begin before the stretch.
        let rawFrom = min(from, Date(milliseconds: collection.start)) - reading.lookbackSeconds
        let head = try HeadSQL.rows(reading.server, collection.shapes, from: rawFrom, to: to, on: session)
        let covered = try readRollups(reading, into: &collection, session)
        try readRaw(reading, covered: covered, head, into: &collection, session)
        return collection.series()
    }

    /// Days, by their beginning, that were read from rollups.
    private static func readRollups(
        _ reading: SeriesReading, into collection: inout SeriesCollection, _ session: TenantSession
    ) throws -> Set<Int64> {
        guard let step = reading.request.stepSeconds, let resolution = Stretch.resolutions.last(where: { step % $0 == 0 })
        else { return [] }
        let firstDay = Stretch.start(collection.start, of: Stretch.dayMilliseconds)
        let stored = try ChunkSQL.directories(
            reading.server, resolution: resolution, from: Date(milliseconds: firstDay), to: reading.request.to, on: session)
        let pieces = try ChunkPieces(stored, reading.server, resolution, collection, session)
        var covered: Set<Int64> = []
        for piece in pieces.readable {
            covered.insert(piece.from)
            if piece.axes.isEmpty { continue }  // it has nothing of ours
            for section in piece.directory.sections {
                for (series, column, isCounter) in collection.columns(of: section) {
                    guard case .rollup(let rollup) = piece.columns[column] else { continue }
                    collection.add(rollup, times: piece.axes[section.axis].times, isCounter: isCounter, to: series)
                }
            }
        }
        return covered
    }

    /// Raw samples of the days that are not covered, with what lies before them as far as the first rates need it.
    private static func readRaw(
        _ reading: SeriesReading, covered: Set<Int64>, _ head: [Int32: PackedRows], into collection: inout SeriesCollection,
        _ session: TenantSession
    ) throws {
        let lookback = Int64(reading.lookbackSeconds * 1_000)
        var first = Stretch.start(collection.start, of: Stretch.dayMilliseconds)
        while covered.contains(first) { first += Stretch.dayMilliseconds }
        first = Stretch.start(max(first, collection.start) - lookback)
        func isCovered(_ time: Int64) -> Bool { covered.contains(Stretch.start(time, of: Stretch.dayMilliseconds)) }
        let stored = try ChunkSQL.directories(
            reading.server, resolution: 0, from: Date(milliseconds: first), to: reading.request.to, on: session
        ).filter { !isCovered($0.from) || !isCovered($0.from + lookback) }
        let pieces = try ChunkPieces(stored, reading.server, 0, collection, session)
        var runs = collection.makeRuns()
        for piece in pieces.readable where !piece.axes.isEmpty {
            for section in piece.directory.sections { runs.append(section, piece.axes[section.axis], piece.columns, collection) }
        }
        for rows in head.values where rows.rowCount > 0 { runs.append(rows.section(), collection) }
        runs.add(to: &collection) { time in isCovered(time) }
    }
}

/// The parts of stored chunks that are needed, read in one statement and decoded.
private struct ChunkPieces {
    struct Piece {
        var from: Int64
        var directory: ChunkDirectory
        var axes: [Axis] = []
        var columns: [Int: ChunkDirectory.Values] = [:]
    }
    /// Those that are not damaged.
    private(set) var readable: [Piece] = []

    init(
        _ stored: [(from: Int64, bytes: [UInt8])], _ server: Server.ID, _ resolution: Int, _ collection: SeriesCollection,
        _ session: TenantSession
    ) throws {
        var wanted: [(from: Int64, range: Range<Int>)] = []
        var blocks: [(piece: Int, block: ChunkDirectory.Block, columns: Set<Int>)] = []
        var pieces: [Piece] = []
        for (from, bytes) in stored {
            guard let directory = try? ChunkDirectory(bytes) else { continue }  // damaged: a gap
            var columnsByBlock: [Int: Set<Int>] = [:]
            for section in directory.sections {
                for (_, column, _) in collection.columns(of: section) {
                    if let block = directory.blockIndex(of: column) { columnsByBlock[block, default: []].insert(column) }
                }
            }
            pieces.append(Piece(from: from, directory: directory))
            guard !columnsByBlock.isEmpty else { continue }
            wanted.append((from, directory.axisBlock.range))
            blocks.append((pieces.count - 1, directory.axisBlock, []))
            for (index, columns) in columnsByBlock.sorted(by: { $0.key < $1.key }) {
                wanted.append((from, directory.blocks[index].range))
                blocks.append((pieces.count - 1, directory.blocks[index], columns))
            }
        }
        let slices = try ChunkSQL.slices(server, resolution: resolution, wanted, on: session)
        var damaged: Set<Int> = []
        for (slice, (piece, block, columns)) in zip(slices, blocks) where !damaged.contains(piece) {
            do {
                if columns.isEmpty {
                    pieces[piece].axes = try pieces[piece].directory.axes(slice[...])
                } else {
                    let axes = pieces[piece].axes
                    pieces[piece].columns.merge(
                        try pieces[piece].directory.columns(of: block, slice[...], axes: axes, where: columns.contains)
                    ) { $1 }
                }
            } catch { damaged.insert(piece) }
        }
        readable = pieces.indices.filter { !damaged.contains($0) }.map { pieces[$0] }
    }
}
