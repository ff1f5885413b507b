import Foundation

/// What stands in a backup's `manifest.json`: enough to tell, before anything is touched, whether it is whole and can be restored here.
///
/// A backup is one tar file: the manifest first, the master key, then one `pg_dump` custom-format dump per database.
struct BackupManifest: Codable, Sendable {
    /// Changes when an older program could not restore the archive.
    static let formatVersion = 1
    static let fileName = "manifest.json"
    static let masterKeyFileName = "master.key"

    struct Dump: Codable, Sendable {
        /// Nil for the system database.
        var slug: String?
        var databaseName: String
        var fileName: String
        var sizeBytes: Int
        /// Of the dump, in hexadecimal.
        var sha256: String
    }

    var format: Int
    var program: String
    var createdAt: Date
    /// The newest migration of the system database and of tenants that the program knew.
    var systemSchema: Int
    var tenantSchema: Int
    var dumps: [Dump]

    static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }()
}
