import TDS

/// The system's data types as sys.types and sp_datatype_info list them.
enum TypeCatalogue {
    struct Entry: Sendable {
        let name: String
        let systemTypeID: Int
        let userTypeID: Int
        let maxLength: Int
        let precision: Int
        let scale: Int
        let odbcType: Int

        /// ODBC's number of the type: since version 3 of ODBC the date types have numbers of their own.
        func odbcType(isVersion3: Bool) -> Int {
            guard isVersion3 else { return odbcType }
            switch name {
            case "date": return 91
            case "datetime2", "datetime", "smalldatetime": return 93
            case "time": return -154
            case "datetimeoffset": return -155
            default: return odbcType
            }
        }

        /// Digits of a number or a time, characters of a text, bytes of a binary.
        var columnSize: Int {
            switch name {
            case "nvarchar", "nchar", "sysname": maxLength / 2
            case "image", "text": 2_147_483_647
            case "ntext": 1_073_741_823
            case "uniqueidentifier": 36
            case "xml": 0
            default: precision > 0 ? precision : maxLength
            }
        }
    }

    static let all: [Entry] = [
        entry("image", 34, 34, 16, 0, 0, -4), entry("text", 35, 35, 16, 0, 0, -1), entry("uniqueidentifier", 36, 36, 16, 0, 0, -11),
        entry("date", 40, 40, 3, 10, 0, -9), entry("time", 41, 41, 5, 16, 7, -9), entry("datetime2", 42, 42, 8, 27, 7, -9),
        entry("datetimeoffset", 43, 43, 10, 34, 7, -9), entry("tinyint", 48, 48, 1, 3, 0, -6), entry("smallint", 52, 52, 2, 5, 0, 5),
        entry("int", 56, 56, 4, 10, 0, 4), entry("smalldatetime", 58, 58, 4, 16, 0, 11), entry("real", 59, 59, 4, 24, 0, 7),
        entry("money", 60, 60, 8, 19, 4, 3), entry("datetime", 61, 61, 8, 23, 3, 11), entry("float", 62, 62, 8, 53, 0, 6),
        entry("sql_variant", 98, 98, 8016, 0, 0, -150), entry("ntext", 99, 99, 16, 0, 0, -10), entry("bit", 104, 104, 1, 1, 0, -7),
        entry("decimal", 106, 106, 17, 38, 38, 3), entry("numeric", 108, 108, 17, 38, 38, 2), entry("smallmoney", 122, 122, 4, 10, 4, 3),
        entry("bigint", 127, 127, 8, 19, 0, -5), entry("varbinary", 165, 165, 8000, 0, 0, -3), entry("varchar", 167, 167, 8000, 0, 0, 12),
        entry("binary", 173, 173, 8000, 0, 0, -2), entry("char", 175, 175, 8000, 0, 0, 1), entry("timestamp", 189, 189, 8, 0, 0, -2),
        entry("nvarchar", 231, 231, 8000, 0, 0, -9), entry("sysname", 231, 256, 256, 0, 0, -9), entry("nchar", 239, 239, 8000, 0, 0, -8),
        entry("xml", 241, 241, -1, 0, 0, -152),
    ]

    private static func entry(
        _ name: String, _ system: Int, _ user: Int, _ length: Int, _ precision: Int, _ scale: Int, _ odbc: Int
    ) -> Entry {
        Entry(name: name, systemTypeID: system, userTypeID: user, maxLength: length, precision: precision, scale: scale, odbcType: odbc)
    }

    /// Bytes of a column; -1 for max.
    static func size(_ type: TDSType) -> Int {
        switch type {
        case .nchar, .nvarchar: type.length.map { $0 * 2 } ?? -1
        case .char, .varchar, .binary, .varbinary: type.length ?? -1
        case .xml: -1
        case .decimal(let precision, _): precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17
        default: all.first { $0.name == type.baseName }?.maxLength ?? 0
        }
    }

    static func id(_ type: TDSType) -> Int {
        switch type {
        case .decimal: 106
        default: all.first { $0.name == type.baseName }?.systemTypeID ?? 0
        }
    }
}
