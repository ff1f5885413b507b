/// A database of a server, as far as the login may see it.
package struct DatabaseInfo: Sendable, Codable, Hashable {
    /// In one answer.
    package static let countMax = 10_000

    package let name: String
    /// Data and log files (SQL Server), all its files (PostgreSQL), data and indexes of its tables (MySQL); nil: not to be seen.
    package let sizeBytes: Int64?
    /// In the engine's own word, lower case, such as online, restoring or suspect; nil: not to be seen.
    package let state: String?
    /// SQL Server only: full, simple or bulk_logged.
    package let recoveryModel: String?
    /// Whether the server brought it along.
    package let isSystem: Bool

    package init(name: String, sizeBytes: Int64?, state: String?, recoveryModel: String?, isSystem: Bool) {
        self.name = name
        self.sizeBytes = sizeBytes
        self.state = state
        self.recoveryModel = recoveryModel
        self.isSystem = isSystem
    }
}
