/// The script that makes a login for DbTools, and grants it what monitoring reads and nothing more: for a DBA to run before the first test.
/// Pure; names and passwords are quoted so that none can end its own literal.
package struct LoginScript: Sendable {
    package static let placeholder = "CHOOSE-A-PASSWORD"

    private let engine: EngineKind
    private let username: String
    private let authType: TargetAuthentication
    /// Nil: the placeholder.
    private let password: String?
    /// As tests name it; nil: any.
    private let version: String?
    private let database: String?
    /// MySQL: from where the account signs in.
    private let host: String

    package init(
        engine: EngineKind, username: String, authType: TargetAuthentication, password: String?, version: String?, database: String?,
        host: String
    ) {
        self.engine = engine
        self.username = username
        self.authType = authType
        self.password = password
        self.version = version
        self.database = database
        self.host = host
    }

    /// Why there can be no script for this, by field.
    package var refusals: [(field: String, reason: String)] {
        var refusals: [(field: String, reason: String)] = []
        switch engine {
        case .sqlserver:
            if authType == .windows, !username.contains("\\") {
                refusals.append(("username", "is DOMAIN\\name for a Windows account"))
            } else if authType == .sql, username.contains("\\") {
                refusals.append(("username", "of a SQL Server login has no backslash; with one it is a Windows account"))
            }
        case .postgresql:
            if username.utf8.count > 63 { refusals.append(("username", "of PostgreSQL has at most 63 bytes")) }
        case .mysql:
            if username.utf8.count > 80 { refusals.append(("username", "of MySQL has at most 80 bytes")) }
        }
        if authType == .windows, engine != .sqlserver { refusals.append(("authType", "windows is for SQL Server only")) }
        return refusals
    }

    /// What is to be replaced in `text`; nil when there is nothing to.
    package var placeholderInText: String? { authType == .windows || password != nil ? nil : Self.placeholder }

    package var text: String {
        switch engine {
        case .sqlserver: sqlServer
        case .postgresql: postgreSQL
        case .mysql: mySQL
        }
    }

    /// What the script does, and how to run it.
    package var notes: [String] {
        switch engine {
        case .sqlserver:
            [
                "Run it as a member of sysadmin, in SQL Server Management Studio or sqlcmd.",
                "The login may read the server's state, definitions and msdb's history. It may not read data in user databases.",
            ]
        case .postgresql:
            [
                "Run it as a superuser, in psql.", "The role is a member of pg_monitor: it may read statistics and settings, not tables.",
                "Let it in by a line in pg_hba.conf, such as: hostssl all \(username) <address of DbTools> scram-sha-256",
            ]
        case .mysql:
            [
                "Run it as an account with GRANT OPTION, such as root.",
                "The account may see sessions and statistics, and no data.",
                host == "%"
                    ? "It may sign in from anywhere; give a host to allow the address of DbTools alone." : "It may sign in from \(host).",
            ]
        }
    }

    // MARK: SQL Server

    /// 2022 and later have a narrower right; VIEW SERVER STATE does on every version.
    private var stateRights: [String] {
        let number = version?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
        return number >= 2022 || (16...99).contains(number)
            ? ["VIEW SERVER PERFORMANCE STATE", "VIEW SERVER SECURITY STATE"] : ["VIEW SERVER STATE"]
    }

    private var sqlServer: String {
        let login = "[\(username.replacing("]", with: "]]"))]"
        let name = Self.unicodeLiteral(username)
        let create =
            authType == .windows
            ? "CREATE LOGIN \(login) FROM WINDOWS;"
            : "CREATE LOGIN \(login) WITH PASSWORD = \(Self.unicodeLiteral(password ?? Self.placeholder)), DEFAULT_DATABASE = [master];"
        var lines = [
            "-- A login for DbTools that may look and change nothing.", "USE master;",
            "IF SUSER_ID(\(name)) IS NULL", "    \(create)",
        ]
        lines += stateRights.map { "GRANT \($0) TO \(login);" }
        lines += ["GRANT VIEW ANY DEFINITION TO \(login);"]
        if let database, !["master", "msdb"].contains(database.lowercased()) {
            let bracketed = "[\(database.replacing("]", with: "]]"))]"
            lines += [
                "", "-- The database that the connection opens.", "USE \(bracketed);", "IF DATABASE_PRINCIPAL_ID(\(name)) IS NULL",
                "    CREATE USER \(login) FOR LOGIN \(login);",
            ]
        }
        lines += [
            "", "-- Backup and job history.", "USE msdb;", "IF DATABASE_PRINCIPAL_ID(\(name)) IS NULL",
            "    CREATE USER \(login) FOR LOGIN \(login);", "ALTER ROLE db_datareader ADD MEMBER \(login);",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func unicodeLiteral(_ text: String) -> String { "N'\(text.replacing("'", with: "''"))'" }

    // MARK: PostgreSQL

    private var postgreSQL: String {
        let role = Self.identifier(username)
        var lines = [
            "-- A role for DbTools that may look and change nothing.",
            "CREATE ROLE \(role) LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD \(Self.literal(password ?? Self.placeholder));",
            "GRANT pg_monitor TO \(role);",
        ]
        if let database { lines.append("GRANT CONNECT ON DATABASE \(Self.identifier(database)) TO \(role);") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func identifier(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    /// Right whatever `standard_conforming_strings` says.
    private static func literal(_ text: String) -> String {
        let quoted = "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "''"))'"
        return text.contains("\\") ? "E" + quoted : quoted
    }

    // MARK: MySQL

    private var mySQL: String {
        let account = MySQLGrants.quoted("\(username)@\(host)")
        let isMariaDB = version?.lowercased().contains("maria") == true
        let secret = (password ?? Self.placeholder).replacing("\\", with: "\\\\").replacing("'", with: "''")
        var lines = [
            "-- An account for DbTools that may look and change nothing.",
            "CREATE USER IF NOT EXISTS \(account) IDENTIFIED BY '\(secret)';",
            "GRANT PROCESS ON *.* TO \(account);",
            // MariaDB 10.5 renamed it; it takes the old name too.
            "GRANT \(isMariaDB ? "BINLOG MONITOR" : "REPLICATION CLIENT") ON *.* TO \(account);",
            "GRANT SELECT ON performance_schema.* TO \(account);",
        ]
        if let database, !["performance_schema", "information_schema"].contains(database.lowercased()) {
            // The least right that lets an account open a database and shows it nothing in there.
            let name = database.replacing("`", with: "``").replacing("_", with: "\\_").replacing("%", with: "\\%")
            lines.append("GRANT SHOW VIEW ON `\(name)`.* TO \(account);")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
