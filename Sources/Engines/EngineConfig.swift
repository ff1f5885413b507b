/// Which ODBC driver speaks to SQL Server.
package enum SQLServerDriver: String, Codable, CaseIterable, Sendable, Hashable {
    /// FreeTDS, from Debian's `tdsodbc`: the default.
    case freetds
    /// Microsoft's ODBC Driver 18.
    case microsoft
}

/// What the engines need to know of this installation.
package struct EngineConfig: Sendable, Codable, Hashable {
    /// The name that DbTools' sessions carry on targets.
    package var applicationName: String
    package var sqlServerDriver: SQLServerDriver
    /// Certificates that verify targets, as a PEM file; nil: the system's bundle.
    package var caFile: String?
    /// Who may be reached.
    package var outbound: OutboundPolicy

    package init(
        applicationName: String = "DbTools", sqlServerDriver: SQLServerDriver = .freetds, caFile: String? = nil,
        outbound: OutboundPolicy = .standard
    ) {
        self.applicationName = applicationName
        self.sqlServerDriver = sqlServerDriver
        self.caFile = caFile
        self.outbound = outbound
    }
}
