import Glibc

/// The drivers that DbTools uses, found by absolute path: no odbcinst.ini is needed.
package enum ODBCDriver: String, Sendable, CaseIterable {
    /// FreeTDS, of Debian's package `tdsodbc`.
    case freetds
    /// MariaDB Connector/ODBC, of Debian's package `odbc-mariadb`.
    case mariadb
    /// Microsoft's ODBC Driver 18 for SQL Server.
    case microsoft

    /// The environment variable that names the driver's file, before the usual places.
    package var variable: String {
        switch self {
        case .freetds: "DBTOOLS_TDSODBC"
        case .mariadb: "DBTOOLS_MAODBC"
        case .microsoft: "DBTOOLS_MSODBCSQL"
        }
    }

    /// What an administrator installs to get it.
    package var package: String {
        switch self {
        case .freetds: "the Debian package tdsodbc"
        case .mariadb: "the Debian package odbc-mariadb"
        case .microsoft: "Microsoft's package msodbcsql18"
        }
    }

    /// The absolute path of the driver; nil when it is not installed. Looks in the environment, then where packages put it.
    package func path() -> String? {
        if let configured = getenv(variable).map({ String(cString: $0) }), !configured.isEmpty {
            return access(configured, R_OK) == 0 ? configured : nil
        }
        return usualPaths().first { access($0, R_OK) == 0 }
    }

    private func usualPaths() -> [String] {
        let directories = [
            "/usr/lib/x86_64-linux-gnu/odbc", "/usr/lib/aarch64-linux-gnu/odbc", "/usr/lib64", "/usr/lib/odbc", "/usr/local/lib",
            "/usr/lib",
        ]
        switch self {
        case .freetds: return directories.map { $0 + "/libtdsodbc.so" } + directories.map { $0 + "/libtdsodbc.so.0" }
        case .mariadb: return directories.map { $0 + "/libmaodbc.so" }
        case .microsoft: return matches("/opt/microsoft/msodbcsql18/lib64/libmsodbcsql-18.*.so.*")
        }
    }

    /// Paths that match a shell pattern, the newest version (by name) first.
    private func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        let paths = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        return paths.reversed()
    }
}

/// Keywords and values for a connection, quoted as ODBC asks. Holds a password: never log it.
package struct ODBCConnectionString: Sendable {
    private(set) var text = ""

    /// A string that loads `path` as its driver.
    package init(driverPath path: String) { add("Driver", path) }

    /// Adds a keyword. Only a value that would be cut or trimmed otherwise is put in braces, since drivers differ in how they read those:
    /// FreeTDS ends at `};`, MariaDB's driver at the first `}`, Microsoft's takes a doubled `}` for one.
    package mutating func add(_ keyword: String, _ value: String) {
        // By scalars: a semicolon and a combining mark are one character in Swift, and for a driver the end of the value.
        let scalars = value.unicodeScalars
        let needsBraces = scalars.contains(";") || scalars.first == "{" || scalars.first == " " || scalars.last == " "
        guard needsBraces else { return text += "\(keyword)=\(value);" }
        let doubled = String(String.UnicodeScalarView(scalars.flatMap { $0 == "}" ? [$0, $0] : [$0] }))
        text += "\(keyword)={\(doubled)};"
    }
}
