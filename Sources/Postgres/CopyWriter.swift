import CLibPQ

/// Rows on their way into a table, in the binary COPY format (PostgreSQL, "COPY", "Binary Format").
///
/// The Swift type of each value must be the column's type exactly: `Int32` for `integer`, `Int` for `bigint`, `String` for `text`.
package struct CopyWriter {
    private var buffer: [UInt8] = Array("PGCOPY\n\u{FF}\r\n\0".unicodeScalars.map { UInt8($0.value) }) + [UInt8](repeating: 0, count: 8)
    private let connection: OpaquePointer
    private let columnCount: Int16
    package private(set) var rowCount = 0

    fileprivate init(connection: OpaquePointer, columnCount: Int) {
        self.connection = connection
        self.columnCount = Int16(columnCount)
        buffer.reserveCapacity(80_000)
    }

    /// Begins a row; one `append` for each column follows. Throws `PostgresError` when the connection is lost.
    package mutating func beginRow() throws(PostgresError) {
        if buffer.count > 64_000 { try flush() }
        buffer.append(bigEndian: columnCount)
        rowCount += 1
    }

    package mutating func append<Value: PostgresEncodable>(_ value: Value?) {
        guard let value else { return buffer.append(bigEndian: Int32(-1)) }
        let place = buffer.count
        buffer.append(bigEndian: Int32(0))
        value.encodePostgres(into: &buffer)
        let length = Int32(buffer.count - place - 4)
        withUnsafeBytes(of: length.bigEndian) { raw in for offset in 0..<4 { buffer[place + offset] = raw[offset] } }
    }

    fileprivate mutating func finish() throws(PostgresError) {
        buffer.append(bigEndian: Int16(-1))
        try flush()
    }

    private mutating func flush() throws(PostgresError) {
        let sent = buffer.withUnsafeBytes { raw in
            PQputCopyData(connection, raw.assumingMemoryBound(to: CChar.self).baseAddress, Int32(raw.count))
        }
        guard sent == 1 else { throw PostgresError(sqlState: "08006", message: String(cString: PQerrorMessage(connection))) }
        buffer.removeAll(keepingCapacity: true)
    }
}

extension PostgresConnection {
    /// Copies rows into `table` (a name from our own code, with its schema) and returns how many arrived. All or none. Throws
    /// `PostgresError`, and what `body` throws.
    @discardableResult package func copyIn(_ table: String, columns: [String], _ body: (inout CopyWriter) throws -> Void) throws -> Int {
        guard PQsendQuery(connection, "COPY \(table) (\(columns.joined(separator: ", "))) FROM STDIN (FORMAT binary)") == 1 else {
            throw clientFailure()
        }
        PQclear(try finish())
        var writer = CopyWriter(connection: connection, columnCount: columns.count)
        do {
            try body(&writer)
            try writer.finish()
        } catch {
            PQputCopyEnd(connection, "the client gave up")
            if let result = try? finish() { PQclear(result) }  // the server repeats that the client gave up
            throw error
        }
        guard PQputCopyEnd(connection, nil) == 1 else { throw clientFailure() }
        let result = try finish()
        defer { PQclear(result) }
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }
}
