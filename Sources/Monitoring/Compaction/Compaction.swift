import Fleet
import Foundation
import Platform
import Postgres
import TimeSeries

/// The two transactions of `CompactionService`.
enum Compaction {
    /// Takes stretches out of the head and stores them as chunks. Nothing is done while somebody else changes the tenant's chunks.
    static func store(_ stretches: [DueStretch], on session: TenantSession) throws -> CompactionService.Outcome {
        var outcome = CompactionService.Outcome()
        guard try CompactionSQL.lock(on: session) else { return outcome }
        let rows = try CompactionSQL.take(stretches, on: session)
        outcome.rowCount = rows.count
        guard !rows.isEmpty else { return outcome }
        let ids = Set(try rows.map { try $0.decode(1, as: Int32.self) })
        let shapes = try CompactionSQL.layouts(Array(ids), on: session)

        var packed: [Server.ID: [Int32: PackedRows]] = [:]
        for row in rows {
            let layout = try row.decode(1, as: Int32.self)
            guard let shape = shapes[layout] else { continue }  // the server, and with it its layouts, was deleted
            try packed[try row.decode(0), default: [:]][layout, default: PackedRows(shape)].append(row, from: 2)
        }
        let stored = try CompactionSQL.takeChunks(stretches, on: session)
        var chunks: [NewChunk] = []
        var usedAt: [Int32: Int64] = [:]
        for stretch in stretches {
            var chunk = Chunk()
            if let old = stored[StretchKey(server: stretch.server, from: stretch.from)] {
                do { chunk = try Chunk(directory: old.directory, data: old.data) } catch { outcome.damagedCount += 1 }
            }
            let new = packed.removeValue(forKey: stretch.server) ?? [:]
            guard !new.isEmpty || !chunk.sections.isEmpty else { continue }
            outcome.sampleCount += new.values.reduce(0) { $0 + $1.rowCount * ($1.shape.floatCount + $1.shape.integerCount) }
            chunks.append(Self.chunk(stretch, merging: chunk, with: new, &outcome))
            for id in new.keys { usedAt[id] = max(usedAt[id] ?? .min, stretch.from) }
        }
        try ChunkSQL.insert(chunks, on: session)
        try CompactionSQL.markUsed(usedAt, on: session)
        outcome.chunkCount = chunks.count
        return outcome
    }

    /// Of more layouts than a chunk has room for, the newest are left out: they are those of a collector whose rows have other names with
    /// every run (`LayoutSQL.columnCountMax`).
    private static func chunk(
        _ stretch: DueStretch, merging old: Chunk, with new: [Int32: PackedRows], _ outcome: inout CompactionService.Outcome
    ) -> NewChunk {
        var (merged, room) = (Chunk(), ChunkRoom())
        let oldByID = Dictionary(old.sections.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for id in Set(new.keys).union(oldByID.keys).sorted() {
            guard let section = new[id]?.section(with: oldByID[id]) ?? oldByID[id] else { continue }
            if room.take(rowCount: section.axis.count, columnCount: section.floats.count + section.integers.count) {
                merged.sections.append(section)
            } else {
                outcome.leftOutCount += section.sampleCount
            }
        }
        let (directory, data) = merged.encoded()
        return NewChunk(
            server: stretch.server, resolution: 0, from: stretch.from, to: stretch.from + Stretch.milliseconds,
            sampleCount: merged.sections.reduce(0) { $0 + $1.sampleCount }, directory: directory, data: data)
    }

    /// Makes a server's rollups of the day from `day` on. Nil when somebody else changes the tenant's chunks.
    static func rollUp(_ server: Server.ID, day: Int64, on session: TenantSession) throws -> CompactionService.Outcome? {
        guard try CompactionSQL.lock(on: session) else { return nil }
        let end = Date(milliseconds: day + Stretch.dayMilliseconds)
        let start = Date(milliseconds: day)
        guard try ChunkSQL.directories(server, resolution: Stretch.resolutions[0], from: start, to: end, on: session).isEmpty else {
            return CompactionService.Outcome()  // a collector that lost its shard was faster
        }
        var stored = try ChunkSQL.raw(server, from: start, to: end, on: session)
        // The first rates of the day need the rows before it: usually those of the last stretch, of a daily collector's a day's.
        let reach = DayRollups.reach(stored, day: day)
        if let reach { stored = try ChunkSQL.raw(server, from: Date(milliseconds: reach), to: start, on: session) + stored }
        var outcome = CompactionService.Outcome()
        let rollups = DayRollups(stored, day: day)
        let shapes = try CompactionSQL.layouts(rollups.layouts, on: session)
        outcome.damagedCount = rollups.damagedCount
        let made = rollups.make(shapes)
        outcome.leftOutCount = made.reduce(0) { $0 + $1.leftOutCount }
        let chunks = made.map { rollup in
            NewChunk(
                server: server, resolution: rollup.resolution, from: day, to: day + Stretch.dayMilliseconds,
                sampleCount: rollup.valueCount, directory: rollup.directory, data: rollup.data)
        }
        try ChunkSQL.insert(chunks, on: session)
        outcome.rollupCount = chunks.count
        return outcome
    }
}
