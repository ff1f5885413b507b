import ODBC

/// The result sets of `databases.sql`, put together: pure.
enum SQLServerDatabases {
    private static let pageBytes: Int64 = 8_192

    static func list(_ databases: ODBCResultSet, files: ODBCResultSet?) -> [DatabaseInfo] {
        var pages: [Int64: Int64] = [:]
        for row in files?.rows ?? [] where row.count == 2 {
            if let id = row[0].int, let count = row[1].int { pages[id] = count }
        }
        return databases.rows.compactMap { row in
            guard row.count == 4, let id = row[0].int, let name = row[1].text else { return nil }
            return DatabaseInfo(
                name: name, sizeBytes: pages[id].map { $0 * pageBytes }, state: row[2].text?.lowercased(),
                recoveryModel: row[3].text?.lowercased(), isSystem: id <= 4)
        }
    }
}
