/// One series' values in the rows of an axis, some of which may be unknown.
package struct Column<Value: Sendable & Equatable>: Sendable {
    /// One for each row; where the value is unknown it is whatever it is.
    package var values: [Value]
    /// One for each row, or none at all when everything is known.
    package var isAbsent: [Bool]

    /// All known.
    package init(_ values: [Value]) {
        self.values = values
        isAbsent = []
    }

    /// - Parameter filler: stands where a value is unknown.
    package init(_ optionals: [Value?], filler: Value) {
        values = optionals.map { $0 ?? filler }
        isAbsent = optionals.contains { $0 == nil } ? optionals.map { $0 == nil } : []
    }

    package var count: Int { values.count }
    package subscript(row: Int) -> Value? { isAbsent.isEmpty || !isAbsent[row] ? values[row] : nil }
    package var optionals: [Value?] { values.indices.map { self[$0] } }
    /// The known ones.
    var present: [Value] { isAbsent.isEmpty ? values : zip(values, isAbsent).compactMap { $1 ? nil : $0 } }

    /// Adds a row.
    package mutating func append(_ value: Value?, filler: Value) {
        if value == nil || !isAbsent.isEmpty {
            if isAbsent.isEmpty { isAbsent = [Bool](repeating: false, count: values.count) }
            isAbsent.append(value == nil)
        }
        values.append(value ?? filler)
    }

    /// Adds another's rows.
    package mutating func append(_ other: Column) {
        if isAbsent.isEmpty != other.isAbsent.isEmpty || !isAbsent.isEmpty {
            if isAbsent.isEmpty { isAbsent = [Bool](repeating: false, count: values.count) }
            isAbsent += other.isAbsent.isEmpty ? [Bool](repeating: false, count: other.count) : other.isAbsent
        }
        values += other.values
    }

    /// The rows in another order, or fewer of them.
    package func rows(_ order: [Int]) -> Column {
        var column = Column(order.map { values[$0] })
        if !isAbsent.isEmpty, order.contains(where: { isAbsent[$0] }) { column.isAbsent = order.map { isAbsent[$0] } }
        return column
    }
}

/// The times that a section's columns share. Units are the caller's, the same for all three.
package struct Axis: Sendable, Hashable {
    /// When each row was planned; grows from row to row.
    package var times: [Int64]
    /// How much later than planned it was measured. (Of a rollup: how many rows lie in the step.)
    package var offsets: [Int64]
    /// How much time had passed since the row before, as far as the two may be compared; unknown otherwise. (Of a rollup: the sum.)
    package var spans: [Int64?]

    package init(times: [Int64], offsets: [Int64], spans: [Int64?]) {
        precondition(times.count == offsets.count && times.count == spans.count)
        (self.times, self.offsets, self.spans) = (times, offsets, spans)
    }
    package var count: Int { times.count }
}

/// Which rows of a column are unknown: the lengths of runs, known ones first.
enum PresenceCodec {
    static func encode(_ isAbsent: [Bool], into bytes: inout [UInt8]) {
        var (runs, current, length): ([Int], Bool, Int) = ([], false, 0)
        for absent in isAbsent {
            if absent != current {
                runs.append(length)
                (current, length) = (absent, 0)
            }
            length += 1
        }
        bytes.append(varint: runs.count)
        for run in runs { bytes.append(varint: run) }
    }

    /// The last run goes to the end.
    static func decode(_ count: Int, from reader: inout ByteReader) throws(DamagedChunk) -> [Bool] {
        let runCount = try reader.count("runs", max: min(count + 1, reader.remaining))
        var isAbsent: [Bool] = []
        isAbsent.reserveCapacity(count)
        var absent = false
        for _ in 0..<runCount {
            let length = try reader.count("rows of a run", max: count - isAbsent.count)
            for _ in 0..<length { isAbsent.append(absent) }
            absent.toggle()
        }
        while isAbsent.count < count { isAbsent.append(absent) }
        return isAbsent
    }
}

/// A column, with what is unknown.
enum ColumnCodec {
    private static let hasPresence: UInt8 = 1

    static func encode(_ column: Column<Int64>, into bytes: inout [UInt8]) {
        encodePresence(column.isAbsent, into: &bytes)
        IntegerCodec.encode(column.present, into: &bytes)
    }

    static func encode(_ column: Column<Double>, into bytes: inout [UInt8]) {
        encodePresence(column.isAbsent, into: &bytes)
        FloatCodec.encode(column.present, into: &bytes)
    }

    static func decodeIntegers(_ count: Int, from reader: inout ByteReader) throws(DamagedChunk) -> Column<Int64> {
        let isAbsent = try decodePresence(count, from: &reader)
        let present = isAbsent.isEmpty ? count : isAbsent.count { !$0 }
        return spread(try IntegerCodec.decode(present, from: &reader), isAbsent, filler: 0)
    }

    static func decodeFloats(_ count: Int, from reader: inout ByteReader) throws(DamagedChunk) -> Column<Double> {
        let isAbsent = try decodePresence(count, from: &reader)
        let present = isAbsent.isEmpty ? count : isAbsent.count { !$0 }
        return spread(try FloatCodec.decode(present, from: &reader), isAbsent, filler: 0)
    }

    private static func encodePresence(_ isAbsent: [Bool], into bytes: inout [UInt8]) {
        guard isAbsent.contains(true) else { return bytes.append(0) }
        bytes.append(hasPresence)
        PresenceCodec.encode(isAbsent, into: &bytes)
    }

    private static func decodePresence(_ count: Int, from reader: inout ByteReader) throws(DamagedChunk) -> [Bool] {
        switch try reader.byte() {
        case 0: return []
        case hasPresence: return try PresenceCodec.decode(count, from: &reader)
        case let other: throw DamagedChunk("no such kind of column: \(other)")
        }
    }

    private static func spread<Value>(_ present: [Value], _ isAbsent: [Bool], filler: Value) -> Column<Value> {
        guard !isAbsent.isEmpty else { return Column(present) }
        var next = 0
        var column = Column(
            isAbsent.map { absent in
                if absent { return filler }
                next += 1
                return present[next - 1]
            })
        column.isAbsent = isAbsent
        return column
    }
}
