import CLibPQ

/// The rows of one result, held as libpq received them; values are decoded when they are asked for.
///
/// Safe because a PGresult is read-only after creation and may then be read from any thread (libpq, "Behavior in Threaded Programs").
package final class PostgresRows: RandomAccessCollection, @unchecked Sendable {
    private let result: OpaquePointer
    package let columnNames: [String]
    private let oids: [UInt32]
    private let indexByName: [String: Int]
    package let startIndex = 0
    package let endIndex: Int

    init(_ result: OpaquePointer) {
        self.result = result
        columnNames = (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
        oids = (0..<PQnfields(result)).map { PQftype(result, $0) }
        indexByName = Dictionary(columnNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        endIndex = Int(PQntuples(result))
    }

    deinit { PQclear(result) }

    package subscript(position: Int) -> PostgresRow {
        precondition((0..<endIndex).contains(position))
        return PostgresRow(rows: self, index: position)
    }

    func index(of column: String) -> Int? { indexByName[column] }

    func decode<Value: PostgresDecodable>(_ row: Int, _ column: Int, as type: Value.Type) throws(PostgresError) -> Value {
        guard oids.indices.contains(column) else { throw PostgresError(clientMessage: "the result has no column \(column)") }
        let (row, index) = (Int32(row), Int32(column))
        let bytes =
            PQgetisnull(result, row, index) != 0
            ? nil : UnsafeRawBufferPointer(start: PQgetvalue(result, row, index), count: Int(PQgetlength(result, row, index)))
        return try withExtendedLifetime(self) { () throws(PostgresError) in
            try Value.decodePostgres(PostgresCell(oid: oids[column], bytes: bytes, column: column))
        }
    }

    func withBytes<Result>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer?) throws -> Result) rethrows -> Result {
        precondition(oids.indices.contains(column))
        let (row, index) = (Int32(row), Int32(column))
        return try withExtendedLifetime(self) {
            guard PQgetisnull(result, row, index) == 0 else { return try body(nil) }
            return try body(UnsafeRawBufferPointer(start: PQgetvalue(result, row, index), count: Int(PQgetlength(result, row, index))))
        }
    }
}

/// One row of a result.
package struct PostgresRow: Sendable {
    let rows: PostgresRows
    let index: Int

    /// The value of the column called `column`. Throws `PostgresError` when there is none, it has another type, or it is NULL and
    /// `Value` is not optional.
    package func decode<Value: PostgresDecodable>(_ column: String, as type: Value.Type = Value.self) throws(PostgresError) -> Value {
        guard let place = rows.index(of: column) else { throw PostgresError(clientMessage: "the result has no column \(column)") }
        return try rows.decode(index, place, as: type)
    }

    /// The value of the column at `position`, from 0: for results of many rows.
    package func decode<Value: PostgresDecodable>(_ position: Int, as type: Value.Type = Value.self) throws(PostgresError) -> Value {
        try rows.decode(index, position, as: type)
    }

    /// Hands `body` the bytes of the column at `position` as PostgreSQL sent them (nil: NULL), without a copy; for a text they are its
    /// UTF-8. They must not outlive the call.
    package func withBytes<Result>(_ position: Int, _ body: (UnsafeRawBufferPointer?) throws -> Result) rethrows -> Result {
        try rows.withBytes(index, position, body)
    }
}
